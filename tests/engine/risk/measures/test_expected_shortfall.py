"""ES against published samples, by hand, and the properties that make it coherent."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL, expected_shortfall
from engine.risk.measures.value_at_risk import value_at_risk
from engine.risk.tail import estimate_sample
from tests.engine.risk.measures.samples import PUBLISHED, confidences, samples, yen


@pytest.mark.parametrize(("case", "pnl", "level"), PUBLISHED)
def test_published_samples(case, pnl, level):
    # the samples are published to nine decimals
    assert expected_shortfall(np.array(pnl), level["level"]) == pytest.approx(level["ES_acerbi_tasche"], abs=1e-9)


def test_the_boundary_loss_counts_by_its_fraction():
    pnl = -np.arange(1.0, 101.0)  # losses of 1, 2, ..., 100 JPY; 2.5 of them in the tail
    assert expected_shortfall(pnl, 0.975) == pytest.approx((100 + 99 + 0.5 * 98) / 2.5)


def test_two_outcomes_by_hand():
    # Losses 10 and 0, one each; at 0.5 the tail is one whole path, the worst.
    assert expected_shortfall(np.array([0.0, -10.0]), 0.5) == 10.0


def test_the_error_is_the_tails_variance_and_the_quantiles_distance():
    # Manistre & Hancock's form written out, with the fractional weight of the path at the VaR
    pnl, confidence, p = np.random.default_rng(9).standard_normal(10_050), 0.99, 0.01
    losses = np.sort(-pnl)[::-1]
    weights, tail = np.array([1.0] * 100 + [0.5]), losses[:101]
    es = weights @ tail / 100.5
    variance = weights @ (tail - es) ** 2 / 100.5
    expected = math.sqrt((variance + confidence * (es - losses[100]) ** 2) / (10_050 * p))
    assert estimate_sample(pnl, confidence).of(EXPECTED_SHORTFALL).se == pytest.approx(expected, rel=1e-12)


@given(pnl=samples, confidence=confidences)
def test_it_is_never_below_var_and_never_beyond_the_worst_loss(pnl, confidence):
    es = expected_shortfall(pnl, confidence)
    assert value_at_risk(pnl, confidence) <= es
    assert es <= -pnl.min() + 1e-9 * np.ptp(pnl)  # one division rounds


@given(pnl=samples, confidences=st.tuples(confidences, confidences).map(sorted))
def test_it_grows_with_confidence(pnl, confidences):
    lower, higher = confidences
    assert expected_shortfall(pnl, lower) <= expected_shortfall(pnl, higher) + 1e-6  # rounding, at the size of 1e9


@given(pair=st.integers(1, 200).flatmap(lambda n: arrays(np.float64, (2, n), elements=yen)), confidence=confidences)
def test_of_two_books_it_is_at_most_the_sum_of_theirs(pair, confidence):
    together = expected_shortfall(pair.sum(axis=0), confidence)
    assert together <= sum(expected_shortfall(book, confidence) for book in pair) + 1e-5  # rounding, at 4e9
