"""Inflation-linked JGBs: payments and prices worked out by hand, real yields by QuantLib."""

from datetime import date

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.book.check import check_book
from engine.book.fit import fit
from engine.book.static_inputs import static_input_warnings
from engine.book.value import book_warnings, position_values
from engine.errors import FileFaults, InputError
from engine.payoffs.notes.linkers import BreakEvens, LinkedFlows

LINKER = {"kind": "JGBI", "notional": 100.0, "coupon": 0.01, "issue_date": "2024-09-10", "maturity": "2026-03-10"}
PAID = np.array([date(2025, 9, 10), date(2026, 3, 10)])  # Wednesday and Tuesday, both business days in Tokyo
SETTLED = date(2025, 5, 29)


def days_from(day):
    return np.array([(each - day).days for each in PAID])


def test_payments_are_real_ones_grown_from_the_settlement_day(make_book, make_market):
    market = make_market()
    book = make_book(LINKER | {"index_ratio": 1.05, "break_even": 0.02})
    # By hand: half of 1 % of 105 on each day, 105 at the end, grown by 2 % a year from settlement.
    money = np.array([0.525, 105.525]) * 1.02 ** (days_from(SETTLED) / 365)
    worth = float((money * market.curves["JGB"].discount(days_from(date(2025, 5, 28)) / 365)).sum())
    assert position_values(book, market) == pytest.approx([worth], rel=1e-14)


def test_a_price_fixes_the_break_even_and_is_given_back(make_book, make_market):
    market = make_market()
    stated = make_book(LINKER | {"index_ratio": 1.05, "break_even": 0.02})
    row = check_book(stated, market).rows[0]
    priced = make_book(LINKER | {"index_ratio": 1.05, "price": row.clean_price})
    again = check_book(priced, market).rows[0]
    assert again.break_even == pytest.approx(0.02, abs=1e-11)
    assert again.clean_price == pytest.approx(row.clean_price, rel=1e-13)
    assert again.value == pytest.approx(row.value, rel=1e-12)
    by_yield = make_book(LINKER | {"index_ratio": 1.05, "market_yield": row.market_yield})
    assert check_book(by_yield, market).rows[0].break_even == pytest.approx(0.02, abs=1e-10)


def test_a_real_yield_is_that_of_quantlib(make_book, make_market):
    row = check_book(make_book(LINKER | {"index_ratio": 1.05, "price": 101.3}), make_market()).rows[0]
    settled, ends = ql.Date(29, 5, 2025), ql.Date(10, 3, 2026)
    schedule = ql.Schedule(
        ql.Date(10, 3, 2025), ends, ql.Period(6, ql.Months), ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted,
        ql.DateGeneration.Backward, False,
    )  # fmt: skip
    bond = ql.FixedRateBond(0, 100.0, schedule, [0.01], ql.ActualActual(ql.ActualActual.ISMA, schedule))
    # JGBs accrue by days over 365, QuantLib's bond by its period: the dirty price is the same.
    clean = 101.3 + 1.0 * 80 / 365 - bond.accruedAmount(settled)
    count = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    expected = bond.bondYield(
        ql.BondPrice(clean, ql.BondPrice.Clean), count, ql.Compounded, ql.Semiannual, settled, 1e-14
    )
    assert row.market_yield == pytest.approx(expected, abs=1e-10)


def test_a_floor_of_2013_or_later_keeps_the_face_and_an_older_bond_has_none(make_book, make_market):
    market = make_market()
    told = {"index_ratio": 0.99, "break_even": -0.01, "coupon": 0.0}
    floored, old = LINKER | told, LINKER | told | {"issue_date": "2012-03-10"}
    book = make_book(floored, old)
    end = market.curves["JGB"].discount(days_from(date(2025, 5, 28))[1] / 365)
    grown = 99.0 * 0.99 ** (days_from(SETTLED)[1] / 365)
    assert position_values(book, market) == pytest.approx([100.0 * end, grown * end])
    assert book_warnings(book, market)[0].startswith(
        "position 'P0': a principal floor: redemption is at least the face"
    )


def test_a_break_even_has_no_risk_and_that_is_told_with_its_size(make_book, make_market):
    market = make_market()
    book = make_book(LINKER | {"notional": 1e10, "index_ratio": 1.05, "price": 101.3})
    fits = fit(book, market)
    (told,) = static_input_warnings(book, market, fits)
    assert told.startswith("break-evens of JGBI: no factor moves them, so their risk is in no figure; +1 bp is worth +")
    flows, amount = book.table(LinkedFlows), fits.constants.of(BreakEvens).amount
    growth = fits.constants.of(BreakEvens).growth[0]
    years = (flows.day - flows.linked_day) / 365
    slope = float((amount * years / growth * market.curves["JGB"].discount(flows.day / 365)).sum()) * 1e-4
    said = float(told.split("worth +")[1].split(" JPY")[0].replace(",", ""))
    assert said == pytest.approx(slope, rel=1e-3)  # convexity of a basis point, and whole yen


def test_below_the_floor_no_inflation_gives_a_price_and_none_is_told_where_nothing_can_be_bought(
    make_book, make_market
):
    cheap = make_book(LINKER | {"index_ratio": 1.0, "price": 97.0})
    with pytest.raises(
        InputError, match=r"below what the principal floor alone is worth has none; .* or state `break_even`"
    ):
        position_values(cheap, make_market())
    book = make_book(LINKER | {"index_ratio": 1.05, "maturity": "2025-05-29", "price": 100.0})
    assert check_book(book, make_market()).rows[0].break_even is None


def test_what_is_no_linked_bond_is_refused(make_book, make_market):
    with pytest.raises(InputError, match="needs it or `market_yield` or `break_even`"):
        make_book(LINKER | {"index_ratio": 1.05})
    with pytest.raises(FileFaults, match="JGBI needs it, or `base_index` and `cpi` together"):
        make_book(LINKER | {"base_index": 100.0, "price": 100.0})
    with pytest.raises(FileFaults, match="needs the consumer prices of 2025-02: there are none"):
        make_book(LINKER | {"base_index": 100.0, "cpi": "2024-12@110.0", "price": 100.0})
    with pytest.raises(InputError, match="no break-even inflation from -20% to 50% a year gives the price"):
        position_values(make_book(LINKER | {"index_ratio": 1.05, "price": 290.0}), make_market())
    with pytest.raises(InputError, match="lists consumer price indices as month@index"):
        make_book(LINKER | {"base_index": 100.0, "cpi": "2025-2@110", "price": 100.0})


def test_an_index_ratio_is_worked_out_from_published_prices(make_book, make_market):
    cpi = {"base_index": 106.8, "cpi": "2025-02@109.7 2025-03@110.2", "break_even": 0.015}
    worked, stated = make_book(LINKER | cpi), make_book(LINKER | {"index_ratio": 1.03002, "break_even": 0.015})
    assert position_values(worked, make_market()).tolist() == position_values(stated, make_market()).tolist()
