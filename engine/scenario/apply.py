"""A scenario laid on a market: levels shocked, vols multiplied, correlations overridden."""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np

from engine.conventions.currencies import fx_quote, rate_words
from engine.errors import InputError
from engine.market.bootstrap import bootstrap
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor, FactorKind
from engine.market.fx_vols import LARGEST_SKEW, FxVols
from engine.market.market import Market, ParCurve
from engine.market.spread import LARGEST_SPREAD, SpreadCurve, parents_first
from engine.mechanisms.checks import check_unwind, check_unwind_on_market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.overrides import checked_correlation, checked_vols
from engine.mechanisms.parameters.sizes import multipliers
from engine.mechanisms.unwind import Unwind
from engine.scenario.dated_events import on_dates
from engine.scenario.dated_shocks import dated_jumps
from engine.scenario.followers import note_missing_followers, with_followers
from engine.scenario.left_fx import note_left_fx
from engine.scenario.notes import loop_notes
from engine.scenario.scenario import Scenario, Shock, ShockKind, ShockOn, findings_of
from engine.scenario.shock_checks import check_globs, usable_shocks
from kernels.types import F64

Shocks = Sequence[tuple[int, Shock]]  # each with its index in the scenario

LARGEST_RATE = 0.5  # a shocked rate beyond +-50 % is a unit mistaken, not a stress
LARGEST_VOL = 3.0  # and so is a vol
USUAL_MOVE = 0.03  # rates: a larger move is possible, but more often a percentage taken for a decimal

