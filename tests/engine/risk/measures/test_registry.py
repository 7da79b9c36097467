"""What holds of every registered measure, whichever there are."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.inputs.limits import EXACT
from engine.record.tables import SIGNS
from engine.risk.measures.measure import around_shock_key, component_key
from engine.risk.measures.registry import HEADLINE, MEASURES, measures_among, measures_by_label, quantiles_needed
from tests.engine.risk.measures.samples import confidences, samples, yen

every = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)


def test_no_name_is_used_twice():
    assert all(measure.key == key for key, measure in MEASURES.items())
    assert len(measures_by_label()) == len(MEASURES)
    assert not set(measures_by_label()) & set(EXACT)
    figures = [name for key in MEASURES for name in (key, around_shock_key(key), component_key(key))]
    assert len({*figures, *SIGNS}) == len(figures) + len(SIGNS)


def test_the_headline_is_registered():
    assert measures_among([each.key for each in HEADLINE]) == HEADLINE


def test_measures_come_in_the_order_in_which_they_are_shown_and_unknown_ones_are_left_out():
    keys = [*reversed(MEASURES), "a measure of another program"]
    assert measures_among(keys) == tuple(MEASURES.values())


def test_a_quantile_that_two_measures_need_is_needed_once():
    needed = quantiles_needed((0.975, 0.99))
    assert {0.975, 0.99} <= set(needed)
    assert len(set(needed)) == len(needed)


@every
@given(pnl=samples, confidence=confidences, power=st.integers(-20, 20))
def test_it_scales_with_the_book(measure, pnl, confidence, power):
    factor = 2.0**power  # exact in binary
    assert measure.of_sample(factor * pnl, confidence) == factor * measure.of_sample(pnl, confidence)


@every
@given(pnl=samples, confidence=confidences, cash=yen)
def test_cash_lowers_it_by_itself_or_leaves_a_spread_as_it_is(measure, pnl, confidence, cash):
    wanted = measure.around_shock(measure.of_sample(pnl, confidence), -cash)
    # one addition rounds, at the size of 2e9
    assert measure.of_sample(pnl + cash, confidence) == pytest.approx(wanted, abs=1e-6)


@every
@given(pnl=samples, confidence=confidences, seed=st.integers(0, 2**32))
def test_the_order_of_paths_leaves_no_trace(measure, pnl, confidence, seed):
    assume(pnl.size > 1)
    shuffled = np.random.default_rng(seed).permutation(pnl)
    assert measure.of_sample(shuffled, confidence) == measure.of_sample(pnl, confidence)


@every
def test_a_confidence_in_percent_is_refused(measure):
    with pytest.raises(InputError, match=r"99 % is 0\.99"):
        measure.of_sample(np.zeros(10), 99.0)
