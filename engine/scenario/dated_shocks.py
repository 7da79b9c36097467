"""Shocks of a day within the horizon: jumps that are certain to come on it."""

import math
from collections.abc import Sequence

from engine.market.factors import LEVELS_MOVE, Factor
from engine.mechanisms.jumps import DATED_SHOCKS, Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.sizes import matches
from engine.scenario.scenario import Scenario, Shock, ShockKind, ShockOn

LARGEST_MOVE = 0.5  # of a rate, or of a price or vol as a fraction: beyond, a unit is mistaken


def dated_jumps(scenario: Scenario, factors: Sequence[Factor], findings: Findings) -> tuple[Jump, ...]:
    """Return one jump for each day with shocks, by exact factor names; shocks of one day on one factor add up.

    A rate moves by an absolute size; a price or a vol by ln(1 + size) of a relative one.
    """
    moves: dict[int, dict[str, float]] = {}
    for i, shock in enumerate(scenario.shocks):
        if shock.day is not None and not _is_refused(i, shock, factors, findings):
            day = moves.setdefault(shock.day, {})
            for factor in _matching(shock, factors):
                day[factor.name] = day.get(factor.name, 0.0) + _state_move(shock)
    return tuple(_jump(scenario, day, moves[day]) for day in sorted(moves))


def _jump(scenario: Scenario, day: int, moves: dict[str, float]) -> Jump:
    return Jump(name=f"{DATED_SHOCKS} {day}", source=scenario.source, day=day, mean=tuple(moves.items()))


def _state_move(shock: Shock) -> float:
    return shock.size if shock.kind is ShockKind.ABSOLUTE else math.log1p(shock.size)


def _is_refused(i: int, shock: Shock, factors: Sequence[Factor], findings: Findings) -> bool:
    at = f"shocks[{i + 1}]"
    kinds = {factor.kind for factor in _matching(shock, factors)}
    refusal = ""
    key = "kind"
    if shock.kind is ShockKind.TARGET:
        refusal = "'target' cannot have a day: paths differ on that day; give the move, or leave `day` out"
    elif shock.on is ShockOn.PAR:
        key, refusal = "on", "'par' cannot have a day: within a path zero rates move; use on = 'zero'"
    elif shock.kind is ShockKind.ABSOLUTE and kinds - LEVELS_MOVE:
        refusal = "of a price or a vol, a shock with a day is 'relative': -0.05 is -5 %"
    elif shock.kind is ShockKind.RELATIVE and kinds & LEVELS_MOVE:
        refusal = "of a rate, a spread or a skew, a shock with a day is 'absolute': 0.005 is 50 bp"
    elif not abs(shock.size) <= LARGEST_MOVE:
        key, refusal = "size", f"must lie within +-{LARGEST_MOVE:g} on a day, got {shock.size!r}; sizes are decimals"
    if refusal:
        findings.refuse(f"{at}.{key}", refusal)
    return bool(refusal)


def _matching(shock: Shock, factors: Sequence[Factor]) -> list[Factor]:
    names = [factor.name for factor in factors]
    return [factor for factor, found in zip(factors, matches(shock.factor, names), strict=True) if found]
