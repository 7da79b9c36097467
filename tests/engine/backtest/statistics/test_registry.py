"""The tests of a series on forecasts that are right, and on forecasts that are not."""

import numpy as np
import pytest
from scipy.special import ndtr

from engine.backtest.statistics.null_series import normal_tail
from engine.backtest.statistics.registry import TESTS, ForecastSeries, NullStatistics, outcome

NULL = NullStatistics(n_series=400)


def series(scores, horizon=1, scale=1.0):
    """A normal forecast of spread `scale` held to standard normal P&L."""
    (at_99, _), (at_975, es_975) = normal_tail(0.01), normal_tail(0.025)
    ones = np.full(scores.size, scale)
    return ForecastSeries(
        pnl=scores,
        var_99=at_99 * ones,
        var_975=at_975 * ones,
        es_975=es_975 * ones,
        pit=ndtr(scores / scale),
        n_moves=10_000,
        horizon_days=horizon,
    )


def windows(rng, n_days, horizon):
    """Standard normal P&L over overlapping windows."""
    sums = np.cumsum(np.concatenate([[0.0], rng.standard_normal(n_days + horizon - 1)]))
    return (sums[horizon:] - sums[:-horizon]) / np.sqrt(horizon)


@pytest.mark.parametrize("horizon", [1, 10])
def test_a_forecast_that_is_right_fails_as_often_as_the_level_says(horizon):
    rng = np.random.default_rng(horizon)
    found = [
        [outcome(test, series(windows(rng, 500, horizon), horizon), NULL).p_value for test in TESTS] for _ in range(300)
    ]
    shares = (np.array(found) < 0.05).mean(axis=0)
    # 300 trials: a standard error of 0.0126; four of them. Chi-square laws of five exceptions in 500 days are coarse.
    assert (shares < 0.05 + 0.05).all(), shares
    assert shares[-2:] == pytest.approx([0.05, 0.05], abs=0.05)


def test_a_forecast_of_half_the_spread_fails_them_all():
    found = series(np.random.default_rng(5).standard_normal(1000), scale=0.5)
    assert all(outcome(test, found, NULL).p_value < 0.01 for test in TESTS)


def test_a_lag_is_seen_by_berkowitz_alone():
    rng = np.random.default_rng(6)
    noise, scores = rng.standard_normal(1500), np.zeros(1500)
    for t in range(1, 1500):
        scores[t] = 0.15 * scores[t - 1] + np.sqrt(1.0 - 0.15**2) * noise[t]
    p_values = {test.key: outcome(test, series(scores), NULL).p_value for test in TESTS}
    assert p_values["berkowitz"] < 1e-4
    assert p_values["uniformity"] > 0.01


def test_a_forecast_of_a_gain_has_no_z2_and_says_so():
    scores = np.random.default_rng(7).standard_normal(300)
    gains = series(scores, scale=-1.0)
    z2 = next(test for test in TESTS if test.key == "z2")
    assert outcome(z2, gains, NULL) is None


def test_what_is_simulated_is_kept():
    null = NullStatistics(n_series=20)
    assert null.of(50, 10) is null.of(50, 10)
    assert {key: found.size for key, found in null.of(50, 1).items()} == {test.key: 20 for test in TESTS}