_ABOVE_0 = "it must stay above 0. A fall of 5 % is relative, -0.05"
_YEN_SIZES = {
    ShockKind.ABSOLUTE: "an absolute size is in yen, -5.0 is five yen less",
    ShockKind.RELATIVE: "a fall of 5 % is relative, -0.05",
    ShockKind.TARGET: "a target is a level in yen, such as 125.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockedMarket:
    """A market in a scenario, and what the reader of its numbers should know."""

    market: Market
    unwind: Unwind | None  # of the scenario, with the shocks of later days as jumps; None: nothing of the kind
    notes: tuple[str, ...]  # such as by how much a correlation was repaired, or a shock of an unusual size


def apply(scenario: Scenario, market: Market, horizon_days: int | None = None) -> ShockedMarket:
    """Return the market in `scenario`: levels, vols and correlation changed, all else as it was.

    Shocks act in their order, each on the level that the one before left; on a curve, those on par yields come first.
    A par shock moves every published par yield, by the moves at the factors' pillars interpolated linearly over
    tenors, flat beyond, and the curve is bootstrapped anew. A zero shock is added to the zero curve, linear in time
    between pillars, flat beyond; the curve's par yields are then no longer those published and are left out of
    `par_curves`. Pillars without a shock do not move; but where a target is set on a curve, they move by
    interpolation between the shocked ones. A derived curve keeps its spreads over the shocked parent; where it has
    factors of its own that are shocked, it takes these moves alone, and its spreads change. A shock on USDJPY_VOL
    moves the level of that factor, the vol at the money of its reference expiry, and multiplies all expiries alike; the
    smile stays as it is in moneyness, unless a shock on USDJPY_SKEW tilts it. One on SWAPTION_JPY_VOL multiplies the
    normal vols of yen swaptions. `thetas` stay: what reverts returns to its own level. Shocks with a day move
    nothing at once: they become jumps of the returned `unwind`, and the scenario's unwind is checked on the market.
    So do the dates of events within `horizon_days`; without it, where no path is walked, events stay without dates.

    Raises
    ------
    FileFaults
        Everything that does not fit, with line and key when the scenario came from a file: a glob matches no factor;
        a shock takes USDJPY out of [20, 1000], a vol beyond 300 % or a rate beyond 50 %, leaves another price or a vol
        that is not positive, or par yields that cannot be bootstrapped; a target has no published tenor; a par shock
        is on no rate; the correlation, or a regime's, is not positive semidefinite and no repair is asked for; the
        unwind has a parameter out of its range, or needs a factor that the market lacks.
    """
    scenario = with_followers(scenario, market)
    findings = findings_of(scenario)
    note_missing_followers(scenario, market, findings)
    names = [factor.name for factor in market.factors]
    check_globs(scenario, names, findings)
    shocks = usable_shocks(scenario, market.factors, findings)
    shocked = _shock_levels(shocks, market, findings)
    for curve in (name for name in market.curves if name not in market.spreads):
        shocked = _shock_curve(shocks, shocked, curve, findings)
    for curve in parents_first(market.spreads):
        shocked = _derive(shocks, market, shocked, curve, findings)
    vols = checked_vols(scenario.vol_multipliers, market.vols, names, findings)
    changes = (scenario.correlations, scenario.repair_correlation)
    correlation = checked_correlation(changes, market.correlation, names, findings)
    filtered = market.filtered and market.filtered.scaled(names, multipliers(scenario.vol_multipliers, names))
    in_scenario = replace(shocked, vols=vols, correlation=correlation, filtered=filtered)
    unwind = _unwind(scenario, in_scenario, horizon_days, findings)
    note_left_fx(scenario, market, in_scenario, findings)
    return ShockedMarket(market=in_scenario, unwind=unwind, notes=(*findings.notes(), *loop_notes(scenario)))


def _unwind(scenario: Scenario, market: Market, horizon_days: int | None, findings: Findings) -> Unwind | None:
    """Return what the scenario does within the paths, checked against the market."""
    if scenario.unwind is not None:
        check_unwind_on_market(scenario.unwind, market, findings)
        if scenario.unwind.law is not None and scenario.correlations:
            kind = scenario.unwind.law
            findings.refuse(
                "correlations", f"law {kind!r} takes whole days of the past: it takes no correlations; leave them out"
            )
    jumps = dated_jumps(scenario, market.factors, findings)
    if scenario.unwind is None and not jumps:
        return None
    whole = scenario.unwind or Unwind()
    on_days = on_dates(whole, market.valuation_date, horizon_days, findings)
    whole = replace(whole, jumps=(*on_days, *jumps))
    check_unwind(whole, findings)
    return whole


def _shock_levels(shocks: Shocks, market: Market, findings: Findings) -> Market:
    """Shock prices, vols, skews and the spreads of derived curves."""
    shocked = market
    for factor in market.factors:
        mine = _matching(shocks, factor)
        if factor.kind is FactorKind.RATE or not mine:
            continue
        if factor.kind is FactorKind.SPREAD and factor.curve is not None:
            wider = _spread(mine, factor, market, findings)
            shocked = replace(shocked, spreads={**shocked.spreads, factor.curve: wider})
            continue
        if factor.kind is FactorKind.SKEW and factor.pair is not None:
            tilted = _tilted(mine, factor, market, shocked.fx_vols[factor.pair], findings)
            shocked = replace(shocked, fx_vols={**shocked.fx_vols, factor.pair: tilted})
            continue
        if (currency := market.exchanged(factor)) is not None:
            shocked = replace(shocked, fx={**shocked.fx, currency: _spot(mine, market, currency, findings)})
            continue
        level = _level(mine, factor, market.level(factor), findings)
        shocked = replace(shocked, levels={**shocked.levels, factor.name: level})
        if factor.pair is not None and factor.pair in market.fx_vols:
            vols = shocked.fx_vols[factor.pair]
            moved = replace(vols, atm=vols.atm * (level / vols.level), quotes=())
            shocked = replace(shocked, fx_vols={**shocked.fx_vols, factor.pair: moved})
    return shocked


def _spread(shocks: Shocks, factor: Factor, market: Market, findings: Findings) -> SpreadCurve:
    """Return a derived curve's spreads after the shocks on their factor: all move as far as that at ten years."""
    before, spreads = market.level(factor), market.spreads[str(factor.curve)]
    level, culprit = _moved(shocks, before, -LARGEST_SPREAD, LARGEST_SPREAD)
    if culprit is None:
        return spreads.wider(level - before)
    shock = dict(shocks)[culprit]
    findings.refuse(
        f"shocks[{culprit + 1}].size",
        f"the {shock.kind.value} size {shock.size!r} takes {factor.name} from {before:.6g} to {level:.6g}; spreads are"
        f" decimals within +-{LARGEST_SPREAD}: 10 bp is 0.001",
    )
    return spreads


def _tilted(shocks: Shocks, factor: Factor, market: Market, vols: FxVols, findings: Findings) -> FxVols:
    """Return a pair's vols after the shocks on their skew: every risk reversal over its vol moves alike."""
    before = market.level(factor)
    level, culprit = _moved(shocks, before, -LARGEST_SKEW, LARGEST_SKEW)
    if culprit is None:
        return replace(vols, skew=vols.skew + (level - before), quotes=())
    shock = dict(shocks)[culprit]
    findings.refuse(
        f"shocks[{culprit + 1}].size",
        f"the {shock.kind.value} size {shock.size!r} takes {factor.name} from {before:.6g} to {level:.6g}; skews are"
        f" risk reversals over the vol at the money, within +-{LARGEST_SKEW:g}: -0.1 is -1.2 vol points of 12",
    )
    return vols


def _spot(shocks: Shocks, market: Market, currency: str, findings: Findings) -> float:
    quote, spot_before = fx_quote(currency), market.rate(currency)
    low, high = quote.level_range
    for i, shock in shocks:
        if shock.kind is ShockKind.ABSOLUTE and 0.0 < abs(shock.size) < quote.small_move:
            findings.note(
                f"shocks[{i + 1}].size",
                f"{shock.size!r} moves {quote.factor} by less than {quote.small_move:g} yen; is a relative shock "
                f"meant? Of kind 'relative' it is {100.0 * shock.size:+.6g} %",
            )
    spot, culprit = _moved(shocks, spot_before, low, high)
    if culprit is None:
        return spot
    shock = dict(shocks)[culprit]
    findings.refuse(
        f"shocks[{culprit + 1}].size",
        f"the {shock.kind.value} size {shock.size!r} takes {quote.factor} from {spot_before!r} to {spot:.6g}; it must "
        f"stay in [{low:g}, {high:g}] {rate_words(currency)}: {_YEN_SIZES[shock.kind]}",
    )
    return spot_before


def _level(shocks: Shocks, factor: Factor, base: float, findings: Findings) -> float:
    """Return a vol, or a price that is no exchange rate, after its shocks."""
    is_vol = factor.kind is FactorKind.VOL
    level, culprit = _moved(shocks, base, math.ulp(0.0), LARGEST_VOL if is_vol else sys.float_info.max)
    if culprit is None:
        return level
    shock = dict(shocks)[culprit]
    wanted = f"vols are decimals up to {LARGEST_VOL:g}: 0.11 is 11 %" if is_vol and level > 0.0 else _ABOVE_0
    findings.refuse(
        f"shocks[{culprit + 1}].size",
        f"the {shock.kind.value} size {shock.size!r} takes {factor.name} from {base:.6g} to {level:.6g}; {wanted}",
    )
    return base


def _shock_curve(shocks: Shocks, market: Market, curve: str, findings: Findings) -> Market:
    """Return a curve after the shocks on its factors: those on par yields, then those on zero rates."""
    shocked = _shock_par([each for each in shocks if each[1].on is ShockOn.PAR], market, curve, findings)
    return _shock_zeros([each for each in shocks if each[1].on is ShockOn.ZERO], shocked, curve, findings)


def _derive(shocks: Shocks, market: Market, shocked: Market, curve: str, findings: Findings) -> Market:
    """Return a derived curve after the shocks on its parents, or on factors of its own."""
    spread = shocked.spreads[curve]
    parent = shocked.curves[spread.parent]
    own = _shock_curve(shocks, shocked, curve, findings)
    if own is not shocked:
        moved = own.curves[curve]
        times = np.union1d(moved.times, parent.times)
        over = replace(spread, times=times, spreads=moved.zero_rate(times) - parent.zero_rate(times))
        return replace(own, spreads={**own.spreads, curve: over})
    if parent is market.curves[spread.parent] and spread is market.spreads[curve]:
        return shocked
    return replace(shocked, curves={**shocked.curves, curve: spread.over(parent)})


def _shock_par(shocks: Shocks, market: Market, curve: str, findings: Findings) -> Market:
    factors = _pillars(market.factors, curve)
    mine = [each for each in shocks if any(fnmatchcase(factor.name, each[1].factor) for factor in factors)]
    if not mine:
        return market
    par = market.par_curves.get(curve)
    if par is None:
        for i, _ in mine:
            findings.refuse(f"shocks[{i + 1}].on", f"curve {curve!r} has no par yields to shock; use on = 'zero'")
        return market
    _refuse_unpublished(mine, factors, par, findings)
    levels = np.interp(_times(factors), par.times, par.par_yields)
    found = _moves(mine, factors, levels, findings)
    if found is None:
        return market
    moved: ParCurve = replace(par, par_yields=par.par_yields + np.interp(par.times, *found))
    try:
        zero_curve = bootstrap(moved)
    except InputError as error:
        i = _largest(mine, factors, levels)
        shock = dict(mine)[i]
        findings.refuse(
            f"shocks[{i + 1}].size",
            f"the {shock.kind.value} size {shock.size!r} on {shock.factor!r}, or shocks with it, leave no curve: "
            f"{error}. Sizes are decimals: 50 bp is 0.005",
        )
        return market
    return replace(
        market,
        par_curves={**market.par_curves, curve: moved},
        curves={**market.curves, curve: zero_curve},
    )


def _shock_zeros(shocks: Shocks, market: Market, curve: str, findings: Findings) -> Market:
    factors = _pillars(market.factors, curve)
    if not any(_matching(shocks, factor) for factor in factors):
        return market
    base = market.curves[curve]
    found = _moves(shocks, factors, base.zero_rate(_times(factors)), findings)
    if found is None:
        return market
    knots, moves = found
    times = np.union1d(base.times, knots)
    moved: ZeroCurve = replace(base, times=times, zero_rates=base.zero_rate(times) + np.interp(times, knots, moves))
    return replace(
        market,
        par_curves={name: par for name, par in market.par_curves.items() if name != curve},
        curves={**market.curves, curve: moved},
    )


def _moves(shocks: Shocks, factors: Sequence[Factor], levels: F64, findings: Findings) -> tuple[F64, F64] | None:
    """Return pillars in years and the moves there, decimal per year: (n_knots,) each; None when one of them is refused.

    `levels` (n_factors,) unshocked.
    """
    knots, moves = [], []
    too_far: dict[int, list[str]] = {}  # by the index of the shock at fault, what it does to each factor
    unusual: dict[int, list[str]] = {}
    is_targeted = any(shock.kind is ShockKind.TARGET for factor in factors for _, shock in _matching(shocks, factor))
    for factor, level in zip(factors, levels.tolist(), strict=True):
        matching = _matching(shocks, factor)
        moved, culprit = _moved(matching, level, -LARGEST_RATE, LARGEST_RATE)
        if culprit is not None:
            too_far.setdefault(culprit, []).append(f"{factor.name} from {level:.6g} to {moved:.6g}")
        elif (culprit := _moved(matching, level, level - USUAL_MOVE, level + USUAL_MOVE)[1]) is not None:
            unusual.setdefault(culprit, []).append(f"{factor.name} by {100.0 * (moved - level):+.4g} %")
        if matching or not is_targeted:
            knots.append(factor.pillar)
            moves.append(moved - level)
    _say_sizes(dict(shocks), too_far, unusual, findings)
    return None if too_far else (np.array(knots, dtype=np.float64), np.array(moves, dtype=np.float64))


def _say_sizes(
    shocks: Mapping[int, Shock],
    too_far: Mapping[int, Sequence[str]],
    unusual: Mapping[int, Sequence[str]],
    findings: Findings,
) -> None:
    for i, too_large in too_far.items():
        findings.refuse(
            f"shocks[{i + 1}].size",
            f"the {shocks[i].kind.value} size {shocks[i].size!r} takes {_first(too_large)}; rates are decimals within "
            f"+-{LARGEST_RATE}: 50 bp is 0.005",
        )
    for i, too_large in unusual.items():
        findings.note(
            f"shocks[{i + 1}].size",
            f"the {shocks[i].kind.value} size {shocks[i].size!r} moves {_first(too_large)}; "
            f"is {shocks[i].size / 100.0:.6g} meant? Sizes are decimals",
        )


def _first(too_large: Sequence[str]) -> str:
    return f"{too_large[0]}{f' and {len(too_large) - 1} pillars more' if len(too_large) > 1 else ''}"


def _moved(shocks: Shocks, level: float, lowest: float, highest: float) -> tuple[float, int | None]:
    """The level after `shocks` in turn, and the index of the one after which it stayed out of range; None: it is in."""
    culprit = None
    for i, shock in shocks:
        level = shock.apply(level)
        is_in = lowest <= level <= highest
        culprit = None if is_in else i if culprit is None else culprit
    return level, culprit


def _refuse_unpublished(shocks: Shocks, factors: Sequence[Factor], par: ParCurve, findings: Findings) -> None:
    for factor in factors:
        targets = [each for each in _matching(shocks, factor) if each[1].kind is ShockKind.TARGET]
        if targets and factor.pillar not in par.times:
            i, shock = targets[0]
            findings.refuse(
                f"shocks[{i + 1}].factor",
                f"no par yield of {factor.name!r} is published, so none can be set to {shock.size!r}; published "
                f"tenors in years: {', '.join(f'{t:g}' for t in par.times)}",
            )


def _largest(shocks: Shocks, factors: Sequence[Factor], levels: F64) -> int:
    """Return the index of the shock that moves a factor most on its own."""
    steps = [
        (abs(shock.apply(level) - level), i)
        for factor, level in zip(factors, levels.tolist(), strict=True)
        for i, shock in _matching(shocks, factor)
    ]
    return max(steps)[1]


def _pillars(factors: Iterable[Factor], curve: str) -> list[Factor]:
    """Return the factors of a curve, shortest pillar first."""
    mine = [factor for factor in factors if factor.kind is FactorKind.RATE and factor.curve == curve]
    return sorted(mine, key=lambda factor: factor.pillar or 0.0)


def _times(factors: Sequence[Factor]) -> F64:
    return np.array([factor.pillar for factor in factors], dtype=np.float64)


def _matching(shocks: Shocks, factor: Factor) -> Shocks:
    return [each for each in shocks if fnmatchcase(factor.name, each[1].factor)]
