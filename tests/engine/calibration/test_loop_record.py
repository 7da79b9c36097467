"""The record of USD/JPY from a history, as of a date, and moves after falls."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.calibration.dated_markets import calibrated_market
from engine.calibration.loop_record import after_falls, with_loop_record
from engine.errors import InputError
from engine.inputs.history.load import load_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.mechanisms.carry import Carry, shape_of
from engine.mechanisms.loop import estimated_strength


def test_moves_after_falls_are_means_by_hand():
    """Two falls of 2 % in five dates, a year apart, the second for two dates in a row."""
    moves, days = np.zeros(600), np.arange("2020-01-01", "2021-08-23", dtype="datetime64[D]")[:600]
    moves[100], moves[101:104] = -0.021, [0.004, 0.002, -0.001]
    moves[400], moves[401] = -0.03, 0.001
    found = after_falls(moves, days)
    # the sum of five is below -2 % on date 100, and on 400 to 404, whose next moves are 0.001 once and 0
    assert (found.n_dates, found.n_episodes) == (6, 2)
    assert found.mean[0] == pytest.approx((0.004 + 0.001) / 6)
    assert found.total == pytest.approx((0.004 + 0.002 - 0.001 + 0.001) / 6)
    # two quarters: of 2020-04 to 06 one date with 0.005, of 2021-01 to 03 five with 0.001 once, about their mean 0.001
    assert found.total_se == pytest.approx(np.sqrt((0.005 - 0.001) ** 2 + (0.001 - 5 * 0.001) ** 2) / 6)


def test_a_market_without_a_law_is_refused(history_path):
    bare = replace(load_market(bundled_market_path()), filtered=None, no_filtered="it has no [law] table")
    with pytest.raises(InputError, match="has no law of past days"):
        with_loop_record(bare, load_history([history_path]).values)


@pytest.fixture
def history_path(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("date,usdjpy\n2025-05-28,145.04\n")
    return path


@pytest.mark.slow
def test_the_bundled_record_is_that_of_the_full_history(shared):
    values = load_history([shared / "data" / "history.csv"]).values
    market = load_market(bundled_market_path())
    found, falls = with_loop_record(market, values)
    assert found.filtered.loop.table == pytest.approx(market.filtered.loop.table, rel=1e-9, abs=1e-12)  # BLAS sums
    # joint dates since 2002 rebound after falls, by 21 bp in five dates, at an error of 11
    assert (falls.n_dates, falls.n_episodes) == (395, 140)
    assert (1e4 * falls.total, 1e4 * falls.total_se) == pytest.approx((20.6, 11.2), abs=0.05)


@pytest.mark.slow
def test_the_study_of_the_record_is_had_again(shared):
    """../shared/LAW.md, Part III, point 16.4: to 2025-05-30, one regression of leads over all dates."""
    history = load_history([shared / "data" / "history.csv"])
    pattern = load_market(bundled_market_path())
    (market,) = calibrated_market(history, date(2025, 5, 30), like=pattern).markets
    found, _ = with_loop_record(market, history.values)
    strength = estimated_strength(found.filtered.loop, shape_of(Carry(source="x")))
    assert strength.strength == pytest.approx(-0.00116, abs=5e-6)  # as printed
    assert strength.se == pytest.approx(0.03618, abs=5e-6)


@pytest.mark.slow
def test_no_row_after_the_date_is_looked_at(shared):
    history = load_history([shared / "data" / "history.csv"])
    day = date(2024, 7, 22)
    (market,) = calibrated_market(history, day, like=load_market(bundled_market_path())).markets
    whole, cut = (with_loop_record(market, values)[0] for values in (history.values, history.values[: str(day)]))
    assert whole.filtered.loop.table.tobytes() == cut.filtered.loop.table.tobytes()
    residuals = whole.filtered.loop.residuals[-1000:]
    spot = market.filtered.rows[:, market.filtered.factors.index("USDJPY")]
    assert np.clip(residuals, -10.0, 10.0).tolist() == spot.tolist()
