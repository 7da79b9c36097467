"""A market: every level on one date, and the law of its moves. Immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor

F64 = npt.NDArray[np.float64]

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
    curves: Mapping[str, ZeroCurve]  # by curve name; bootstrapped, on every published tenor
    usdjpy: float  # yen for one dollar
    factors: tuple[Factor, ...]  # (n_factors,) simulated levels, in the order of the draws
    vols: F64  # (n_factors,) RATE: decimal rate per sqrt(year); PRICE: per sqrt(year), lognormal
    correlation: F64  # (n_factors, n_factors)
    kappas: F64  # (n_factors,) mean reversion per year; 0 is a plain walk
    thetas: F64  # (n_factors,) long-run state of a RATE with kappa > 0, else unused
    mus: F64  # (n_factors,) drift per year of a PRICE's expectation, else 0
    source: str  # where the levels come from, and their dates
    calibration: str  # window and method of vols and correlations
    sources: Mapping[str, str] = field(default_factory=dict)  # by curve name, and "USDJPY"; `source` joins them
    notes: tuple[str, ...] = ()  # what was done to the figures that were given, such as a repair of the correlation

    def __post_init__(self) -> None:
        n = len(self.factors)
        shapes = {name: getattr(self, name).shape for name in ("vols", "kappas", "thetas", "mus")}
        if wrong := [name for name, shape in shapes.items() if shape != (n,)]:
            raise InputError(f"a market of {n} factors needs {n} {wrong[0]}, got shape {shapes[wrong[0]]}")
        if self.correlation.shape != (n, n):
            raise InputError(f"a market of {n} factors needs a {n} x {n} correlation, got {self.correlation.shape}")


def joined_sources(sources: Mapping[str, str]) -> str:
    """One text for `Market.source`: "JGB: ...; UST: ...; USDJPY: ..."."""
    return "; ".join(f"{name}: {source}" for name, source in sources.items())
