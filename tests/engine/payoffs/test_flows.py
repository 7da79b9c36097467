"""Spreads that give back the prices of bonds."""

from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.book.value import position_values
from engine.errors import InputError
from engine.payoffs.flows import fit_spreads, settlement_values


def test_a_bond_with_the_par_coupon_is_worth_par_on_a_coupon_day(make_book, make_market):
    valuation_date = date(2025, 5, 14)  # settles on Thursday 15 May, a coupon day: nothing accrued
    market = make_market(valuation_date)
    row = {"kind": "UST", "maturity": "2035-05-15", "notional": 1e6}
    days = make_book(row | {"coupon": 0.04}, valuation_date=valuation_date).flows.day
    factors = market.curves["UST"].discount(days[days > 1] / 365.0) / market.curves["UST"].discount(1 / 365.0)
    par_coupon = 2.0 * float((1.0 - factors[-1]) / factors.sum())
    book = make_book(row | {"coupon": par_coupon}, valuation_date=valuation_date)
    price = settlement_values(book, market, np.zeros(1), book.bonds.position, book.bonds.settlement_day)
    assert price == pytest.approx([1e6], rel=1e-14)
    assert book.bonds.accrued.tolist() == [0.0]


@given(
    spread_bp=st.floats(-4000, 4000),
    coupon=st.floats(0.0, 0.09),
    kind=st.sampled_from(["JGB", "UST", "JGB_BILL", "UST_BILL"]),
    years=st.integers(1, 39),
    face=st.sampled_from([-1e9, 1.0, 1e12]),
)
@settings(max_examples=60, deadline=None)
def test_a_fitted_spread_gives_the_price_back(make_book, make_market, spread_bp, coupon, kind, years, face):
    market, is_bill = make_market(), kind.endswith("BILL")
    row = {"kind": kind, "maturity": date(2025 + (1 if is_bill else years), 6, 18), "notional": face}
    row |= {} if is_bill else {"coupon": coupon}
    plain = make_book(row)
    value = settlement_values(
        plain, market, np.array([spread_bp * 1e-4]), plain.bonds.position, plain.bonds.settlement_day
    )
    price = float(100.0 * value[0] / face - plain.bonds.accrued[0])
    assume(5.0 <= price < 300.0)  # others are refused, whoever writes them
    book = make_book(row | {"price": price})
    spreads = fit_spreads(book, market).spread
    again = settlement_values(book, market, spreads, book.marks.position, book.marks.settlement_day)
    assert again == pytest.approx(book.marks.settlement_value, rel=2e-13)  # as promised, and its own rounding


def test_long_and_short_have_one_spread_and_opposite_values(make_book, make_market):
    row = {"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "price": 97.0}
    book, market = make_book(row | {"notional": 1e9}, row | {"notional": -1e9}), make_market()
    spreads = fit_spreads(book, market).spread
    assert spreads[0] == pytest.approx(spreads[1], rel=1e-12)
    assert position_values(book, market).sum() == pytest.approx(0.0, abs=1e-3)  # yen of 1e9


def test_a_price_out_of_reach_is_refused_by_name(make_book, make_market):
    bond = {"kind": "UST", "coupon": 0.0, "maturity": "2025-06-30", "price": 80.0, "position_id": "T-JUN"}
    with pytest.raises(InputError, match=r"'T-JUN': no spread within \+-50% over its curve gives the price"):
        fit_spreads(make_book(bond, {"kind": "CASH"}), make_market())
