"""A market: every level on one date, and the law of its moves. Immutable."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.factors import PRICE_FACTOR, Factor, FactorKind
from engine.market.fx_vols import FxVols
from engine.market.spread import SpreadCurve
from kernels.types import F64

LOWEST_USDJPY, HIGHEST_USDJPY = 20.0, 1000.0  # yen for one dollar; 75.6 to 360 since 1949. Beyond: a unit mistaken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParCurve:
    """Published par yields, semi-annual compounding, from which a zero curve is bootstrapped."""

    name: str  # "JGB"
    currency: str  # "JPY"
    times: F64  # (n_tenors,) years
    par_yields: F64  # (n_tenors,) decimal per year


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """Every level on `valuation_date`, with vols and correlations of the factors' moves."""

    valuation_date: date
    par_curves: Mapping[str, ParCurve]  # by curve name; what the publisher printed
    curves: Mapping[str, ZeroCurve]  # by curve name; bootstrapped, on every published tenor; and those of `spreads`
    usdjpy: float  # yen for one dollar
    factors: tuple[Factor, ...]  # (n_factors,) simulated levels, in the order of the draws
    vols: F64  # (n_factors,) RATE: decimal rate per sqrt(year); PRICE, VOL: per sqrt(year), lognormal
    correlation: F64  # (n_factors, n_factors)
    kappas: F64  # (n_factors,) mean reversion per year; 0 is a plain walk
    thetas: F64  # (n_factors,) long-run state of a factor with kappa > 0, else unused; VOL: ln(level)
    mus: F64  # (n_factors,) drift per year of a PRICE's expectation, else 0
    source: str  # where the levels come from, and their dates
    calibration: str  # window and method of vols and correlations
    sources: Mapping[str, str] = field(default_factory=dict)  # of curves, USDJPY, prices; `source` joins them
    levels: Mapping[str, float] = field(default_factory=dict)  # of every PRICE and VOL factor but USDJPY
    spreads: Mapping[str, SpreadCurve] = field(default_factory=dict)  # by name of the curve that each derives
    fx_vols: Mapping[str, FxVols] = field(default_factory=dict)  # by pair, "USDJPY"
    previous_usdjpy: tuple[float, ...] | None = None  # the five closes before valuation_date, newest first
    notes: tuple[str, ...] = ()  # what was done to the figures that were given, such as a repair of the correlation

    def __post_init__(self) -> None:
        n = len(self.factors)
        shapes = {name: getattr(self, name).shape for name in ("vols", "kappas", "thetas", "mus")}
        if wrong := [name for name, shape in shapes.items() if shape != (n,)]:
            raise InputError(f"a market of {n} factors needs {n} {wrong[0]}, got shape {shapes[wrong[0]]}")
        if self.correlation.shape != (n, n):
            raise InputError(f"a market of {n} factors needs a {n} x {n} correlation, got {self.correlation.shape}")
        for factor in self.factors:
            if factor.kind is not FactorKind.RATE and factor.name not in (PRICE_FACTOR, *self.levels):
                raise InputError(f"the market has no level of {factor.name}; it has {', '.join(self.levels) or 'none'}")

    def level(self, factor: Factor) -> float:
        """Level of a factor: a zero rate, a price, an at-the-money vol. Raises InputError when there is none."""
        if factor.curve is not None and factor.pillar is not None:
            if factor.curve not in self.curves:
                raise InputError(f"the market has no curve {factor.curve!r}; it has {', '.join(self.curves)}")
            return float(self.curves[factor.curve].zero_rate(factor.pillar))
        if factor.name == PRICE_FACTOR:
            return self.usdjpy
        if factor.name not in self.levels:
            raise InputError(f"the market has no level of {factor.name}; it has {', '.join(self.levels) or 'none'}")
        return self.levels[factor.name]

    def state(self, factor: Factor) -> float:
        """What the model moves: the level of a RATE, the logarithm of any other's."""
        return self.level(factor) if factor.kind is FactorKind.RATE else math.log(self.level(factor))

    def fx(self, currency: str) -> float:
        """Yen for one unit of a currency. Raises InputError for one that the market does not quote."""
        known = {"JPY": 1.0, "USD": self.usdjpy}
        if currency not in known:
            raise InputError(f"the market has no exchange rate of {currency!r}; it has {', '.join(known)}")
        return known[currency]


def joined_sources(sources: Mapping[str, str]) -> str:
    """One text for `Market.source`: "JGB: ...; UST: ...; USDJPY: ..."."""
    return "; ".join(f"{name}: {source}" for name, source in sources.items())
