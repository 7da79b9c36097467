"""Places of factors in tables: of each curve its pillars to 5 years, to 10 and beyond; exchange rates; the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contributions.factor_parts import AGEING, REMAINDER, SHOCK
from engine.conventions.currencies import currency_of_factor
from engine.market.factors import Factor, FactorKind, is_exchange_rate, tenor_label

ENDS = (5.0, 10.0, np.inf)  # years: the last pillar of each part of a curve
TOGETHER = {  # kinds of factors that share one place: its name
    FactorKind.PRICE: "other prices",
    FactorKind.VOL: "vols",
    FactorKind.SKEW: "risk reversals",
    FactorKind.SPREAD: "spreads",
}
NO_MOVE = (SHOCK, AGEING, REMAINDER)  # parts of P&L that no factor's move makes
_WORDS = {
    SHOCK: "the scenario's shock",
    AGEING: "the book's ageing",
    REMAINDER: "what falls to no factor alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where some factors stand, as a table calls it and as a sentence does."""

    name: str  # "JGB 20Y-40Y"
    words: str  # "the 20- to 40-year JGB curve"


def places_of(parts: Sequence[str], factors: Sequence[Factor]) -> list[Place]:
    """Return the place of each part of a P&L by factor, of those that no factor's move makes their own names."""
    by_name = {factor.name: factor for factor in factors}
    return [
        Place(name=name, words=_WORDS[name]) if name in NO_MOVE else _place(by_name[name], factors) for name in parts
    ]


def _place(factor: Factor, factors: Sequence[Factor]) -> Place:
    if factor.kind is FactorKind.RATE and factor.curve is not None and factor.pillar is not None:
        part = _part_of_curve(factor.pillar)
        pillars = [f.pillar for f in factors if f.curve == factor.curve and f.pillar is not None]
        mine = [pillar for pillar in pillars if _part_of_curve(pillar) == part]
        return _curve_place(factor.curve, min(mine), max(mine))
    if is_exchange_rate(factor):
        code = currency_of_factor(factor.name) or factor.name[:3]
        return Place(name=factor.name, words=f"{code}/{factor.currency}")
    return Place(name=TOGETHER[factor.kind], words=TOGETHER[factor.kind])


def _part_of_curve(pillar: float) -> int:
    return next(i for i, end in enumerate(ENDS) if pillar <= end)


def _curve_place(curve: str, first: float, last: float) -> Place:
    ends = "-".join(dict.fromkeys((tenor_label(first), tenor_label(last))))
    words = f"the {_long(last)} {curve} yield" if first == last else f"the {_long(first, last)} {curve} curve"
    return Place(name=f"{curve} {ends}", words=words)


def _long(first: float, last: float | None = None) -> str:
    """Return lengths as adjectives: "10-year", "3-month to 5-year", "20- to 40-year"."""
    count, unit = (first, "year") if first >= 1.0 else (12.0 * first, "month")
    if last is None:
        return f"{count:g}-{unit}"
    end = _long(last)
    return f"{count:g}- to {end}" if end.endswith(unit) else f"{count:g}-{unit} to {end}"
