"""A scenario laid on a market: levels shocked, vols multiplied, correlations overridden."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from engine.dynamics.scenario import Scenario, Shock, ShockKind, ShockOn
from engine.errors import InputError
from engine.market.bootstrap import bootstrap
from engine.market.correlation import check_correlation, nearest_correlation
from engine.market.curve import ZeroCurve
from engine.market.factors import PRICE_FACTOR, Factor, FactorKind
from engine.market.market import Market, ParCurve
from engine.market.spread import parents_first

F64 = npt.NDArray[np.float64]

LARGEST_RATE = 0.5  # a shocked rate beyond +-50 % is a unit mistaken, not a stress
LARGEST_VOL = 3.0  # and so is a vol


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockedMarket:
    """A market in a scenario, and what the reader of its numbers should know."""

    market: Market
    notes: tuple[str, ...]  # such as by how much a correlation was repaired


def apply(scenario: Scenario, market: Market) -> ShockedMarket:
    """The market in `scenario`: levels, vols and correlation changed, all else as it was.

    Shocks act in their order, each on the level that the one before left; on a curve, those on par yields come first.
    A par shock moves every published par yield, by the moves at the factors' pillars interpolated linearly over
    tenors, flat beyond, and the curve is bootstrapped anew. A zero shock is added to the zero curve, linear in time
    between pillars, flat beyond; the curve's par yields are then no longer those published and are left out of
    `par_curves`. Pillars without a shock do not move; but where a target is set on a curve, they move by
    interpolation between the shocked ones. A derived curve keeps its spreads over the shocked parent; where it has
    factors of its own that are shocked, it takes these moves alone, and its spreads change. A shock on USDJPY_VOL
    moves the level of that factor, the vol at the money of its reference expiry, and multiplies all expiries alike; the
    smile stays as it is in moneyness. `thetas` stay: what reverts returns to its own level.

    Raises
    ------
    InputError
        A glob matches no factor; a shock leaves a price or vol that is not positive or a rate beyond 50 %; a target
        has no published tenor; the correlation is not positive definite and no repair is asked for.
    """
    names = [factor.name for factor in market.factors]
    _refuse_unmatched(scenario, names)
    shocked = _shock_levels(scenario, market)
    for curve in (name for name in market.curves if name not in market.spreads):
        shocked = _shock_par(scenario, shocked, curve)
        shocked = _shock_zeros(scenario, shocked, curve)
    for curve in parents_first(market.spreads):
        shocked = _derive(scenario, market, shocked, curve)
    vols = _vols(scenario, market.vols, names)
    correlation, notes = _correlation(scenario, market.correlation, names)
    return ShockedMarket(market=replace(shocked, vols=vols, correlation=correlation), notes=notes)


def _shock_levels(scenario: Scenario, market: Market) -> Market:
    """Prices and vols."""
    shocked = market
    for factor in market.factors:
        if factor.kind is FactorKind.RATE or not _matching(scenario.shocks, factor):
            continue
        level = _level(scenario, market, factor)
        if factor.name == PRICE_FACTOR:
            shocked = replace(shocked, usdjpy=level)
        else:
            shocked = replace(shocked, levels={**shocked.levels, factor.name: level})
        if factor.pair is not None and factor.pair in market.fx_vols:
            vols = market.fx_vols[factor.pair]
            moved = replace(vols, atm=vols.atm * (level / vols.level), quotes=())
            shocked = replace(shocked, fx_vols={**shocked.fx_vols, factor.pair: moved})
    return shocked


def _level(scenario: Scenario, market: Market, factor: Factor) -> float:
    """A price or vol after its shocks."""
    base = level = market.level(factor)
    for shock in _matching(scenario.shocks, factor):
        _refuse_mixed(scenario, shock, market.factors)
        level = shock.apply(level)
        if not 0.0 < level < math.inf:
            raise InputError(
                f"scenario {scenario.name!r}: the {shock.kind.value} shock {shock.size!r} on {shock.factor!r} "
                f"takes {factor.name} from {base!r} to {level!r}; it must stay above 0. A fall of 5 % is "
                f"relative, -0.05"
            )
    if factor.kind is FactorKind.VOL and level > LARGEST_VOL:
        raise InputError(
            f"scenario {scenario.name!r} takes {factor.name} from {base:.6g} to {level:.6g}; vols are decimals up to "
            f"{LARGEST_VOL:g}: 0.11 is 11 %"
        )
    return level


def _derive(scenario: Scenario, market: Market, shocked: Market, curve: str) -> Market:
    """A derived curve after the shocks on its parents, or on factors of its own."""
    spread = market.spreads[curve]
    parent = shocked.curves[spread.parent]
    own = _shock_zeros(scenario, _shock_par(scenario, shocked, curve), curve)
    if own is not shocked:
        moved = own.curves[curve]
        times = np.union1d(moved.times, parent.times)
        over = replace(spread, times=times, spreads=moved.zero_rate(times) - parent.zero_rate(times))
        return replace(own, spreads={**own.spreads, curve: over})
    if parent is market.curves[spread.parent]:
        return shocked
    return replace(shocked, curves={**shocked.curves, curve: spread.over(parent)})


def _shock_par(scenario: Scenario, market: Market, curve: str) -> Market:
    shocks = [shock for shock in scenario.shocks if shock.on is ShockOn.PAR]
    factors = _pillars(market.factors, curve)
    if not any(_matching(shocks, factor) for factor in factors):
        return market
    par = market.par_curves.get(curve)
    if par is None:
        raise InputError(f"scenario {scenario.name!r}: curve {curve!r} has no par yields to shock; use on = 'zero'")
    for factor in factors:
        targets = [s for s in _matching(shocks, factor) if s.kind is ShockKind.TARGET]
        if targets and factor.pillar not in par.times:
            raise InputError(
                f"scenario {scenario.name!r}: no par yield of {factor.name!r} is published, so none can be set to "
                f"{targets[0].size!r}; published tenors in years: {', '.join(f'{t:g}' for t in par.times)}"
            )
    knots, moves = _moves(scenario, shocks, factors, np.interp(_times(factors), par.times, par.par_yields))
    moved: ParCurve = replace(par, par_yields=par.par_yields + np.interp(par.times, knots, moves))
    return replace(
        market,
        par_curves={**market.par_curves, curve: moved},
        curves={**market.curves, curve: bootstrap(moved)},
    )


def _shock_zeros(scenario: Scenario, market: Market, curve: str) -> Market:
    shocks = [shock for shock in scenario.shocks if shock.on is ShockOn.ZERO]
    factors = _pillars(market.factors, curve)
    if not any(_matching(shocks, factor) for factor in factors):
        return market
    base = market.curves[curve]
    knots, moves = _moves(scenario, shocks, factors, base.zero_rate(_times(factors)))
    times = np.union1d(base.times, knots)
    moved: ZeroCurve = replace(base, times=times, zero_rates=base.zero_rate(times) + np.interp(times, knots, moves))
    return replace(
        market,
        par_curves={name: par for name, par in market.par_curves.items() if name != curve},
        curves={**market.curves, curve: moved},
    )


def _moves(scenario: Scenario, shocks: Sequence[Shock], factors: Sequence[Factor], levels: F64) -> tuple[F64, F64]:
    """Pillars in years and the moves there, decimal per year: (n_knots,) each. `levels` (n_factors,) unshocked."""
    knots, moves, is_targeted = [], [], False
    for factor, level in zip(factors, levels, strict=True):
        matching = _matching(shocks, factor)
        is_targeted |= any(shock.kind is ShockKind.TARGET for shock in matching)
        moved = float(level)
        for shock in matching:
            moved = shock.apply(moved)
        if not abs(moved) <= LARGEST_RATE:
            raise InputError(
                f"scenario {scenario.name!r} takes {factor.name} from {float(level):.6g} to {moved:.6g}; rates are "
                f"decimals within +-{LARGEST_RATE}: 50 bp is 0.005"
            )
        knots.append((factor.pillar, bool(matching)))
        moves.append(moved - float(level))
    keep = [i for i, (_, is_shocked) in enumerate(knots) if is_shocked or not is_targeted]
    return np.array([knots[i][0] for i in keep], dtype=np.float64), np.array([moves[i] for i in keep])


def _pillars(factors: Iterable[Factor], curve: str) -> list[Factor]:
    """The factors of a curve, shortest pillar first."""
    mine = [factor for factor in factors if factor.kind is FactorKind.RATE and factor.curve == curve]
    return sorted(mine, key=lambda factor: factor.pillar or 0.0)


def _times(factors: Sequence[Factor]) -> F64:
    return np.array([factor.pillar for factor in factors], dtype=np.float64)


def _matching(shocks: Iterable[Shock], factor: Factor) -> list[Shock]:
    return [shock for shock in shocks if fnmatchcase(factor.name, shock.factor)]


def _refuse_mixed(scenario: Scenario, shock: Shock, factors: Sequence[Factor]) -> None:
    kinds = {factor.kind for factor in factors if fnmatchcase(factor.name, shock.factor)}
    if len(kinds) > 1 and shock.kind is not ShockKind.RELATIVE:
        raise InputError(
            f"scenario {scenario.name!r}: {shock.factor!r} matches {_joined(kinds)}, and one {shock.kind.value} size "
            f"cannot fit both; write a shock for each"
        )


def _joined(kinds: Iterable[FactorKind]) -> str:
    return " and ".join(f"{kind.value}s" for kind in FactorKind if kind in kinds)


def _refuse_unmatched(scenario: Scenario, names: Sequence[str]) -> None:
    globs = [shock.factor for shock in scenario.shocks]
    globs += [glob for glob, _ in scenario.vol_multipliers]
    globs += [glob for first, second, _ in scenario.correlations for glob in (first, second)]
    missing = [glob for glob in dict.fromkeys(globs) if not any(fnmatchcase(name, glob) for name in names)]
    if missing:
        raise InputError("; ".join(f"scenario {scenario.name!r}: {_no_factor(glob, names)}" for glob in missing))


def _no_factor(glob: str, names: Sequence[str]) -> str:
    close = get_close_matches(glob.upper(), names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"no factor matches {glob!r}; {hint}The market has {', '.join(names)}"


def _vols(scenario: Scenario, vols: F64, names: Sequence[str]) -> F64:
    """(n_factors,) vols; the last multiplier that matches a factor counts."""
    if not scenario.vol_multipliers:
        return vols
    factors_on = np.ones_like(vols)
    for glob, multiplier in scenario.vol_multipliers:
        if not 0.0 <= multiplier < math.inf:
            raise InputError(
                f"scenario {scenario.name!r}: vol multiplier of {glob!r} must be 0 or more, got {multiplier!r}"
            )
        factors_on[[fnmatchcase(name, glob) for name in names]] = multiplier
    return vols * factors_on


def _correlation(scenario: Scenario, correlation: F64, names: Sequence[str]) -> tuple[F64, tuple[str, ...]]:
    """(n_factors, n_factors), positive definite, and a note when that took a repair."""
    if not scenario.correlations:
        return correlation, ()
    overridden = correlation.copy()
    for first, second, value in scenario.correlations:
        one, other = ([fnmatchcase(name, glob) for name in names] for glob in (first, second))
        pairs = np.outer(one, other) | np.outer(other, one)
        np.fill_diagonal(pairs, False)
        if not pairs.any():
            raise InputError(f"scenario {scenario.name!r}: {first!r} and {second!r} match no pair of two factors")
        if not abs(value) <= 1.0:
            raise InputError(
                f"scenario {scenario.name!r}: correlation of {first!r} and {second!r} must lie in [-1, 1], "
                f"got {value!r}"
            )
        overridden[pairs] = value
    if not scenario.repair_correlation:
        check_correlation(overridden, names, f"scenario {scenario.name!r}")
        return overridden, ()
    repaired = nearest_correlation(overridden)
    if repaired.distance == 0.0:
        return overridden, ()
    note = (
        f"correlation of scenario {scenario.name!r} was not positive definite (smallest eigenvalue "
        f"{repaired.was_smallest_eigenvalue:.1e}) and was repaired (Higham): largest change of an entry "
        f"{repaired.largest_change:.4f}, Frobenius distance {repaired.distance:.4f}"
    )
    return repaired.correlation, (note,)
