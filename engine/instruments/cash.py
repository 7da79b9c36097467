"""Cash: an amount of a currency held on the valuation date."""

from typing import TYPE_CHECKING

from engine.conventions.currencies import EVERY, HOME
from engine.instruments.family import Family, Part
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import KindRule
from engine.payoffs.balances import BalancePart

if TYPE_CHECKING:
    from engine.instruments.days import Days

CASH_HELD = Kind(
    name="CASH",
    meaning="currency held",
    rule=KindRule(currencies=EVERY),
    example={"currency": HOME, "notional": "-250000000"},
)


def _parts(position: Position, _: "Days") -> list[Part]:
    return [BalancePart(currency=position.currency, quantity=position.notional)]


def _last_day(_: Position, __: "Days") -> None:
    return None


CASH = Family(name="cash", kinds=(CASH_HELD,), parts=_parts, last_day=_last_day)
