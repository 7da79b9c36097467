"""Regimes: states of markets with vols, correlations and drifts of their own, and how one gives way to another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import did_you_mean
from engine.market.correlation import check_semidefinite, nearest_correlation
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.overrides import checked_correlation, checked_vols, override
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Overrides, Sizes, multipliers
from kernels.law_layout import MAX_REGIMES
from kernels.types import F64

ANY_REGIME = "*"
LARGEST_DRIFT = {  # per year: 80 bp a day, 20 %, 20 bp of a spread, 0.04 of a risk reversal over the vol
    FactorKind.RATE: 2.0,
    FactorKind.PRICE: 50.0,
    FactorKind.VOL: 50.0,
    FactorKind.SPREAD: 0.5,
    FactorKind.SKEW: 10.0,
}
_SUM = 1e-9  # by which probabilities may miss 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A state of markets. What it changes comes on top of the scenario's own vols and correlations."""

    name: str = parameter(doc="CALM, FLIGHT, REPATRIATION.", most=40, is_name=True)
    source: str = source_text()
    initial: float = parameter(
        doc="Probability at the start; over all regimes they add up to 1.", low=0.0, high=1.0, unit="probability"
    )
    drifts: Sizes = parameter(
        doc="Factor -> drift per year: of decimal rates, of logarithms of vols, of prices' expectations, whose "
        "logarithms drift by half the variance less.",
        default=(),
        unit="per year",
        form=Form.BY_FACTOR,
        largest=LARGEST_DRIFT,
        one="a drift per year",
    )
    vol_multipliers: Sizes = parameter(
        doc="Factors on the scenario's vols.", default=(), unit="multiple", form=Form.MULTIPLIERS, most=1000
    )
    correlations: Overrides = parameter(
        doc="Correlations in place of the scenario's.",
        default=(),
        unit="correlation",
        form=Form.CORRELATIONS,
        most=1000,
    )
    repair_correlation: bool = parameter(
        doc="Take the nearest correlation matrix (Higham) when the overrides make none.", default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """How often a regime gives way to another."""

    start: str = parameter(doc="The regime that is left.", most=40, is_name=True)
    end: str = parameter(doc="The regime that begins.", most=40, is_name=True)
    per_year: float = parameter(
        doc="Arrivals per year: 12 is once a month on average.", low=0.0, high=252.0, unit="per year"
    )
    per_year_per_fall: float = parameter(
        doc="Arrivals per year that 1.0 of fall of ln USD/JPY over the last five days adds: 100 adds 5 after 5 %.",
        default=0.0,
        low=0.0,
        high=1e5,
        unit="per year",
    )
    source: str = source_text()


def regime_vols(regime: Regime, market: Market) -> F64:
    """Return the vols of a market in a regime, decimal per sqrt(year): (n_factors,)."""
    vols: F64 = market.vols * multipliers(regime.vol_multipliers, [factor.name for factor in market.factors])
    return vols


def regime_correlation(regime: Regime, market: Market) -> F64:
    """Return the correlation of a market in a regime, positive semidefinite: (n_factors, n_factors).

    Raises InputError, naming the regime, when its overrides leave none and it asks for no repair.
    """
    names = [factor.name for factor in market.factors]
    overridden = override(market.correlation, regime.correlations, names)
    if np.array_equal(overridden, market.correlation):
        return market.correlation
    if regime.repair_correlation:
        return nearest_correlation(overridden).correlation
    check_semidefinite(overridden, names, f"regime {regime.name!r}")
    return overridden


def check_regimes(regimes: Sequence[Regime], findings: Findings) -> None:
    """Refuse too many regimes, names that come twice, and probabilities of the start that do not add up to 1."""
    if len(regimes) > MAX_REGIMES:
        findings.refuse("regimes", f"there may be {MAX_REGIMES} regimes at most, got {len(regimes)}")
    for i, regime in enumerate(regimes):
        if regime.name in [other.name for other in regimes[:i]] or regime.name == ANY_REGIME:
            findings.refuse(f"regimes[{i + 1}].name", f"{regime.name!r} comes twice, or is no name")
    total = sum(regime.initial for regime in regimes)
    if regimes and not abs(total - 1.0) <= _SUM:
        shares = ", ".join(f"{regime.name} {regime.initial:g}" for regime in regimes)
        findings.refuse("regimes", f"`initial` probabilities must add up to 1; {shares} make {total:.12g}")


def check_hazards(hazards: Sequence[Hazard], regimes: Sequence[Regime], findings: Findings) -> None:
    """Refuse hazards between regimes that are not there, from a regime to itself, and a pair that comes twice."""
    names = [regime.name for regime in regimes]
    for i, hazard in enumerate(hazards):
        at = f"hazards[{i + 1}]."
        for key, name in (("start", hazard.start), ("end", hazard.end)):
            if name not in names:
                findings.refuse(f"{at}{key}", unknown_regime(name, regimes))
        if hazard.start == hazard.end:
            findings.refuse(f"{at}end", f"a regime gives way to another, not {hazard.end!r} to itself")
        if (hazard.start, hazard.end) in [(other.start, other.end) for other in hazards[:i]]:
            findings.refuse(at[:-1], f"a hazard from {hazard.start!r} to {hazard.end!r} comes twice")


def check_regimes_on_market(regimes: Sequence[Regime], market: Market, findings: Findings) -> None:
    """Refuse vols and correlations of a regime that leave the market none; note a correlation that was repaired."""
    names = [factor.name for factor in market.factors]
    for i, regime in enumerate(regimes):
        at = f"regimes[{i + 1}]."
        checked_vols(regime.vol_multipliers, market.vols, names, findings, at)
        changes = (regime.correlations, regime.repair_correlation)
        checked_correlation(changes, market.correlation, names, findings, at)


def unknown_regime(name: str, regimes: Sequence[Regime]) -> str:
    """Return the error that no regime has a name."""
    names = [regime.name for regime in regimes]
    there_are = f"there are {', '.join(names)}" if names else "there are none"
    return f"no regime is called {name!r}{did_you_mean(name, names)}; {there_are}"
