"""What an unwind needs of a market: its globs, its regimes' correlations, the factors that sales look at and move."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from engine.market.factors import PRICE_FACTOR, Factor, FactorKind
from engine.market.market import Market
from engine.mechanisms.loop import loop_gain
from engine.mechanisms.unwind import Sizes, Unwind
from engine.scenario.findings import Findings, refuse_unmatched
from engine.scenario.overrides import checked_correlation, checked_vols
from engine.scenario.scenario import Scenario

TEN_YEARS, LONG_JGB, SHORT_JGB, SHORT_UST = "UST_10Y", "JGB_30Y", "JGB_1Y", "UST_3M"
LARGEST_DRIFT = {FactorKind.RATE: 2.0, FactorKind.PRICE: 50.0, FactorKind.VOL: 50.0}  # per year: 80 bp, 20 % a day
LARGEST_JUMP = {FactorKind.RATE: 0.5, FactorKind.PRICE: 3.0, FactorKind.VOL: 3.0}  # of a state: 50 %, a factor of 20


def pickup_factors(factors: Sequence[Factor]) -> tuple[str, str, str, str] | None:
    """JGB_30Y, UST_10Y, the dollar's short rate, JGB_1Y; None where one is missing.

    The pick-up of JGBs over hedged Treasuries is JGB30 - (UST10 - (UST short - JGB1)); short is UST_3M or else the
    shortest Treasury.
    """
    names = [factor.name for factor in factors]
    treasuries = [factor for factor in factors if factor.kind is FactorKind.RATE and factor.curve == "UST"]
    if not {LONG_JGB, TEN_YEARS, SHORT_JGB} <= set(names):
        return None
    shortest = min(treasuries, key=lambda factor: factor.pillar or 0.0).name
    return LONG_JGB, TEN_YEARS, SHORT_UST if SHORT_UST in names else shortest, SHORT_JGB


def check_needs(unwind: Unwind, market: Market, findings: Findings) -> None:
    """Find what the market lacks, and what it should be told of."""
    names = [factor.name for factor in market.factors]
    refuse_unmatched(list(_globs(unwind)), names, findings)
    _check_sizes(unwind, market, findings)
    for i, regime in enumerate(unwind.regimes):
        at = f"regimes[{i + 1}]."
        checked_vols(regime.vol_multipliers, market.vols, names, findings, at)
        changes = (regime.correlations, regime.repair_correlation)
        checked_correlation(changes, market.correlation, names, findings, at)
    _check_sales(unwind, market, findings)
    _check_prices(unwind, market, findings)
    looks_back = unwind.intervention is not None or any(hazard.per_year_per_fall for hazard in unwind.hazards)
    if looks_back and market.previous_usdjpy is None:
        where = "intervention" if unwind.intervention is not None else "hazards"
        findings.note(where, "the market has no `previous_closes` of USD/JPY: its last five days are taken as flat")


def horizon_notes(scenario: Scenario, horizon_days: int) -> tuple[str, ...]:
    """What a scenario holds of days beyond the horizon: it never comes."""
    findings = Findings(scenario)
    unwind = scenario.unwind or Unwind()
    days = [(f"shocks[{i + 1}].day", shock.day) for i, shock in enumerate(scenario.shocks)]
    days += [(f"jumps[{i + 1}].day", jump.day) for i, jump in enumerate(unwind.jumps)]
    days += [(f"scheduled_sales[{i + 1}].day", day) for i, (day, _) in enumerate(unwind.scheduled_sales)]
    for where, day in days:
        if day is not None and day > horizon_days:
            findings.note(where, f"day {day} lies beyond the horizon of {horizon_days} business days: it never comes")
    return findings.notes()


def loop_notes(scenario: Scenario) -> tuple[str, ...]:
    """That a scenario's loop of carry stops and USD/JPY feeds itself, where its gain is 1 or more."""
    unwind = scenario.unwind
    if unwind is None or unwind.carry is None or unwind.impact is None:
        return ()
    gain = loop_gain(unwind.carry, unwind.impact)
    said = (
        f"{scenario.name}: the loop's gain in USD/JPY is {gain:.3g}: sales feed on themselves until a limit stops them"
    )
    return (said,) if gain >= 1.0 else ()


def _globs(unwind: Unwind) -> Iterator[tuple[str, str]]:
    """Place and glob of everything that names factors."""
    for i, regime in enumerate(unwind.regimes):
        yield from _of_sizes(f"regimes[{i + 1}].drifts", regime.drifts)
        for k, (glob, _) in enumerate(regime.vol_multipliers):
            yield f"regimes[{i + 1}].vol_multipliers[{k + 1}].factor", glob
        for k, (first, second, _) in enumerate(regime.correlations):
            yield f"regimes[{i + 1}].correlations[{k + 1}].factors[1]", first
            yield f"regimes[{i + 1}].correlations[{k + 1}].factors[2]", second
    for i, jump in enumerate(unwind.jumps):
        yield from _of_sizes(f"jumps[{i + 1}].mean", jump.mean)
        for k, loading in enumerate(jump.loadings):
            yield from _of_sizes(f"jumps[{i + 1}].loadings[{k + 1}]", loading)
    yield from _of_sizes("drifts", unwind.drifts)
    if unwind.bridge is not None:
        yield "bridge.factor", unwind.bridge[0]
    if unwind.impact is not None:
        yield from _of_sizes("impact.shape", unwind.impact.shape)
        if unwind.impact.betas_name is None:
            yield from _of_sizes("impact.betas", unwind.impact.betas)


