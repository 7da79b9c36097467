"""Draws are a function of seed, date and lane: any date alone, any number of rows."""

import numpy as np
import pytest

from engine.backtest.walk.common_draws import CommonDraws


def draws(**changes):
    return CommonDraws(**{"seed": 7, "day": 17_000, "n_paths": 1001, **changes})


def test_the_first_rows_do_not_depend_on_how_many():
    np.testing.assert_array_equal(draws().words(0, 3), draws().words(0, 8)[:3])
    np.testing.assert_array_equal(draws().normals(2), draws().normals(17)[:2])


def test_another_date_seed_or_lane_has_other_words():
    own = draws().words(0, 1)
    for other in (draws(day=17_001).words(0, 1), draws(seed=8).words(0, 1), draws().words(1, 1)):
        assert (own == other).mean() < 0.01


def test_words_become_rows_as_in_the_law():
    # LAW's rule, word * rows >> 32, on its own known answers
    words = np.array([0, 4294967, 4294968, 2147483648, 4294967295], np.uint64)
    assert ((words * np.uint64(1000)) >> np.uint64(32)).tolist() == [0, 0, 1, 500, 999]
    found = draws(n_paths=100_000).rows(1000, 2)
    assert found.shape == (2, 100_000)
    assert (found.min(), found.max()) == (0, 999)
    # a row has 200 of 200,000 draws, sd 14: six of them
    counts = np.bincount(found.ravel(), minlength=1000)
    assert abs(counts - 200).max() < 85


def test_normals_are_standard_and_independent():
    found = draws(n_paths=200_000).normals(3)
    # standard errors: mean 0.0022, sd 0.0016, correlation 0.0022; five of them
    assert found.mean(axis=1) == pytest.approx(np.zeros(3), abs=0.011)
    assert found.std(axis=1) == pytest.approx(np.ones(3), abs=0.008)
    assert np.corrcoef(found)[np.triu_indices(3, 1)] == pytest.approx(np.zeros(3), abs=0.011)
