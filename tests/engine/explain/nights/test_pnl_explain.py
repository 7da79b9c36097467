"""The day's P&L."""

import math
from datetime import date

import numpy as np
import pytest

from engine.book.compile import compile_book
from engine.book.value import position_values
from engine.explain.nights.mixed_books import Trades
from engine.explain.nights.movers import movers_of
from engine.explain.nights.pnl_explain import HeldBook, pnl_explain
from engine.instruments.registry import KINDS
from engine.instruments.rows.position import Position

FIRST, SECOND = date(2025, 5, 27), date(2025, 5, 30)
DAYS = 3
MATURITY = date(2030, 5, 27)
FACE = 1e9
NONE = Trades(came=(), went=(), changed=())


def strip(name: str = "S", face: float = FACE, currency: str = "JPY") -> Position:
    return Position(
        position_id=name, book="main", kind=KINDS[{"JPY": "JGB", "USD": "UST"}[currency] + "_STRIP"],
        currency=currency, notional=face, maturity=MATURITY,
    )  # fmt: skip


def compiled(day: date, *positions: Position):
    return compile_book(positions, day, sha256="0" * 64)


def explained(make_market, book, next_book, *, moved=("curve:JGB",), trades=NONE, currency="JPY", realised=(), **after):
    before, later = make_market(FIRST), make_market(SECOND, **after)
    held = HeldBook(before=before, after=later, book=book, next_book=next_book, trades=trades, currency=currency)
    movers = [mover for mover in movers_of([before, later]) if mover.key in moved]
    return held, pnl_explain(held, movers, ("total", "book:main"), dict(realised))


def zero(market, days: int, move: float = 0.0) -> float:
    """The JGB zero rate at so many days, by hand: linear between the nodes."""
    curve = market.curves["JGB"]
    return float(np.interp(days / 365.0, curve.times, curve.zero_rates)) + move


def test_one_bond_is_carry_roll_down_and_curve_by_hand(make_market):
    up = 0.0025
    held, found = explained(
        make_market, compiled(FIRST, strip()), compiled(SECOND, strip()), jgb_move=up, realised=[("total", -9e6)]
    )
    last = (held.book.flows.day[-1]).item()  # the payment, moved to a business day: 27 May 2030 is one
    assert last == (MATURITY - FIRST).days
    t, z = last / 365.0, zero(held.before, last)
    now, shorter = zero(held.before, last - DAYS), t - DAYS / 365.0
    value = FACE * math.exp(-z * t)
    carried = FACE * math.exp(-z * shorter)
    rolled = FACE * math.exp(-now * shorter)
    risen = FACE * math.exp(-(now + up) * shorter)
    total = found.scopes[0]
    # values of 1e9 to a rounding of 1e-7 each
    assert total.value_before == pytest.approx(value, abs=1e-5)
    assert total.parts["carry"] == pytest.approx(carried - value, abs=1e-5)
    assert total.parts["roll_down"] == pytest.approx(rolled - carried, abs=1e-5)
    assert total.parts["curve:JGB"] == pytest.approx(risen - rolled, abs=1e-5)
    assert total.parts["anew"] == pytest.approx(0.0, abs=1e-5)
    assert total.parts["trades"] == 0.0
    assert total.explained == math.fsum(total.parts.values())
    assert total.unexplained == -9e6 - total.explained
    assert found.days == DAYS
    assert found.scopes[1].parts == total.parts  # the one book is all there is
    assert found.scopes[1].realised is None


def test_a_dollar_bond_in_two_movers_is_shared_alike(make_market):
    held, found = explained(
        make_market, compiled(FIRST, strip(currency="USD")), compiled(SECOND, strip(currency="USD")),
        moved=("curve:UST", "prices"), ust_move=-0.004, usdjpy=140.0,
    )  # fmt: skip
    total = found.scopes[0]
    start = make_market(FIRST)
    aged = total.value_before + total.parts["carry"] + total.parts["roll_down"]
    tau = (held.book.flows.day[-1].item() - DAYS) / 365.0
    rate, fx = math.exp(0.004 * tau), 140.0 / start.usdjpy
    # of a product of two factors each gets the mean of moving first and last
    assert total.parts["curve:UST"] == pytest.approx(aged * (rate - 1.0) * (1.0 + fx) / 2.0, rel=1e-9)
    assert total.parts["prices"] == pytest.approx(aged * (fx - 1.0) * (1.0 + rate) / 2.0, rel=1e-9)


def test_trades_are_what_came_and_changed_less_what_went(make_market):
    before = compiled(FIRST, strip("OUT", 1e9), strip("CUT", 4e9), strip("STAY", 1e9))
    after = compiled(SECOND, strip("STAY", 1e9), strip("CUT", 1e9), strip("IN", 2e9))
    trades = Trades(came=("IN",), went=("OUT",), changed=("CUT",))
    held, found = explained(make_market, before, after, trades=trades)
    unit = position_values(after, held.after)[0]
    assert found.scopes[0].parts["trades"] == pytest.approx((2.0 - 1.0 - 3.0) * unit, abs=1e-4)
    assert found.scopes[0].parts["anew"] == pytest.approx(0.0, abs=1e-4)


def test_a_payment_on_the_way_is_carry_and_no_trade(make_market):
    short = Position(
        position_id="B", book="main", kind=KINDS["JGB_STRIP"], currency="JPY", notional=FACE, maturity=date(2025, 5, 29)
    )
    _, found = explained(make_market, compiled(FIRST, short, strip()), compiled(SECOND, strip()))
    total = found.scopes[0]
    assert total.parts["trades"] == 0.0  # it was paid, not sold
    assert total.parts["carry"] > 0.0


def test_p_and_l_is_in_the_currency_of_the_run(make_market):
    books = compiled(FIRST, strip(currency="USD")), compiled(SECOND, strip(currency="USD"))
    _, found = explained(make_market, *books, moved=("prices",), currency="USD", usdjpy=120.0)
    assert found.scopes[0].parts["prices"] == pytest.approx(0.0, abs=1e-6)  # a dollar bond knows no yen
