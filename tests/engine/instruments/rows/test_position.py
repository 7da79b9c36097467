"""A position built in Python is refused for what a file would be refused for."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from engine.errors import InputError
from engine.inputs.book.load import parse_book
from engine.instruments.registry import KINDS
from engine.instruments.rows.position import Position

DAY = date(2025, 5, 28)
JGB = {"position_id": "P1", "book": "main", "kind": KINDS["JGB"], "currency": "JPY", "notional": 1e9}
JGB |= {"coupon": 0.014, "maturity": date(2035, 3, 20)}
CALL = {"position_id": "C1", "book": "main", "kind": KINDS["FX_CALL"], "currency": "USD", "notional": 1e6}
CALL |= {"strike": 143.0, "maturity": date(2025, 8, 27)}
BASKET = ((0.005, date(2032, 12, 20)),)
FUTURE = {"position_id": "F1", "book": "main", "kind": KINDS["JGB_FUTURE"], "currency": "JPY", "notional": -5.0}
FUTURE |= {"contract": "JGB10-2509", "deliverables": BASKET}

BAD = [
    (JGB | {"currency": "USD"}, "currency: JGB is in JPY, got 'USD'"),
    (JGB | {"currency": "XXX"}, "currency: unknown currency 'XXX'"),
    (JGB | {"coupon": float("nan")}, "coupon: must be at least 0 and below 0.1, got nan"),
    (JGB | {"coupon": 1.4}, "coupon: must be at least 0 and below 0.1, got 1.4"),
    (JGB | {"coupon": None}, "coupon: is empty, but JGB needs it"),
    (JGB | {"coupon": "0.014"}, "coupon: must be a number, got '0.014'"),
    (JGB | {"coupon": True}, "coupon: must be a number, got True"),
    (JGB | {"notional": float("inf")}, "notional: must be at least -1e+15"),
    (JGB | {"strike": 140.0}, "strike: JGB takes no `strike`"),
    (JGB | {"price": 99.0, "market_yield": 0.01}, "market_yield: JGB takes `price` or `market_yield`, got both"),
    (JGB | {"price": 0.99}, "price: must be at least 5 and below 300, got 0.99; is 99 meant?"),
    (JGB | {"maturity": "2035-03-20"}, "maturity: must be a date, got '2035-03-20'"),
    (JGB | {"maturity": datetime(2035, 3, 20)}, "maturity: must be a date"),
    (JGB | {"issue_date": date(2036, 1, 1)}, "issue_date: must be before the maturity"),
    (JGB | {"book": "a b"}, "book: a book's name has 1 to 64 letters"),
    (JGB | {"position_id": "x\x1b[2J"}, "position_id: must have at most 128 printable characters"),
    (JGB | {"kind": "JGB"}, "kind: must be one of the kinds of position, got 'JGB'"),
    (JGB | {"kind": None}, "kind: must be one of the kinds of position, got None"),
    (CALL | {"strike": 0.007}, "strike: must be at least 10 and below 1000, got 0.007; is 142.857 meant?"),
    (CALL | {"against": "USD"}, "against: is 'USD', the currency itself"),
    (FUTURE | {"contract": "JGB10"}, "contract: "),
    (FUTURE | {"deliverables": BASKET * 2}, "deliverables: names a bond twice"),
    (FUTURE | {"deliverables": ((float("nan"), date(2032, 12, 20)),)}, "deliverables: coupons are decimals"),
    (FUTURE | {"deliverables": "0.005@2032-12-20"}, "deliverables: must be a tuple of bonds"),
]


@pytest.mark.parametrize(("fields", "said"), BAD, ids=[said[:40] for _, said in BAD])
def test_what_a_file_is_refused_for_an_object_is_too(fields, said):
    with pytest.raises(InputError) as refused:
        Position(**fields)
    assert f"position {fields['position_id']!r}, {said}" in str(refused.value)


def test_all_that_is_wrong_is_said_at_once_and_a_changed_position_is_looked_at_again():
    with pytest.raises(InputError) as refused:
        Position(**(JGB | {"currency": "USD", "coupon": -1.0, "strike": 1.0}))
    assert len(str(refused.value).splitlines()) == 3
    with pytest.raises(InputError, match="notional"):
        replace(Position(**JGB), notional=float("nan"))


def test_a_file_s_position_is_the_one_that_its_fields_make():
    head = "position_id,book,kind,currency,notional,coupon,maturity\n"
    rows = parse_book(f"{head}P1,main,JGB,JPY,1e9,0.014,2035-03-20\n".encode(), "book.csv", DAY)
    assert rows.positions == [Position(**JGB, line=2)]


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ("P1,JGB,USD,1e9,0.014,2035-03-20,", JGB | {"currency": "USD"}),
        ("P1,JGB,JPY,1e9,0.014,2035-03-20,1.0", JGB | {"strike": 1.0}),
        ("P1,JGB,JPY,1e9,,2035-03-20,", JGB | {"coupon": None}),
    ],
)
def test_file_and_object_say_the_same_words(row, fields):
    head = "position_id,kind,currency,notional,coupon,maturity,strike\n"
    of_file = parse_book(f"{head}{row}\n".encode(), "book.csv", DAY).faults
    with pytest.raises(InputError) as refused:
        Position(**fields)
    assert str(refused.value).splitlines() == [f"position 'P1', {fault.where}: {fault.message}" for fault in of_file]
