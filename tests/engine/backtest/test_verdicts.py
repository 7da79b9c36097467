"""Verdicts on rows made by hand: counts, gate, years, and which forecast is better."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import ndtr

from engine.backtest.statistics.null_series import normal_tail
from engine.backtest.statistics.registry import NullStatistics
from engine.backtest.verdicts import verdicts, years_of_exceptions
from engine.backtest.walk.day_rows import joined_rows, rows_of

NULL = NullStatistics(n_series=200)
AT_99, (AT_975, ES_975) = normal_tail(0.01)[0], normal_tail(0.025)


def day(k):
    return date(2020, 7, 1) + timedelta(days=k)


def rows(scales, pnl, horizon=1, book="main"):
    """Forecasts of normal P&L with these spreads, by law, in millions."""
    return rows_of(
        (
            *(day(k), horizon, book, law, 1e6 * x, 1e6 * s * AT_99, 1e6 * s * AT_975, 1e6 * s * ES_975),
            *(float(ndtr(x / s)), 1000, "USDJPY" if -x > s * AT_99 else "", -1.0),
        )
        for k, x in enumerate(pnl)
        for law, s in scales.items()
    )


@pytest.fixture(scope="module")
def found():
    pnl = np.random.default_rng(11).standard_normal(600)
    return {each.law: each for each in verdicts(rows({"right": 1.0, "small": 0.5, "large": 2.0}, pnl), NULL)}, pnl


def test_counts_are_of_losses_beyond_var(found):
    by_law, pnl = found
    assert by_law["right"].n_99 == (pnl < -AT_99).sum()
    assert by_law["small"].n_975 == (pnl < -0.5 * AT_975).sum()
    assert {each.n_days for each in by_law.values()} == {600}


def test_a_forecast_that_is_right_passes_and_one_of_half_the_spread_does_not(found):
    by_law, _ = found
    assert by_law["right"].passes
    assert by_law["right"].failed == ()
    assert set(by_law["small"].failed) == set(by_law["small"].tests)
    assert by_law["right"].light.zone == "green"
    assert not by_law["small"].passes
    assert by_law["small"].light.zone == "red"
    objections = " ".join(by_law["small"].objections)
    assert "Kupiec 99 p = " in objections
    assert "red zone" in objections
    assert "Z2 p = " in objections


def test_the_right_forecast_has_the_least_score_and_no_bet_pays_against_it(found):
    by_law, _ = found
    assert by_law["right"].score_t is None  # the first law
    assert by_law["small"].score_t > 2.0
    assert by_law["large"].score_t > 2.0
    assert by_law["right"].wealth < 20.0 < by_law["small"].wealth


def test_ten_days_have_no_traffic_light():
    (only,) = verdicts(rows({"a": 1.0}, np.random.default_rng(2).standard_normal(120), horizon=10), NULL)
    assert only.light is None
    assert only.horizon_days == 10


def test_a_forecast_of_a_gain_has_no_score_and_does_not_pass():
    (only,) = verdicts(rows({"a": -1.0}, np.random.default_rng(2).standard_normal(120)), NULL)
    assert (only.score, only.wealth) == (None, None)
    assert any("the forecast is no loss" in each for each in only.objections)


def test_a_book_that_never_moves_is_said_nothing_of_and_does_not_pass():
    riskless = rows_of((day(k), 1, "cash", "a", 0.0, 0.0, 0.0, 0.0, 0.5, 1000, "", 0.0) for k in range(60))
    (only,) = verdicts(riskless, NULL)
    assert only.tests["berkowitz"] is only.tests["z2"] is None
    assert not only.passes


def test_years_count_exceptions_and_what_made_them():
    pnl = np.zeros(200)
    pnl[[0, 10, 190]] = -9.0  # two in 2020, one in 2021
    first, second = years_of_exceptions(rows({"a": 1.0}, pnl))
    assert (first.year, first.n_days, first.n_99, dict(first.factors)) == (2020, 184, 2, {"USDJPY": 2})
    assert (second.year, second.n_days, second.n_99) == (2021, 16, 1)


def test_a_few_dates_say_nothing_and_nothing_passes():
    (only,) = verdicts(rows({"a": 1.0}, np.random.default_rng(2).standard_normal(5)), NULL)
    assert set(only.tests.values()) == {None}
    assert only.objections == ("under 30 dates, of which nothing can be said",)
    assert only.light is None  # by its rule one date without an exception would be amber


def test_laws_of_unlike_windows_are_compared_on_their_common_dates():
    pnl = np.random.default_rng(5).standard_normal(300)
    late, whole = rows({"late": 1.0}, pnl[100:]), rows({"other": 0.5}, pnl)
    shifted = replace(late, date=late.date + np.timedelta64(100, "D"))
    short = rows({"other": 0.5}, pnl[100:])
    short = replace(short, date=short.date + np.timedelta64(100, "D"))
    of = {each.law: each for each in verdicts(joined_rows([whole, shifted]), NULL, first_law="late")}
    alone = {each.law: each for each in verdicts(joined_rows([short, shifted]), NULL, first_law="late")}
    assert of["late"].score_t is None
    assert of["other"].score_t == alone["other"].score_t
    assert (of["other"].n_days, alone["other"].n_days) == (300, 200)