def _check_sizes(unwind: Unwind, market: Market, findings: Findings) -> None:
    """Refuse drifts and jumps that are no moves of a market: more often a unit mistaken."""
    drifts = [("drifts", unwind.drifts)]
    drifts += [(f"regimes[{i + 1}].drifts", regime.drifts) for i, regime in enumerate(unwind.regimes)]
    jumps = [(f"jumps[{i + 1}].mean", jump.mean) for i, jump in enumerate(unwind.jumps)]
    for i, jump in enumerate(unwind.jumps):
        jumps += [(f"jumps[{i + 1}].loadings[{k + 1}]", loading) for k, loading in enumerate(jump.loadings)]
    for groups, largest, of in ((drifts, LARGEST_DRIFT, "a drift per year"), (jumps, LARGEST_JUMP, "one jump")):
        for at, sizes in groups:
            for glob, size in sizes:
                found = [factor for factor in market.factors if fnmatchcase(factor.name, glob)]
                over = next((factor for factor in found if not abs(size) <= largest[factor.kind]), None)
                if over is not None:
                    unit = "decimal, 0.005 is 50 bp" if over.kind is FactorKind.RATE else "in logarithms, -0.05 is -5 %"
                    said = f"{of} of {over.name} lies within +-{largest[over.kind]:g}, {unit}; got {size!r}"
                    findings.refuse(_key(at, glob), said)


def _of_sizes(at: str, sizes: Sizes) -> Iterator[tuple[str, str]]:
    yield from ((_key(at, glob), glob) for glob, _ in sizes)


def _key(at: str, glob: str) -> str:
    """Place of a factor's key, quoted as in the file."""
    return f"{at}.{glob if re.fullmatch(r'[A-Za-z0-9_-]+', glob) else repr(glob)}"


def _check_sales(unwind: Unwind, market: Market, findings: Findings) -> None:
    """Factors that sales look at, and parts that do nothing without one another."""
    names = [factor.name for factor in market.factors]
    if unwind.repatriation is not None and pickup_factors(market.factors) is None:
        wanted = f"{LONG_JGB}, {TEN_YEARS}, {SHORT_UST} or another short Treasury, {SHORT_JGB}"
        missing = ", ".join(name for name in (LONG_JGB, TEN_YEARS, SHORT_JGB) if name not in names)
        findings.refuse("repatriation", f"its pick-up needs the factors {wanted}; the market lacks {missing}")
    elif unwind.impact is not None and TEN_YEARS not in names:
        findings.refuse("impact", f"needs the factor {TEN_YEARS}, which the market lacks")
    others = unwind.intervention is not None or unwind.scheduled_sales
    if unwind.repatriation is not None and unwind.repatriation.into_jgb > 0.0 and others:
        said = "JGBs are bought with this share of what officials sell too: their impact is one with the private sales'"
        findings.note("repatriation.into_jgb", said)
    if unwind.impact is None:
        sellers = {
            "carry": unwind.carry,
            "repatriation": unwind.repatriation,
            "scheduled_sales": unwind.scheduled_sales,
        }
        for where, part in sellers.items():
            if part:
                findings.note(where, "without an [impact] these sales are counted and move no price")


def _check_prices(unwind: Unwind, market: Market, findings: Findings) -> None:
    if unwind.bridge is not None:
        _refuse_others(unwind.bridge[0], FactorKind.PRICE, None, "bridge.factor", market, findings)
    if unwind.impact is None:
        return
    for glob, _ in unwind.impact.shape:
        _refuse_others(glob, FactorKind.RATE, "UST", _key("impact.shape", glob), market, findings)
    for glob, _ in unwind.impact.betas:
        _refuse_others(glob, FactorKind.PRICE, None, _key("impact.betas", glob), market, findings)
        if fnmatchcase(PRICE_FACTOR, glob):
            said = f"{glob!r} matches {PRICE_FACTOR}, which sales move by `fx_log_per_usd_bn`"
            findings.refuse(_key("impact.betas", glob), said)
    names = [factor.name for factor in market.factors]
    absent = [name for name, _ in unwind.impact.betas if name not in names] if unwind.impact.betas_name else []
    if absent:
        findings.note("impact.betas", f"the market has no {', '.join(absent)}: these betas move nothing")


def _refuse_others(
    glob: str, kind: FactorKind, curve: str | None, where: str, market: Market, findings: Findings
) -> None:
    """Refuse a glob that matches a factor of another kind, or of another curve."""
    matching = (factor for factor in market.factors if fnmatchcase(factor.name, glob))
    other = next((f.name for f in matching if f.kind is not kind or (curve and f.curve != curve)), None)
    if other is not None:
        wanted = f"zero rates of {curve}" if curve else "prices"
        findings.refuse(where, f"{glob!r} matches {other}, and only {wanted} were wanted")
