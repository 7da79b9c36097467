"""A market: every level on one date, and the law of its moves. Immutable."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from engine.conventions.currencies import CURRENCIES, DOLLAR, HOME, currency_of, currency_of_factor
from engine.errors import InputError
from engine.market.correlation import SYMMETRY, correlation_faults
from engine.market.curve import ZeroCurve
from engine.market.factors import BASIS_PILLAR, LEVELS_MOVE, Factor, FactorKind
from engine.market.filtered import FilteredState
from engine.market.fx_vols import FxVols
from engine.market.node_checks import check_finite, check_positive
from engine.market.sampling_errors import SamplingErrors
from engine.market.spread import SpreadCurve
from kernels.types import F64

FIRST_DATE, LAST_DATE = date(1950, 1, 1), date(2100, 12, 31)  # calendars know the holidays of bonds from and to there

NO_LAW = "it has no [law] table"  # of a market file that does not say why


def check_valuation_date(day: date) -> None:
    """Refuse a date whose bonds' holidays no calendar knows. Raises InputError."""
    if not FIRST_DATE <= day <= LAST_DATE:
        raise InputError(f"the valuation date must lie from {FIRST_DATE} to {LAST_DATE}, got {day}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParCurve:
    """Published par yields, compounding as often as their currency's bonds pay; a zero curve is made from them."""

    name: str  # "JGB"
    currency: str  # "JPY"
    times: F64  # (n_tenors,) years
    par_yields: F64  # (n_tenors,) decimal per year

    @property
    def coupons_per_year(self) -> int:
        """Return how often a par bond of the curve pays in a year."""
        return currency_of(self.currency).bonds.coupons_per_year


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """Every level on `valuation_date`, with vols and correlations of the factors' moves."""

    valuation_date: date
    par_curves: Mapping[str, ParCurve]  # by curve name; what the publisher printed
    curves: Mapping[str, ZeroCurve]  # by curve name; bootstrapped, on every published tenor; and those of `spreads`
    fx: Mapping[str, float]  # by currency, "USD": units of the home currency for one unit
    factors: tuple[Factor, ...]  # (n_factors,) simulated levels, in the order of the draws
    vols: F64  # (n_factors,) RATE, SPREAD, SKEW: decimal per sqrt(year); PRICE, VOL: per sqrt(year), lognormal
    correlation: F64  # (n_factors, n_factors)
    kappas: F64  # (n_factors,) mean reversion per year; 0 is a plain walk
    thetas: F64  # (n_factors,) long-run state of a factor with kappa > 0, else unused; VOL: ln(level)
    mus: F64  # (n_factors,) drift per year of a PRICE's expectation, else 0
    source: str  # where the levels come from, and their dates
    calibration: str  # window and method of vols and correlations
    sources: Mapping[str, str] = field(default_factory=dict)  # of curves, exchange rates, prices; `source` joins them
    levels: Mapping[str, float] = field(default_factory=dict)  # of every PRICE and VOL factor but the rates of `fx`
    spreads: Mapping[str, SpreadCurve] = field(default_factory=dict)  # by name of the curve that each derives
    fx_vols: Mapping[str, FxVols] = field(default_factory=dict)  # by pair, "USDJPY"
    previous_usdjpy: tuple[float, ...] | None = None  # USD/JPY at the five closes before, newest first
    filtered: FilteredState | None = None  # law of the moves by the market's own history
    no_filtered: str = NO_LAW  # why there is none
    sampling: SamplingErrors | None = None  # standard errors of vols and correlation, where they were estimated
    notes: tuple[str, ...] = ()  # what was done to the file's figures, such as a repair of the correlation

    def __post_init__(self) -> None:
        n = len(self.factors)
        shapes = {name: getattr(self, name).shape for name in ("vols", "kappas", "thetas", "mus")}
        if wrong := [name for name, shape in shapes.items() if shape != (n,)]:
            raise InputError(f"a market of {n} factors needs {n} {wrong[0]}, got shape {shapes[wrong[0]]}")
        if self.correlation.shape != (n, n):
            raise InputError(f"a market of {n} factors needs a {n} x {n} correlation, got {self.correlation.shape}")
        for code in self.fx:
            currency_of(code)
        self._check_figures()
        for factor in self.factors:
            if factor.kind is not FactorKind.RATE:
                self.level(factor)

    def _check_figures(self) -> None:
        """Refuse levels, vols, reversions and correlations that no market has. Raises InputError."""
        if type(self.valuation_date) is not date:
            raise InputError(f"the valuation date must be a date, got {self.valuation_date!r}")
        check_valuation_date(self.valuation_date)
        check_positive("the exchange rate", self.fx)
        check_positive("the level", self.levels)
        for name in ("vols", "kappas", "thetas", "mus"):
            check_finite(f"`{name}` of the market", getattr(self, name))
        for name, values in (("vols", self.vols), ("kappas", self.kappas)):
            if (values < 0.0).any():
                at = int(np.argmin(values))
                raise InputError(f"`{name}` of {self.factors[at].name} must be 0 or more, got {values[at]}")
        if not _is_correlation(self.correlation):
            faults = correlation_faults(self.correlation, [factor.name for factor in self.factors])
            raise InputError("; ".join(f"correlation of the market: {fault}" for _, _, fault in faults))

    @property
    def usdjpy(self) -> float:
        """Return yen for one dollar: for the unwind's own mechanisms; others ask for `rate`."""
        return self.rate(DOLLAR)

    def rate(self, currency: str) -> float:
        """Return units of the home currency for one unit of a currency.

        Raises InputError for one that the market does not quote, or that is not registered.
        """
        if currency == HOME:
            return 1.0
        if currency not in self.fx:
            way_out = f"give the market an [fx.rates.{currency}] table" if currency in CURRENCIES else ""
            known = f"the market has no exchange rate of {currency!r}; it has {', '.join((HOME, *self.fx))}"
            raise InputError(f"{known}; {way_out}" if way_out else known)
        return self.fx[currency]

    def cross_rate(self, foreign: str, domestic: str) -> float:
        """Return units of `domestic` for one unit of `foreign`, by way of the home currency."""
        return self.rate(foreign) / self.rate(domestic)

    def exchanged(self, factor: Factor) -> str | None:
        """Return the currency whose exchange rate a factor is, "USD" of USDJPY; None for any other factor."""
        if factor.kind is not FactorKind.PRICE or factor.name in self.levels:
            return None
        code = currency_of_factor(factor.name)
        return code if code in self.fx else None

    def level(self, factor: Factor) -> float:
        """Return the level of a factor: a zero rate, spread, price, vol or skew. Raises InputError without one."""
        if factor.kind is FactorKind.SPREAD:
            if factor.curve is None or factor.curve not in self.spreads:
                known = ", ".join(self.spreads) or "none"
                raise InputError(f"the market has no derived curve {factor.curve!r} for {factor.name}; it has {known}")
            return self.spreads[factor.curve].spread(BASIS_PILLAR)
        if factor.kind is FactorKind.SKEW:
            if factor.pair is None or factor.pair not in self.fx_vols:
                known = ", ".join(self.fx_vols) or "none"
                raise InputError(f"the market has no vols of {factor.pair!r} for {factor.name}; it has {known}")
            return self.fx_vols[factor.pair].risk_reversal
        if factor.curve is not None and factor.pillar is not None:
            if factor.curve not in self.curves:
                raise InputError(f"the market has no curve {factor.curve!r}; it has {', '.join(self.curves)}")
            return float(self.curves[factor.curve].zero_rate(factor.pillar))
        if (code := self.exchanged(factor)) is not None:
            return self.fx[code]
        if factor.name not in self.levels:
            raise InputError(f"the market has no level of {factor.name}; it has {', '.join(self.levels) or 'none'}")
        return self.levels[factor.name]

    def state(self, factor: Factor) -> float:
        """Return what the model moves: the level of a RATE, SPREAD or SKEW, the logarithm of any other's."""
        return self.level(factor) if factor.kind in LEVELS_MOVE else math.log(self.level(factor))


def _is_correlation(matrix: F64) -> bool:
    """Return whether a matrix may be one of correlations, its eigenvalues aside."""
    is_within = bool((np.abs(matrix) <= 1.0).all() and (np.diag(matrix) == 1.0).all())
    return is_within and bool((np.abs(matrix - matrix.T) <= SYMMETRY).all())


def joined_sources(sources: Mapping[str, str]) -> str:
    """Return one text for `Market.source`: "JGB: ...; UST: ...; USDJPY: ..."."""
    return "; ".join(f"{name}: {source}" for name, source in sources.items())
