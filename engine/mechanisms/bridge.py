"""A bridge: drifts that lead the median of a price to a level at the horizon."""

from dataclasses import dataclass

from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.globs import refuse_other_factors
from engine.mechanisms.parameters.parameter import Form, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Drifts that lead the median of a price to a level at the horizon, the other factors by their regression on it."""

    factor: str = parameter(doc="A price: USDJPY.", form=Form.FACTOR, most=40)
    level: float = parameter(doc="In the price's own units: 125.0 yen for one dollar.", above=0.0)


def check_bridge_on_market(bridge: Bridge | None, market: Market, findings: Findings) -> None:
    """Refuse a bridge of what is no price."""
    if bridge is not None:
        refuse_other_factors(bridge.factor, FactorKind.PRICE, None, "bridge.factor", market, findings)
