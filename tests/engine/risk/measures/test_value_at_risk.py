"""VaR against published samples, by hand, and its interval of order statistics."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.risk.measures.value_at_risk import VALUE_AT_RISK, value_at_risk
from engine.risk.ranks import interval_indices
from engine.risk.tail import estimate_sample
from tests.engine.risk.measures.samples import PUBLISHED, confidences, samples


@pytest.mark.parametrize(("case", "pnl", "level"), PUBLISHED)
def test_published_samples(case, pnl, level):
    assert value_at_risk(np.array(pnl), level["level"]) == level["VaR_left_inverse"]


def test_two_outcomes_by_hand():
    # Losses 10 and 0, one each; at 0.5 the tail is one whole path. VaR is the loss of ascending rank 1.
    assert value_at_risk(np.array([0.0, -10.0]), 0.5) == 0.0


def test_a_loss_of_nothing_is_plus_zero():
    assert math.copysign(1.0, value_at_risk(np.zeros(10), 0.9)) == 1.0


def test_the_interval_is_made_of_order_statistics():
    pnl = np.random.default_rng(6).standard_normal(20_000)
    worst, mildest = interval_indices(0.99, pnl.size)
    got = estimate_sample(pnl, 0.99).of(VALUE_AT_RISK)
    ordered = np.sort(pnl)
    assert (got.low, got.high) == (-ordered[mildest], -ordered[worst])
    # 1.95996 is the normal's 97.5 % quantile
    assert got.se == pytest.approx((ordered[mildest] - ordered[worst]) / (2 * 1.959963985), rel=1e-9)


@given(pnl=samples, confidences=st.tuples(confidences, confidences).map(sorted))
def test_it_grows_with_confidence(pnl, confidences):
    lower, higher = confidences
    assert value_at_risk(pnl, lower) <= value_at_risk(pnl, higher)
