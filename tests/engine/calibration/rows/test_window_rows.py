"""Rows of a window: the bundled stresses are those of their dates, and too short a window is refused."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.calibration.diffusion import Window
from engine.calibration.rows.window_rows import rows_text, window_rows
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario, read_scenario

MARKET = load_market(bundled_market_path())


@pytest.fixture(scope="module")
def history(shared):
    return read_history([shared / "data" / "history.csv"])


@pytest.mark.parametrize(
    ("name", "window", "n"),
    [
        ("flight-2024", Window(start=date(2024, 7, 10), end=date(2024, 8, 9)), 22),
        ("repatriation-2025", Window(start=date(2025, 4, 1), end=date(2025, 5, 30)), 39),
    ],
)
def test_the_bundled_rows_are_their_windows(history, tmp_path, name, window, n):
    found = window_rows(history, MARKET, window)
    assert found.rows.shape == (n, 17)
    path = tmp_path / "mine.toml"
    path.write_text(rows_text(found), encoding="utf-8")
    assert replace(read_scenario(path).unwind, row_followers=()) == replace(
        load_scenario(name).unwind, row_followers=()
    )


def test_flight_s_rows_are_those_of_the_bundled_market_but_for_its_leads(history):
    """The market of 2025-05-28 has the same dates in its table; leads of its thousand pairs differ a little."""
    mine = load_scenario("flight-2024").unwind.rows
    theirs = MARKET.filtered.rows
    jgb = MARKET.filtered.factors.index("UST_10Y")  # leads and does not follow
    column = np.array([dict(row.residuals)["UST_10Y"] for row in mine])
    places = [int(np.abs(theirs[:, jgb] - z).argmin()) for z in column]
    assert np.abs(theirs[places, jgb] - column).max() < 6e-5  # four digits are kept
    assert np.diff(places).tolist() == [1] * 21


def test_a_window_of_few_dates_is_refused(history):
    with pytest.raises(InputError, match="the history has 9 joint dates; rows take 10 to 1,000"):
        window_rows(history, MARKET, Window(start=date(2024, 7, 29), end=date(2024, 8, 8)))
