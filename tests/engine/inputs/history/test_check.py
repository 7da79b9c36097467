"""What a check says of a history: dates, gaps, moves; and that it changes nothing."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.inputs.history.check import check_series, odd_moves


@pytest.fixture
def history():
    days = pd.bdate_range("2023-01-02", periods=300)
    rng = np.random.default_rng(0)
    jgb = 0.01 + np.cumsum(rng.normal(0.0, 2e-4, 300))
    jgb[200:] += 0.01  # an unlikely day
    usdjpy = 140.0 * np.exp(np.cumsum(rng.normal(0.0, 0.005, 300)))
    usdjpy[100:120] = np.nan
    return pd.DataFrame({"JGB_10Y": jgb, "USDJPY": usdjpy}, index=days)


def test_each_series_has_its_dates_and_its_largest_move(history):
    jgb, usdjpy = check_series(history)
    assert (jgb.first, jgb.last, jgb.n_values, jgb.n_missing) == (date(2023, 1, 2), date(2024, 2, 23), 300, 0)
    assert jgb.largest_on == history.index[200].date()
    assert jgb.largest_move == pytest.approx(0.01, abs=1e-3)
    assert (usdjpy.n_values, usdjpy.n_missing) == (280, 20)
    assert usdjpy.largest_on != history.index[120].date()  # over the gap no move is counted


def test_what_is_odd_is_said(history):
    said = " ".join(odd_moves(history))
    moved = f"{1e4 * check_series(history)[0].largest_move:+.1f} bp on {history.index[200].date()}"
    assert f"JGB_10Y: 1 moves over 12 times the usual size of their years: {moved}" in said
    assert "weekend" not in said


def test_a_weekends_dates_are_said_and_count_for_no_move(history):
    history.index = pd.DatetimeIndex([*history.index[:-1], pd.Timestamp("2024-02-24")])
    assert "1 dates fall on a weekend, the last on 2024-02-24, Saturday" in odd_moves(history)
    assert check_series(history)[0].n_values == 300
