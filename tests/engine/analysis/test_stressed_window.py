"""The worst year for a book: found as by a plain search, on a history with a bad stretch, refused where short."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.analysis.stressed_window import with_stressed_window, worst_window
from engine.calibration.zero_rates import joint_changes
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.law import law_of
from engine.mechanisms.unwind import Unwind
from tests.engine.backtest.synthetic import frame_of

MARKET = load_market(bundled_market_path())
N_DATES = 900


def es_by_hand(pnl):
    """ES 97.5 % of 250 equally likely P&L: the six worst whole, a quarter of the seventh."""
    worst = np.sort(pnl)[:7]
    return -(worst[:6].sum() + 0.25 * worst[6]) / 6.25


def test_the_window_is_that_of_a_search_one_by_one():
    pnl = np.random.default_rng(3).standard_t(3, 900)
    found = worst_window(pnl)
    every = [es_by_hand(pnl[k : k + 250]) for k in range(651)]
    assert found.first == int(np.argmax(every))
    assert found.shortfall == pytest.approx(max(every), rel=1e-14)
    apart = {k: es for k, es in enumerate(every) if abs(k - found.first) >= 250}
    assert found.other == max(apart, key=apart.get)
    assert found.other_shortfall == pytest.approx(max(apart.values()), rel=1e-14)
    assert worst_window(pnl[:300]).other is None
    with pytest.raises(InputError, match="needs 250 changes between joint dates, got 249"):
        worst_window(pnl[:249])


@pytest.fixture(scope="module")
def made():
    """A history whose dollar falls hard on ten days a year after its start, and the market that it ends with."""
    frame = frame_of(N_DATES, seed=5)
    falls = np.zeros(N_DATES)
    falls[300:320:2] = -0.03
    frame["USDJPY"] = frame["USDJPY"] * np.exp(np.cumsum(falls))
    frame = frame.loc[: frame.dropna().index[-1]]
    return frame, replace(MARKET, valuation_date=frame.index[-1].date())


@pytest.fixture
def long_dollars(tmp_path):
    """A file with a million dollars held."""
    path = tmp_path / "dollars.csv"
    path.write_text("position_id,book,kind,currency,notional\nD,fx,CASH,USD,1000000\n", encoding="utf-8")
    return path


def test_the_worst_year_for_dollars_holds_their_falls(made, long_dollars):
    frame, market = made
    found, notes = with_stressed_window(market, frame, long_dollars, print)
    window = found.filtered.stressed
    falls = [day.date() for day in frame.index[300:320:2]]
    assert window.first < falls[0]
    assert falls[-1] <= window.last
    assert (window.moves.shape, window.book) == ((259, 17), long_dollars.name)
    factors = [f for f in market.factors if f.name in market.filtered.factors]
    joint = joint_changes(frame, factors, market.valuation_date)
    at = list(joint.days.astype(object)).index(window.first)
    assert window.moves.tobytes() == joint.changes[at - 9 : at + 250].tobytes()
    assert "MAR33.7" in window.description
    assert notes[0].startswith(f"the stressed year is searched from {joint.days[9]} on, where the history begins")


def test_the_law_is_plain_history_of_that_year_at_both_horizons(made, long_dollars):
    frame, market = made
    found, _ = with_stressed_window(market, frame, long_dollars, print)
    moves = found.filtered.stressed.moves
    for horizon in (1, 10):
        rows = law_of(found, horizon, horizon, Unwind(law="stressed")).rows
        own = rows.residuals * rows.weekday_move
        np.testing.assert_allclose(own[:, :17], moves[-(249 + horizon) :], rtol=1e-14)


def test_rows_after_the_date_change_nothing(made, long_dollars):
    frame, market = made
    earlier = frame.dropna().index[-60]
    on = replace(market, valuation_date=earlier.date())
    one = with_stressed_window(on, frame, long_dollars, print)[0].filtered.stressed
    other = with_stressed_window(on, frame.loc[:earlier], long_dollars, print)[0].filtered.stressed
    assert (one.first, one.last, one.description) == (other.first, other.last, other.description)
    assert one.moves.tobytes() == other.moves.tobytes()


def test_a_history_that_is_too_short_and_a_market_without_a_law_are_refused(made, long_dollars):
    frame, market = made
    short = frame.iloc[-250:]
    wanted = "needs 259 changes between joint dates since 2007-01-01, and the history has 2"
    with pytest.raises(InputError, match=wanted):
        with_stressed_window(market, short, long_dollars, print, start=date(2002, 1, 1))
    with pytest.raises(InputError, match="has no law of past days"):
        with_stressed_window(replace(market, filtered=None), frame, long_dollars, print)
