"""The factors that the unwind's own mechanisms look at and move: USD/JPY, and four yields around its carry."""

from collections.abc import Sequence

from engine.market.factors import Factor, FactorKind

USDJPY = "USDJPY"
JGB_CURVE, UST_CURVE = "JGB", "UST"
LONG_JGB, SHORT_JGB = "JGB_30Y", "JGB_1Y"
TEN_YEARS, SHORT_UST = "UST_10Y", "UST_3M"


def pickup_factors(factors: Sequence[Factor]) -> tuple[str, str, str, str] | None:
    """Return JGB_30Y, UST_10Y, the dollar's short rate, JGB_1Y; None where one is missing.

    The pick-up of JGBs over hedged Treasuries is JGB30 - (UST10 - (UST short - JGB1)); short is UST_3M or else the
    shortest Treasury.
    """
    names = [factor.name for factor in factors]
    treasuries = [factor for factor in factors if factor.kind is FactorKind.RATE and factor.curve == UST_CURVE]
    if not {LONG_JGB, TEN_YEARS, SHORT_JGB} <= set(names):
        return None
    shortest = min(treasuries, key=lambda factor: factor.pillar or 0.0).name
    return LONG_JGB, TEN_YEARS, SHORT_UST if SHORT_UST in names else shortest, SHORT_JGB
