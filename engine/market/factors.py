"""Risk factors: the simulated levels, and how a tenor label becomes years."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from engine.conventions.currencies import CURRENCIES, FOREIGN, HOME, currency_of_factor, fx_quote
from engine.errors import InputError

DAYS_PER_YEAR = 252  # business days; a step of one day is 1 / 252 year of diffusion
PRICE_FACTOR = "USDJPY"  # the exchange rate of the unwind's own mechanisms
BASIS_PILLAR = 10.0  # years: a SPREAD's level is that of its curve's spreads there
_CURVE = r"[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*"


class FactorKind(Enum):
    """How a factor's state relates to its level."""

    RATE = "rate"  # state = level: a zero rate, decimal, continuously compounded
    PRICE = "price"  # state = ln(level): USD/JPY, an equity index, an EM asset
    VOL = "vol"  # state = ln(level): a pair's vols at the money, or a currency's swaption vols, all by one factor
    SPREAD = "spread"  # state = level: decimal, a derived curve's zero spread at ten years; all its spreads move alike
    SKEW = (
        "skew"  # state = level: a pair's 25-delta risk reversal over the vol at the money, which all expiries move by
    )


# Kinds whose state is the level, not its logarithm; kinds that no history has a column of.
LEVELS_MOVE = frozenset({FactorKind.RATE, FactorKind.SPREAD, FactorKind.SKEW})
UNRECORDED = frozenset({FactorKind.VOL, FactorKind.SPREAD, FactorKind.SKEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One simulated level, such as `JGB_10Y`, `USDJPY`, `EURJPY`, `SPX`, `USDJPY_VOL` or `SWAPTION_JPY_VOL`."""

    name: str
    kind: FactorKind
    curve: str | None = None  # RATE: the curve it is a pillar of, "JGB"; SPREAD: the derived curve, "TONA"
    pillar: float | None = None  # RATE: years
    currency: str | None = (
        None  # PRICE: in which the level is quoted, "JPY" of USDJPY; VOL of swaptions: of their swaps
    )
    pair: str | None = None  # VOL, SKEW: the currency pair, "USDJPY" of USDJPY_VOL and USDJPY_SKEW


def is_exchange_rate(factor: Factor) -> bool:
    """Return whether a factor is the price of a currency: a registered one's, or like GBPJPY, quoted in its end."""
    if currency_of_factor(factor.name) is not None:
        return True
    ends_in = factor.name[3:]
    return len(factor.name) == 6 and ends_in in CURRENCIES and factor.currency == ends_in


def level_text(kind: FactorKind, level: float) -> str:
    """Return a factor's level as a desk writes it: "125.00" of a price, of other kinds a percentage, "3.500 %"."""
    return f"{level:,.2f}" if kind is FactorKind.PRICE else f"{100.0 * level:.3f} %"


def tenor_years(label: str) -> float:
    """Return the years of a tenor label: "1W" -> 7 / 365, "3M" -> 0.25, "10Y" -> 10.0, "1.5M" -> 0.125."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([WMY])", label)
    if not match or float(match[1]) == 0.0:
        raise InputError(f"tenor must look like '1W', '3M' or '10Y', got {label!r}")
    length = float(match[1])
    return {"W": length * 7.0 / 365.0, "M": length / 12.0, "Y": length}[match[2]]


def tenor_label(years: float) -> str:
    """Return the label of a tenor: 0.25 -> "3M", 10.0 -> "10Y", 0.125 -> "1.5M", 7 / 365 -> "1W"."""
    if not 0.0 < years < float("inf"):
        raise InputError(f"a tenor must be a positive number of years, got {years!r}")
    months, weeks = round(years * 12.0, 9), round(years * 365.0 / 7.0, 9)
    if months % 0.5 and weeks % 1.0 == 0.0:
        return f"{weeks:g}W"
    return f"{months / 12.0:g}Y" if months % 12.0 == 0.0 else f"{months:g}M"


def spread_factor_name(curve: str) -> str:
    """Return the name of the factor that moves a derived curve's spreads: "TONA" -> "SPREAD_TONA"."""
    return f"SPREAD_{curve}"


def swaption_factor_name(currency: str) -> str:
    """Return the name of the factor that moves the normal vols of a currency's swaptions: "SWAPTION_JPY_VOL"."""
    return f"SWAPTION_{currency}_VOL"


def skew_factor_name(pair: str) -> str:
    """Return the name of the factor that moves the risk reversals of a currency pair: "USDJPY_SKEW"."""
    return f"{pair}_SKEW"


def is_curve_name(name: str) -> bool:
    """Return whether a curve may be called so: capitals, digits and underscores between words, as "JGB_REPO"."""
    return re.fullmatch(_CURVE, name) is not None


def parse_factor(name: str, currencies: Mapping[str, str] | None = None) -> Factor:
    """Return the factor of a name.

    "JGB_10Y" is the zero rate of curve JGB at 10 years, "JGB_REPO_3M" that of curve JGB_REPO, "USDJPY" the exchange
    rate of a registered currency, "USDJPY_VOL" its at-the-money vols, "USDJPY_SKEW" its risk reversals,
    "SWAPTION_JPY_VOL" the normal vols of yen swaptions, "SPREAD_TONA" the spreads of the derived curve TONA over its
    parent. `currencies` declares other prices: {"SPX": "USD"}. Raises InputError for any other name.
    """
    if currencies and name in currencies:
        return Factor(name=name, kind=FactorKind.PRICE, currency=currencies[name])
    if currency_of_factor(name) is not None:
        return Factor(name=name, kind=FactorKind.PRICE, currency=HOME)
    if match := re.fullmatch(r"([A-Z]{6})_(VOL|SKEW)", name):
        return Factor(name=name, kind=FactorKind[match[2]], pair=match[1])
    if match := re.fullmatch(r"SWAPTION_([A-Z]{3})_VOL", name):
        return Factor(name=name, kind=FactorKind.VOL, currency=match[1])
    if match := re.fullmatch(rf"SPREAD_({_CURVE})", name):
        return Factor(name=name, kind=FactorKind.SPREAD, curve=match[1])
    match = re.fullmatch(rf"({_CURVE})_([0-9]+(?:\.[0-9]+)?[WMY])", name)
    if not match:
        rates = ", ".join(repr(fx_quote(code).factor) for code in FOREIGN)
        raise InputError(
            f"factor must look like 'JGB_10Y', 'SPREAD_TONA' or '{PRICE_FACTOR}_VOL', be an exchange rate, {rates}, "
            f"or be declared with its level, got {name!r}"
        )
    return Factor(name=name, kind=FactorKind.RATE, curve=match[1], pillar=tenor_years(match[2]))
