"""A book on other dates: nothing matures, rates follow the levels, and what cannot be rolled is refused by name."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.backtest.walk.rolled_book import rolled_book
from engine.book.compile import compile_book
from engine.book.value import position_values
from engine.errors import InputError
from engine.inputs.book.load import bundled_book_path, read_positions
from engine.inputs.market.load import bundled_market_path, load_market
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import template
from engine.market.moved_market import shifted
from engine.payoffs.exchanges import Exchanges

BASE = load_market(bundled_market_path())
POSITIONS = read_positions(bundled_book_path(), BASE.valuation_date)
LATER = date(2017, 11, 6)


def rolled():
    return rolled_book(POSITIONS, BASE, "0" * 64)


def of(book, kind):
    """Rows of the flows of the first position of a kind."""
    place = book.kinds.index(kind)
    return book.flows.position == place, place


def test_on_its_own_date_the_book_is_the_file_without_its_prices():
    bare = [replace(position, price=None, market_yield=None) for position in POSITIONS]
    plain = compile_book(bare, BASE.valuation_date, sha256="0" * 64)
    found = rolled().on(BASE.valuation_date, BASE)
    # amounts are linear in the coupon or rate; of an FX rate from two that differ by 0.1 %: roundings 1,000 times 1e-16
    np.testing.assert_allclose(found.flows.amount, plain.flows.amount, rtol=1e-12, atol=1e-4)
    np.testing.assert_allclose(position_values(found, BASE), position_values(plain, BASE), rtol=1e-12, atol=1e-2)


def test_on_another_date_every_payment_is_as_many_days_ahead():
    before, after = rolled().one, rolled().on(LATER, replace(BASE, valuation_date=LATER))
    assert after.valuation_date == LATER
    assert np.array_equal(before.flows.day, after.flows.day)
    assert after.flows.day.min() > 0


@pytest.mark.parametrize(("kind", "curve"), [("UST", "UST"), ("JGB", "JGB")])
def test_a_coupon_keeps_its_spread_over_the_zero_rate(kind, curve):
    base, up = (rolled().on(BASE.valuation_date, market) for market in (BASE, shifted(BASE, 0.01, curve)))
    rows, place = of(base, kind)
    face = abs(POSITIONS[place].notional)
    coupons = (up.flows.amount - base.flows.amount)[rows][:-1]
    assert np.abs(coupons[1:]) == pytest.approx(np.full(coupons.size - 1, 0.005 * face))  # half of 1 % of the face


def test_a_coupon_is_never_below_zero_and_the_rate_of_a_loan_may_be():
    down = rolled().on(BASE.valuation_date, shifted(shifted(BASE, -0.1, "JGB"), -0.1, "UST"))
    rows, _ = of(down, "UST")
    assert (down.flows.amount[rows][:-1] == 0.0).all()
    rows, place = of(down, "DEPOSIT")  # yen owed: pays back less than it borrowed
    assert 0.0 < -down.flows.amount[rows][-1] < -POSITIONS[place].notional


@pytest.mark.parametrize("kind", ["FX_FORWARD", "FX_SPOT", "FX_SWAP"])
def test_a_rate_of_exchange_keeps_its_ratio_to_spot(kind, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text(template([KINDS[kind]]), encoding="utf-8")
    book = rolled_book(read_positions(path, BASE.valuation_date), BASE, "0" * 64)
    half = replace(BASE, fx={"USD": 0.5 * BASE.usdjpy})
    before, after = (book.on(BASE.valuation_date, market) for market in (BASE, half))
    assert before.flows.amount.size > 0  # yen
    assert after.flows.amount == pytest.approx(0.5 * before.flows.amount)
    assert after.table(Exchanges).amount == pytest.approx(before.table(Exchanges).amount)  # dollars
    # yen and dollars halve together: so does what the trade is worth
    values = [position_values(each, market) for each, market in ((before, BASE), (after, half))]
    assert values[1] == pytest.approx(0.5 * values[0])


def test_a_market_price_is_left_out():
    priced = [position for position in POSITIONS if position.price is not None]
    assert priced
    found = rolled().on(BASE.valuation_date, BASE)
    assert found.marks.position.size == 0


@pytest.mark.parametrize("kind", ["FX_CALL", "JGB_FUTURE", "NDF", "SWAPTION"])
def test_a_kind_that_no_rule_rolls_is_refused_by_name(kind, tmp_path):
    path, known = tmp_path / "book.csv", next(each for each in KINDS.values() if kind in each.name)
    path.write_text(template([known]), encoding="utf-8")
    odd = read_positions(path, BASE.valuation_date)
    with pytest.raises(InputError, match=rf"'{known.name}-1' cannot be rolled to other dates: {known.name} depend"):
        rolled_book([*POSITIONS, *odd], BASE, "0" * 64)
