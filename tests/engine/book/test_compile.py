"""Positions into one compiled book."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.book.compile import compile_book
from engine.errors import InputError
from engine.instruments.registry import KINDS
from engine.instruments.rows.position import Position
from engine.payoffs.balances import Balances
from tests.engine.hand_made import basket_of

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
    assert book.table(Balances).position.tolist() == [1]
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


def test_what_is_over_is_worth_nothing_and_said_once_for_each_kind(make_book):
    future = {"kind": "UST_FUTURE", "contract": "TY-2503", "deliverables": basket_of("0.04@2032-02-15")}
    swap = {"kind": "OIS", "currency": "JPY", "rate": 0.01, "start_date": "2024-05-27", "maturity": "2025-05-27"}
    ndf = {"kind": "NDF", "rate": 143.5, "maturity": "2025-05-27"}
    book = make_book(MATURED, MATURED, future, swap, ndf, {"kind": "JGB", "coupon": 0.01, "maturity": "1998-03-20"})
    assert all(table.position.size == 0 for table in (book.flows, book.options, book.futures, book.floats))
    assert [warning.split(", over before")[0] for warning in book.warnings] == [
        "2 positions ('P0', 'P1') with kind UST",
        "1 position ('P2') with kind UST_FUTURE",
        "1 position ('P3') with kind OIS",
        "1 position ('P4') with kind NDF",
        "1 position ('P5') with kind JGB",
    ]
    assert all(text.endswith("the valuation date 2025-05-28: worth 0; remove what is over") for text in book.warnings)


def test_a_price_is_not_used_where_nothing_is_left_to_fit(make_book):
    book = make_book({"kind": "UST", "coupon": 0.04, "maturity": "2025-05-29", "price": 100.0})
    assert book.flows.day.tolist() == [1]
    assert book.marks.position.size == 0
    assert "with a price or yield, but nothing to pay after settlement: it is not used" in book.warnings[0]


def test_positions_due_on_the_valuation_date_are_worth_nothing_and_said_so(make_book):
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


def test_positions_built_in_python_are_refused_for_what_a_file_is_on_its_date():
    bond = Position(
        **{"position_id": "P1", "book": "main", "kind": KINDS["JGB"], "currency": "JPY"},
        **{"notional": 1e9, "coupon": 0.01, "maturity": date(2035, 3, 20)},
    )
    late = replace(bond, position_id="P2", maturity=date(9999, 12, 31))
    with pytest.raises(InputError) as refused:
        compile_book([bond, bond, late], date(2025, 5, 28), sha256="")
    assert "position 'P1': there are two of it; ids are unique in a book" in str(refused.value)
    assert "position 'P2': the largest maturity is 2075-12-31, got 9999-12-31" in str(refused.value)
