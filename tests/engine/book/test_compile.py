"""Positions into one compiled book."""

from datetime import date

import numpy as np
import pytest

from engine.book.compile import position_faults
from engine.errors import FileFaults

MATURED = {"kind": "UST", "coupon": 0.04, "maturity": "2025-05-15"}


def test_flows_are_sorted_by_position_then_date(make_book):
    book = make_book(
        {"kind": "JGB", "coupon": 0.01, "maturity": "2030-03-20"},
        {"kind": "CASH", "currency": "JPY"},
        {"kind": "FX_FORWARD", "maturity": "2025-08-29", "rate": 143.0},
        {"kind": "UST", "coupon": 0.04, "maturity": "2027-05-15"},
    )
    assert (np.diff(book.flows.position) >= 0).all()
    assert (np.diff(book.flows.day)[np.diff(book.flows.position) == 0] >= 0).all()
    assert (book.flows.day >= 1).all()
    assert book.balances.position.tolist() == [1]
    assert book.bonds.position.tolist() == [0, 3]
    assert set(zip(book.flows.currency.tolist(), book.flows.curve.tolist(), strict=True)) == {
        ("JPY", "JGB"), ("USD", "UST"), ("JPY", "XCCY_JPY")
    }  # fmt: skip
    assert [(row.tolist()) for row in (book.exchanges.position, book.exchanges.currency, book.exchanges.curve)] == [
        [2], ["USD"], ["SOFR"]
    ]  # fmt: skip


def test_a_mark_is_the_dirty_value_for_settlement(make_book):
    book = make_book({"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "notional": -1e9, "price": 97.5})
    accrued = 1.4 * 70 / 365  # 20 March to 29 May 2025
    assert book.marks.settlement_day.tolist() == [1]
    assert book.marks.settlement_value == pytest.approx([-1e7 * (97.5 + accrued)], rel=1e-15)


def test_every_matured_position_is_refused_by_name(make_positions, make_book):
    faults = position_faults(make_positions(MATURED, MATURED), date(2025, 5, 28))
    assert [fault.where for fault in faults] == ["maturity", "maturity"]
    assert "position 'P1' matured on 2025-05-15, before the valuation date 2025-05-28" in faults[1].message
    with pytest.raises(FileFaults, match=r"position 'P0' matured"):
        make_book(MATURED)


def test_a_price_is_refused_where_nothing_is_left_to_fit(make_positions):
    bond = {"kind": "UST", "coupon": 0.04, "maturity": "2025-05-29", "price": 100.0}
    (fault,) = position_faults(make_positions(bond), date(2025, 5, 28))
    assert fault.where == "price"
    assert "pays nothing after settlement" in fault.message


def test_a_position_due_on_the_valuation_date_is_worth_nothing_and_said_so(make_book):
    book = make_book({"kind": "UST_BILL", "maturity": "2025-05-28"}, {"kind": "CASH"})
    assert book.flows.day.size == 0
    assert book.warnings == (
        "1 position ('P0') with its last payment on the valuation date 2025-05-28: counts as paid, worth 0",
    )


def test_warnings_name_a_few_and_count_the_rest(make_book):
    book = make_book(*({"kind": "CASH", "notional": 0.0} for _ in range(8)))
    assert book.warnings == (
        "8 positions ('P0', 'P1', 'P2', 'P3', 'P4' and 3 more) with a notional of 0: worth exactly 0",
    )


def test_a_loan_s_date_that_is_no_business_day_is_said_to_move(make_book):
    loan = {"kind": "DEPOSIT", "currency": "JPY", "start_date": "2025-05-12", "maturity": "2025-07-21", "rate": 0.005}
    assert "a date that is no business day" in make_book(loan).warnings[0]  # Marine Day
