"""Columns that were exchanged or slipped by a row are doubted; what was published since 1974 is not."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.inputs.history.columns import COPIED_MOVES, column_doubts, copy_doubts
from engine.inputs.history.doubt import days_of
from engine.inputs.history.load import read_history

TENORS = {"JGB": (1, 2, 5, 10, 20, 30, 40), "UST": (1, 2, 3, 5, 10, 20, 30)}


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    """Two curves of which each tenor moves with those beside it, and a little by itself."""
    rng, columns = np.random.default_rng(3), {}
    for curve, years in TENORS.items():
        level, slope = rng.normal(0.0, 4e-4, (2, 400))
        for each in years:
            moves = level + slope * np.log(each) / 2.0 + rng.normal(0.0, 5e-5, 400)
            columns[f"{curve}_{each}Y"] = 0.02 + np.cumsum(moves)
    return pd.DataFrame(columns, index=pd.bdate_range("2023-01-02", periods=400, name="date"))


def exchanged(table: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    return table.rename(columns={one: other, other: one})[list(table.columns)]


def test_curves_that_hang_together_are_not_doubted(curves):
    assert list(column_doubts(curves)) == []


@pytest.mark.parametrize(("one", "other"), [("UST_2Y", "UST_30Y"), ("JGB_5Y", "JGB_40Y"), ("JGB_10Y", "UST_10Y")])
def test_two_columns_in_each_others_place_are_doubted_by_both_names(curves, one, other):
    first, *_ = column_doubts(exchanged(curves, one, other))
    assert first.day == date(2023, 1, 2)
    assert {first.series, other, one} == {one, other}
    assert f"it moves as {other} should, and that as {one}" in first.message


@pytest.mark.parametrize("rows", [1, -1])
def test_a_column_a_row_off_is_doubted(curves, rows):
    late = curves.assign(UST_10Y=curves["UST_10Y"].shift(rows))
    assert "UST_10Y" in {doubt.series for doubt in column_doubts(late) if "a row off" in doubt.message}


def test_one_slip_is_neither(curves):
    table = curves.copy()
    table.loc["2023-06-01", "UST_2Y"] *= 10.0
    assert list(column_doubts(table)) == []


@pytest.mark.parametrize("n_dates", [COPIED_MOVES + 1, 300])
def test_a_column_that_holds_another_s_figures_is_doubted_where_it_begins(curves, n_dates):
    table = curves.copy()
    table.loc[table.index[-n_dates:], "UST_10Y"] = table["UST_5Y"].iloc[-n_dates:]
    (doubt,) = copy_doubts(table)
    assert (doubt.series, doubt.day) == ("UST_5Y", table.index[-n_dates].date())
    assert f"the figures of UST_10Y until {table.index[-1].date()}: is one column copied" in doubt.message


def test_two_columns_that_stand_still_together_are_no_copy(curves):
    """As bills near zero did from 2011 to 2015; and a price is not compared with yields."""
    assert list(copy_doubts(curves.assign(UST_1M=0.0001, UST_3M=0.0001, VIX=0.0001))) == []


def test_what_was_published_is_not_doubted(shared):
    """Windows of eight months and of the three years and a half of a build, over all years; copies in all of them."""
    history = read_history([shared / "data" / "history.csv"])
    history = history[np.is_busday(days_of(history.index))]
    ends = pd.date_range("1976-01-01", "2025-06-01", freq="240D")
    windows = [history.loc[end - pd.Timedelta(days=days) : end] for end in ends for days in (255, 1247)]
    assert len(windows) > 140
    assert list(copy_doubts(history)) == []
    assert [doubt.key for window in windows for doubt in column_doubts(window)] == []
