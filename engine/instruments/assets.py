"""Quantities of a price factor: an asset held outright, or a future on an index, worth its profit since today."""

from typing import TYPE_CHECKING

from engine.conventions.currencies import DOLLAR, EVERY
from engine.instruments.family import Family, Part
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, number
from engine.instruments.rows.rule import KindRule
from engine.payoffs.holdings import HoldingPart

if TYPE_CHECKING:
    from engine.instruments.days import Days

ASSET = Kind(
    name="ASSET",
    meaning="`notional` units of a price factor: an equity index, an EM asset; `currency` is the factor's",
    rule=KindRule(currencies=EVERY, required=("factor",)),
    example={"currency": DOLLAR, "notional": "2500", "factor": "SPX"},
)
INDEX_FUTURE = Kind(
    name="INDEX_FUTURE",
    meaning="`notional` contracts on a price factor; its carry to `maturity` is what `price` implies",
    rule=KindRule(currencies=EVERY, required=("factor", "maturity", "multiplier"), optional=("price",)),
    example={
        "currency": DOLLAR,
        "notional": "-40",
        "factor": "SPX",
        "maturity": "2025-09-19",
        "multiplier": "50",
        "price": "5936.5",
    },
)


def _parts(position: Position, days: "Days") -> list[Part]:
    assert position.factor is not None
    return [
        HoldingPart(
            factor=position.factor,
            currency=position.currency,
            quantity=position.notional * (position.multiplier or 1.0),
            expiry_day=_last_day(position, days) or 0,
            market_price=number(position.price),
        )
    ]


def _last_day(position: Position, days: "Days") -> int | None:
    return None if position.maturity is None else days.day(position.maturity)


ASSETS = Family(name="assets", kinds=(ASSET, INDEX_FUTURE), parts=_parts, last_day=_last_day)
