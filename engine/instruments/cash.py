"""Cash: an amount of a currency held on the valuation date.

It earns what the currency earns in an exchange, the curve `fx` of engine/conventions/currencies.toml: SOFR for dollars,
TONA and the cross-currency basis for yen. So a trade is worth the same, on every path, as an FX swap or as cash and a
forward. Over a horizon it grows at the base market's forward rates, as everything does that is paid on the way.
"""

from typing import TYPE_CHECKING

from engine.conventions.currencies import EVERY, HOME
from engine.instruments.family import Family, Part
from engine.instruments.pairs import Pair
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import KindRule
from engine.payoffs.balances import BalancePart

if TYPE_CHECKING:
    from engine.instruments.days import Days

CASH_HELD = Kind(
    name="CASH",
    meaning="currency held; it earns its overnight rate over the horizon",
    rule=KindRule(currencies=EVERY),
    example={"currency": HOME, "notional": "-250000000"},
)


def _parts(position: Position, days: "Days") -> list[Part]:
    currency = position.currency
    held = BalancePart(currency=currency, quantity=position.notional)
    return [held] if currency == HOME else [held, *days.spot_parts(Pair(foreign=currency, domestic=HOME))]


def _last_day(_: Position, __: "Days") -> None:
    return None


CASH = Family(name="cash", kinds=(CASH_HELD,), parts=_parts, last_day=_last_day)
