"""Regimes of a law's rows as of a date: Januaries, no look-ahead, a long run that is kept."""

from datetime import date

import numpy as np
import pytest

from engine.calibration.hidden_regimes import estimated_regimes
from engine.calibration.rows.row_regimes import regime_series, row_regimes, series_of

NAMES = ("JGB_2Y", "JGB_10Y", "UST_10Y", "USDJPY")
DAYS = np.arange(np.datetime64("2015-01-05"), np.datetime64("2020-06-30"))[::2]
WARM_UP, N_ROWS = 20, 300


def residuals(seed=1):
    """Quiet days with a shock now and then."""
    rng = np.random.default_rng(seed)
    size = np.where(rng.uniform(size=DAYS.size) < 0.04, 3.0, 0.9)
    return size[:, None] * rng.standard_normal((DAYS.size, 4))


def regimes_of(z, n, day=None):
    day = day or DAYS[n - 1].astype(object)
    return row_regimes(z[:n], DAYS[:n], NAMES, day, n_rows=N_ROWS, cap=10.0, warm_up=WARM_UP)


def test_the_long_run_is_the_mean_of_the_rows_and_the_chain_keeps_it():
    found = regimes_of(residuals(), 900)
    assert found.memberships.shape == (N_ROWS, 3)
    assert found.long_run == pytest.approx(found.memberships.mean(axis=0), rel=1e-14)
    assert found.long_run @ found.transitions == pytest.approx(found.long_run, abs=1e-14)
    assert found.transitions.sum(axis=1) == pytest.approx(np.ones(3), rel=1e-14)
    assert found.tonight.tolist() == found.memberships[-1].tolist()
    assert found.long_run @ found.row_weights == pytest.approx(np.full(N_ROWS, 1.0 / N_ROWS), rel=1e-12)


def test_fitting_to_the_long_run_keeps_the_odds_of_the_estimated_chain():
    """Rows and columns of flows are scaled, so that the ratios of ratios of transitions stay."""
    z = residuals()
    found = regimes_of(z, 900)
    n = int(np.searchsorted(DAYS[WARM_UP:], np.datetime64("2019-01-01")))
    assert DAYS[899].astype(object).year == 2019
    raw = estimated_regimes(regime_series(z[:900], NAMES, series_of(NAMES), 10.0, WARM_UP)[:n]).transitions
    for a, b in ((0, 1), (1, 2), (0, 2)):
        odds = [p[a, a] * p[b, b] / p[a, b] / p[b, a] for p in (raw, found.transitions)]
        assert odds[0] == pytest.approx(odds[1], rel=1e-9)


def test_parameters_are_of_the_january_before_and_rows_after_the_date_change_no_bit():
    z = residuals()
    found = regimes_of(z, 900)
    assert found.estimated_to == DAYS[np.datetime64("2019-01-01") > DAYS][-1].astype(object)
    later = z.copy()
    later[900:] = 50.0
    again = regimes_of(later, 900)
    this_year = z.copy()
    this_year[850:900] *= 4.0  # all of them after that January
    other = regimes_of(this_year, 900)
    for name in ("means", "covariances"):
        assert getattr(found, name).tobytes() == getattr(again, name).tobytes() == getattr(other, name).tobytes()
    assert found.memberships.tobytes() == again.memberships.tobytes()
    assert found.memberships.tobytes() != other.memberships.tobytes()
    assert DAYS[850] > np.datetime64("2019-01-01")


def test_a_shock_that_evening_is_known_that_evening():
    z = residuals()
    z[899] = 8.0
    assert regimes_of(z, 900).tonight[2] > 0.9
    z[899] = 0.1
    assert regimes_of(z, 900).tonight[2] < 0.1


def test_residuals_count_up_to_the_cap():
    z = residuals()
    z[500] = 40.0
    cut = np.clip(z, -10.0, 10.0)
    assert regimes_of(z, 900).memberships.tobytes() == regimes_of(cut, 900).memberships.tobytes()


def test_one_series_alone_has_no_regimes():
    z = residuals()
    names = ("JGB_2Y", "JGB_5Y", "UST_2Y", "USDJPY")
    assert row_regimes(z, DAYS, names, date(2020, 6, 28), n_rows=N_ROWS, cap=10.0, warm_up=WARM_UP) is None
    assert series_of(NAMES) == ("USDJPY", "JGB_10Y", "UST_10Y")
