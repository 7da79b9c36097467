"""What happened, against what a scenario would have drawn on the eve: realised moves among the simulated ones.

An estimate that has seen the event is not tested by it: a replay shows whether a regime's law, shrunk hard as it is,
still holds what it was named after, and how far out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from engine.calibration.diffusion import Window, factor_states
from engine.conventions.calendars import Calendars
from engine.errors import InputError
from engine.market.factors import UNRECORDED, Factor, FactorKind
from engine.market.market import Market
from engine.risk.standing import Standing
from engine.run.walk import Walk, walk_of
from engine.scenario.scenario import Scenario
from kernels.base import AbstractBackend
from kernels.types import F64

CHUNK = 2**14  # paths at a time
MOST_DAYS = 250

EVENTS = {  # name -> the eve, and the last day of it
    "august-2024": (date(2024, 7, 22), date(2024, 8, 5)),  # to the day that the Nikkei fell by 12 %
    "april-2025": (date(2025, 4, 7), date(2025, 4, 21)),  # from the Monday after the tariffs
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replay:
    """One event in one scenario. Moves are of states: zero rates, logarithms of prices."""

    scenario: str
    standing: Standing  # a stress or a forecast
    start: date
    end: date
    n_days: int  # joint business days
    n_paths: int
    factors: tuple[str, ...]  # those whose history is at hand
    is_rate: tuple[bool, ...]  # a zero rate; else the logarithm of a price
    realised: F64  # (n_factors,)
    means: F64  # (n_factors,) of the simulated moves
    stds: F64
    below: F64  # (n_factors,) share of paths that moved by less: uniform if the law is right
    distance: float  # Mahalanobis distance of the realised moves from the mean
    farther: float  # share of paths at least as far: small where the moves are unlikely together
    notes: tuple[str, ...]

    def of(self, name: str) -> tuple[float, float]:
        """Return the realised move of a factor, and the share of paths that moved by less."""
        at = self.factors.index(name)
        return float(self.realised[at]), float(self.below[at])


def replay(
    scenario: Scenario,
    market: Market,
    history: pd.DataFrame,
    end: date,
    *,
    n_paths: int,
    seed: int,
    backend: AbstractBackend,
) -> Replay:
    """Simulate `scenario` from a market to `end`, and find the realised moves of its rates and prices among the paths.

    Parameters
    ----------
    market : of the eve, as `engine.calibration.diffusion.build_market` makes it from what was known then
    history : as `engine.inputs.history.load.read_history` returns it; has a value of every factor at both ends

    Raises
    ------
    InputError
        The event is longer than 250 business days or ends before it starts, a value is missing at an end, or the
        scenario does not fit the market. A regime's correlation that this market does not bear is repaired and noted.
    """
    names = [factor for factor in market.factors if factor.kind not in UNRECORDED]
    moves = realised_moves(history, names, market.valuation_date, end)
    n_days = business_days(market.valuation_date, end)
    walk = walk_of(with_repairs(scenario), market, n_days=n_days, seed=seed, backend=backend)
    drawn = horizon_moves(walk, [factor.name for factor in names], n_paths)
    distances = _distances(drawn, np.concatenate([moves[:, np.newaxis], drawn], axis=1))
    return Replay(
        scenario=scenario.name,
        standing=walk.standing,
        start=market.valuation_date,
        end=end,
        n_days=n_days,
        n_paths=n_paths,
        factors=tuple(factor.name for factor in names),
        is_rate=tuple(factor.kind is FactorKind.RATE for factor in names),
        realised=moves,
        means=drawn.mean(axis=1),
        stds=drawn.std(axis=1, ddof=1),
        below=(drawn < moves[:, np.newaxis]).mean(axis=1),
        distance=float(distances[0]),
        farther=float((distances[1:] >= distances[0]).mean()),
        notes=walk.notes,
    )


def replay_json(found: Replay) -> dict[str, Any]:
    """Return a replay as one JSON object; moves of zero rates are decimals, of prices logarithms."""
    moves = zip(found.factors, found.realised, found.means, found.stds, found.below, strict=True)
    return {
        "scenario": found.scenario,
        "stress": found.standing.is_stress,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "n_days": found.n_days,
        "n_paths": found.n_paths,
        "distance": found.distance,
        "farther": found.farther,
        "factors": [
            {"factor": name, "realised": float(move), "mean": float(mean), "std": float(std), "below": float(below)}
            for name, move, mean, std, below in moves
        ],
        "notes": list(found.notes),
    }


def horizon_moves(walk: Walk, names: Sequence[str], n_paths: int) -> F64:
    """Draw the moves of the named factors to the last day of a walk: (n_names, n_paths) decimals and logarithms."""
    rows = [walk.series.index(name) for name in names]
    parts = [
        walk.deviations(np.arange(first, min(first + CHUNK, n_paths), dtype=np.uint64))[-1, rows]
        for first in range(0, n_paths, CHUNK)
    ]
    return np.concatenate(parts, axis=1)


def realised_moves(history: pd.DataFrame, factors: Sequence[Factor], start: date, end: date) -> F64:
    """Return the factors' moves between two dates: (n_factors,), of zero rates decimals, of prices logarithms.

    Raises InputError where a value is missing.
    """
    states = factor_states(history, factors, Window(start=start, end=end))
    rows = [states.reindex([pd.Timestamp(day)]).iloc[0] for day in (start, end)]
    for day, row in zip((start, end), rows, strict=True):
        if missing := [str(name) for name, value in row.items() if pd.isna(value)]:
            raise InputError(f"the history has no {', '.join(missing)} on {day}; take a day on which all are published")
    return np.asarray((rows[1] - rows[0]).to_numpy(dtype=np.float64))


def business_days(start: date, end: date) -> int:
    """Count the business days of the joint calendar after `start`, up to `end`.

    Raises InputError where there is none, or more than 250.
    """
    coming = Calendars(start).steps.coming(MOST_DAYS + 1)
    n_days = int(np.searchsorted(coming, (end - start).days, side="right"))
    if not 1 <= n_days <= MOST_DAYS:
        raise InputError(f"an event takes 1 to {MOST_DAYS} business days, got {start} to {end}")
    return n_days


def with_repairs(scenario: Scenario) -> Scenario:
    """Return the scenario, whose regimes take the nearest correlation matrix on a market that does not bear theirs."""
    if scenario.unwind is None:
        return scenario
    regimes = tuple(replace(regime, repair_correlation=True) for regime in scenario.unwind.regimes)
    return replace(scenario, unwind=replace(scenario.unwind, regimes=regimes))


def _distances(drawn: F64, moves: F64) -> F64:
    """Return Mahalanobis distances of moves (n_factors, n) from the mean of the drawn ones: (n,)."""
    factor = np.linalg.cholesky(np.atleast_2d(np.cov(drawn)))
    scaled = np.linalg.solve(factor, moves - drawn.mean(axis=1, keepdims=True))
    return np.asarray(np.sqrt((scaled**2).sum(axis=0)))
