"""Repos and deposits: out on `start_date`, back with simple interest.

Both days are modified following; JPY counts Act/365F, USD Act/360. A repo is its cash leg only; the bond behind it is
a position of its own.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, EVERY, HOME, currency_of
from engine.instruments.family import MOVED, Family, Part
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import LOAN_RUN, KindRule
from engine.payoffs.flows import Leg

if TYPE_CHECKING:
    from engine.instruments.days import Days

_RULE = KindRule(
    currencies=EVERY,
    required=("start_date", "maturity", "rate"),
    interest=("rate",),
    run=LOAN_RUN,
)
REPO = Kind(
    name="REPO",
    meaning="cash leg of a repo (negative: cash borrowed) or reverse repo (positive: lent)",
    rule=_RULE,
    example={
        "currency": DOLLAR,
        "notional": "-95000000",
        "rate": "0.0434",
        "start_date": "2025-05-27",
        "maturity": "2025-06-27",
    },
)
DEPOSIT = Kind(
    name="DEPOSIT",
    meaning="deposit (positive) or loan (negative)",
    rule=_RULE,
    example={
        "currency": HOME,
        "notional": "1000000000",
        "rate": "0.006",
        "start_date": "2025-05-27",
        "maturity": "2025-08-27",
    },
)


def _parts(position: Position, days: "Days") -> list[Part]:
    assert position.start_date is not None
    assert position.maturity is not None
    assert position.rate is not None
    calendar = days.centre(position.currency)
    start, end = (days.payment_day(calendar, when) for when in (position.start_date, position.maturity))
    interest = position.rate * (end - start) / currency_of(position.currency).year_days
    paid = np.array([start, end])
    amounts = np.array([-position.notional, position.notional * (1.0 + interest)])
    ahead = paid >= 1
    if not ahead.any():
        return []
    curve, currency = currency_of(position.currency).curves.bond, position.currency
    return [Leg(curve=curve, currency=currency, days=paid[ahead], amounts=amounts[ahead])]


def _last_day(position: Position, days: "Days") -> int:
    assert position.maturity is not None
    return days.payment_day(days.centre(position.currency), position.maturity)


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    if days.is_moved(days.centre(position.currency), position.start_date, position.maturity):
        yield MOVED


LOANS = Family(name="loans", kinds=(REPO, DEPOSIT), parts=_parts, last_day=_last_day, cautions=_cautions)
