"""Bands over sets: quantiles between order statistics, and what so few sets leave open."""

import math

import numpy as np
import pytest
from scipy.special import ndtri

from engine.risk.uncertainty.band import SetFigures, at_rank, band_of


def figures(values, ses=None):
    return SetFigures(
        scope="total",
        confidence=0.99,
        measure="value_at_risk",
        values=tuple(map(float, values)),
        ses=tuple(ses if ses is not None else [0.0] * len(values)),
    )


def test_ranks_stand_for_the_middles_of_equal_parts():
    values = [10.0, 20.0, 30.0, 40.0]
    found = [at_rank(values, rank) for rank in (0.0, 0.5, 1.0, 2.0, 3.5, 9.0)]
    assert found == [10.0, 10.0, 15.0, 25.0, 40.0, 40.0]
    assert at_rank(values, 4 * 0.5) == np.quantile(values, 0.5, method="hazen")


def test_a_band_of_what_one_parameter_decides_is_at_its_own_quantiles():
    n = 64
    middles = (np.arange(n) + 0.5) / n
    shuffled = np.random.default_rng(1).permutation(n)
    band = band_of(figures(np.exp(0.3 * ndtri(middles))[shuffled]))
    # between neighbours 0.16 of a standard deviation apart a line misses the normal quantile by 0.004 at 5 %
    assert [band.low.value, band.middle.value, band.high.value] == pytest.approx(
        [math.exp(0.3 * z) for z in (-1.644854, 0.0, 1.644854)], rel=0.002
    )


def test_the_error_of_so_few_sets_is_half_the_way_between_ranks_one_standard_error_apart():
    band = band_of(figures(range(1, 101)))
    # of 100 sets 5 % lies at rank 5 with a standard error of sqrt(100 * 0.05 * 0.95) = 2.179; values are their ranks
    assert band.low.sets_se == pytest.approx(2.179, abs=1e-3)
    assert band.middle.sets_se == pytest.approx(5.0)
    assert band.middle.value == 50.5


def test_few_sets_do_not_bound_the_ends_and_equal_ones_have_no_width():
    assert math.isinf(band_of(figures(range(12))).low.sets_se)
    still = band_of(figures([7.0] * 12))
    assert [(each.value, each.sets_se) for each in (still.low, still.middle, still.high)] == [(7.0, 0.0)] * 3


def test_one_set_bounds_nothing():
    band = band_of(figures([7.0]))
    assert all(math.isinf(each.sets_se) for each in (band.low, band.middle, band.high))


def test_the_simulations_error_is_that_of_the_sets_around():
    band = band_of(figures(range(1, 101), ses=np.arange(1, 101) / 10.0))
    assert band.low.se == pytest.approx(0.55)
    assert math.isinf(band_of(figures([1.0, 2.0, 3.0], ses=[0.1, math.inf, 0.3])).middle.se)
