"""The worst paths of a recorded run's total: what they lose, in which books, and where the market is at their end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from engine.explain.run.path_replay import levels_of
from engine.explain.run.run_source import MeasuredRun
from engine.explain.run.tail_paths import TailPaths, drawn_tail, exact_tail
from engine.run.replayed_levels import levels_at_horizon
from engine.run.walk import UNITS

SCHEMA = 1
MOST_PATHS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstPath:
    """One path."""

    path: int  # its number in the run
    pnl: float  # [currency] of the total; gains positive
    books: Mapping[str, float]  # [currency]
    levels: Mapping[str, float]  # of every factor at the horizon: zero rates, prices and vols


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstPaths:
    """The worst paths of one scenario, worst first."""

    scenario: str
    confidence: float
    currency: str
    n_looked: int  # paths of the run that were walked again, or all moves
    n_tail: int  # of these, that lose VaR or more
    is_exact: bool  # every move is valued, none drawn
    start: Mapping[str, float]  # levels where every path starts
    units: Mapping[str, str]  # of these
    paths: tuple[WorstPath, ...]


def worst_paths(run: MeasuredRun, scenario: str, n: int | None, usual: int) -> WorstPaths:
    """Return the n worst paths of a scenario's total, "" being the first, at the run's highest confidence.

    Where n is None, the usual number, or all of a smaller tail. They are looked for among the run's first paths, as
    many as hold some 1,500 of the tail.

    Raises
    ------
    InputError
        There is no such scenario, it has no tail, or n is not from 1 to what the tail holds.
    RiskError
        The device failed.
    """
    name = scenario or run.totals[0].scenario
    part, s = run.ready.place_of(name)
    tail = _tail(run, name)
    most = min(MOST_PATHS, tail.n_tail)
    n = min(usual, most) if n is None else n
    if not 1 <= n <= most:
        raise InputError(f"n: from 1 to {most:,} of the worst paths of {name} are told, got {n:,}")
    factors, start = part.inputs.market.factors, part.inputs.shocked[s]
    moves = levels_at_horizon(part, s, tail.numbers[:n], slice(len(factors)))
    levels, names = levels_of(start, moves.T), [factor.name for factor in factors]
    return WorstPaths(
        scenario=name,
        confidence=tail.parts.total.confidence,
        currency=part.config.currency,
        n_looked=tail.n_paths,
        n_tail=tail.n_tail,
        is_exact=tail.is_exact,
        start={factor.name: start.level(factor) for factor in factors},
        units={factor.name: UNITS[factor.kind] for factor in factors},
        paths=tuple(
            WorstPath(
                path=int(tail.numbers[i]),
                pnl=float(tail.pnl[0, i]),
                books=dict(zip(part.packed.books, tail.pnl[1:, i].tolist(), strict=True)),
                levels=dict(zip(names, levels[i].tolist(), strict=True)),
            )
            for i in range(n)
        ),
    )


def as_json(found: WorstPaths) -> dict[str, Any]:
    """Return everything as JSON's types; gains positive."""
    told = ("scenario", "confidence", "currency", "n_looked", "n_tail", "start", "units")
    return {
        "schema": SCHEMA,
        **{name: getattr(found, name) for name in told},
        "exact": found.is_exact,
        "paths": [{key: getattr(each, key) for key in ("path", "pnl", "books", "levels")} for each in found.paths],
    }


def _tail(run: MeasuredRun, scenario: str) -> TailPaths:
    part, s = run.ready.place_of(scenario)
    total = next(each for each in run.totals if each.scenario == scenario)
    worst = max(total.measures, key=lambda tail: tail.confidence)
    for whole in run.whole:
        if whole.name == scenario:
            return exact_tail(part, s, worst, whole.moves)
    return drawn_tail(part, s, worst, run.ready.n_paths)
