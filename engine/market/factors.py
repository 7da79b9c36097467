"""Risk factors: the simulated levels, and how a tenor label becomes years."""

import re
from dataclasses import dataclass
from enum import Enum

from engine.errors import InputError

DAYS_PER_YEAR = 252  # business days; a step of one day is 1 / 252 year of diffusion
MAX_FACTORS = 64
PRICE_FACTOR = "USDJPY"


class FactorKind(Enum):
    """How a factor's state relates to its level."""

    RATE = "rate"  # state = level: a zero rate, decimal, continuously compounded
    PRICE = "price"  # state = ln(level): USD/JPY, an equity index


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One simulated level, such as `JGB_10Y` or `USDJPY`."""

    name: str
    kind: FactorKind
    curve: str | None = None  # RATE: the curve it is a pillar of, "JGB"
    pillar: float | None = None  # RATE: years


def tenor_years(label: str) -> float:
    """Years of a tenor label: "3M" -> 0.25, "10Y" -> 10.0, "1.5M" -> 0.125."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([MY])", label)
    if not match or float(match[1]) == 0.0:
        raise InputError(f"tenor must look like '3M' or '10Y', got {label!r}")
    return float(match[1]) / 12.0 if match[2] == "M" else float(match[1])


def tenor_label(years: float) -> str:
    """Label of a tenor, the inverse of `tenor_years`: 0.25 -> "3M", 10.0 -> "10Y", 0.125 -> "1.5M"."""
    if not 0.0 < years < float("inf"):
        raise InputError(f"a tenor must be a positive number of years, got {years!r}")
    months = round(years * 12.0, 9)
    return f"{months / 12.0:g}Y" if months % 12.0 == 0.0 else f"{months:g}M"


def parse_factor(name: str) -> Factor:
    """The factor of a name: "JGB_10Y" is the zero rate of curve JGB at 10 years, "USDJPY" the exchange rate."""
    if name == PRICE_FACTOR:
        return Factor(name=name, kind=FactorKind.PRICE)
    match = re.fullmatch(r"([A-Z][A-Z0-9]*)_([0-9]+(?:\.[0-9]+)?[MY])", name)
    if not match:
        raise InputError(f"factor must look like 'JGB_10Y', 'UST_3M' or '{PRICE_FACTOR}', got {name!r}")
    return Factor(name=name, kind=FactorKind.RATE, curve=match[1], pillar=tenor_years(match[2]))
