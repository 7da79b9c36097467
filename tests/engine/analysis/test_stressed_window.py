"""The worst year for a book: found as by a plain search, on a history with a bad stretch, refused where short."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.analysis.stressed_window import with_stressed_window, worst_window
from engine.calibration.zero_rates import joint_changes
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.law import law_of
from engine.mechanisms.unwind import Unwind
from tests.engine.backtest.synthetic import frame_of
from tests.engine.calibration.made_histories import gaussian_changes, history_of, with_filtered_law
from tests.engine.calibration.test_filtered_markets import CORE
from tests.engine.calibration.test_filtered_markets import market as market_of

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


@pytest.fixture(scope="module")
def late():
    """A history from 2002 on whose index and euro begin in 2007 and 2008, and the market that it ends with."""
    history, rng = history_of(gaussian_changes(3899, 1)), np.random.default_rng(2)
    for name, first in (("SPX", 1500), ("EURJPY", 1700)):
        level = 130.0 * np.exp(0.005 * rng.standard_normal(3900).cumsum())
        history[name] = np.where(np.arange(3900) >= first, level, np.nan)
    calibrated, _ = with_filtered_law(market_of(history.index[-1].date(), *CORE, "EURJPY", prices=["SPX"]), history)
    assert calibrated.filtered.factors == (*CORE, "EURJPY", "SPX")
    return history, calibrated


def test_an_index_and_an_exchange_rate_that_begin_late_shorten_nothing_and_are_named(late, long_dollars):
    history, market = late
    falls = np.zeros(3900)
    falls[1400:1420:2] = -0.03  # before either begins
    history = history.assign(USDJPY=history["USDJPY"] * np.exp(np.cumsum(falls)))
    found, notes = with_stressed_window(market, history, long_dollars, print)
    window = found.filtered.stressed
    days = history.index[[1400, 1418, 1501, 1701]].date
    assert window.first < days[0]
    assert days[1] <= window.last < days[3]
    apart = f"EURJPY before {days[3]}, SPX before {days[2]}"
    assert notes == (
        f"in the search for the stressed year these stand still, as they have no history there: {apart}; give files"
        " that reach further back",
    )
    assert window.description.endswith(f"; without a history, these stood still: {apart}")
    moves = pd.DataFrame(window.moves, columns=market.filtered.factors)
    assert not moves.isna().any(axis=None)
    assert (moves["EURJPY"] == 0.0).all()
    end = list(history.index.date).index(window.last)
    own = history["SPX"].iloc[end - 259 : end + 1].apply(np.log).diff().fillna(0.0).to_numpy()[1:]
    assert moves["SPX"].to_numpy() == pytest.approx(own, abs=1e-15)  # a logarithm's last digit


def test_a_factor_of_the_law_without_a_value_in_the_history_is_refused(late, long_dollars):
    history, market = late
    with pytest.raises(InputError, match="the history has no value of SPX on a joint date, and the law of"):
        with_stressed_window(market, history.assign(SPX=np.nan), long_dollars, print)
