"""The run's own paths at the horizon: how many lose an amount, which lose about as much, and where they end."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.law.past.one_step import move_weights
from engine.run.backend import device_errors
from engine.run.blocks import Progress
from engine.run.prepared import Prepared
from engine.run.replayed_levels import levels_at_horizon
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.types import F64, I64, U64

WINDOW = 0.05  # of the loss asked for, either way: paths that lose about as much
MOST_NEAR = 4_000  # of these that are looked at, the first by number
N_WORST = 256  # largest losses that are kept, to say how far the paths reach
SAMPLE = 2**16  # paths that tell mean and covariance of the states
CHUNK = 2**16  # paths of which P&L is held at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LossCount:
    """How many paths of a run lose an amount or more, and which lose about as much."""

    n_paths: int  # that were looked at, whole
    probability: float  # of losing as much or more, a share of the paths by their weights
    probability_se: float  # binomial; 0 of a law all of whose moves are looked at
    near: U64  # (n_near,) numbers of the paths within `WINDOW` of the loss, ascending
    worst: F64  # (n_worst,) largest losses, largest first [currency]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HorizonPaths:
    """Some paths at the horizon."""

    numbers: U64  # (n,)
    states: F64  # (n_factors, n) deviations from the start
    losses: F64  # (1 + n_books, n) [currency] total first
    regimes: I64  # (n,) number of the regime at the horizon
    weights: F64  # (n,) how much each counts, 1 on average over the law


def farthest_loss(count: LossCount, least: int) -> float:
    """Return the largest loss of a path with `least` paths within `WINDOW` of it, as far as the worst ones tell."""
    worst = count.worst
    n_near = (np.abs(worst - worst[:, None]) <= WINDOW * worst[:, None]).sum(axis=1)
    return float(worst[int(np.argmax(n_near >= least))] if (n_near >= least).any() else worst[-1])


def n_paths_of(part: Prepared) -> int:
    """Return how many paths there are: those asked for, or a law's own where it is known whole."""
    return int(part.n_moves[0]) or part.config.n_paths


def count_losses(part: Prepared, target: float, progress: Progress) -> LossCount:
    """Value every path once and count those that lose `target` or more; nothing of the size of all is held."""
    n_paths, is_whole = n_paths_of(part), bool(part.n_moves[0])
    weights = _weights(part, n_paths) if is_whole else None
    near, worst = list[U64](), np.empty(0)
    weight, n_near = 0.0, 0
    for first in range(0, n_paths, CHUNK):
        n = min(CHUNK, n_paths - first)
        losses = _losses(part, PathRange(first=first, n=n))[0]
        of_each = np.ones(n) if weights is None else weights[first : first + n]
        weight += float(of_each[losses >= target].sum())
        found = np.flatnonzero(np.abs(losses - target) <= WINDOW * target)[: MOST_NEAR - n_near]
        near.append(np.asarray(first + found, np.uint64))
        n_near += found.size
        worst = np.sort(np.concatenate([worst, losses]))[::-1][:N_WORST]
        progress(first + n, n_paths)
    share = weight / n_paths
    return LossCount(
        n_paths=n_paths,
        probability=share,
        probability_se=0.0 if is_whole else math.sqrt(share * (1.0 - share) / n_paths),
        near=np.concatenate(near),
        worst=worst,
    )


def first_paths(part: Prepared) -> HorizonPaths:
    """Return the first `SAMPLE` paths of a run at the horizon, all of them where a law has its own."""
    n = min(SAMPLE, n_paths_of(part)) if not part.n_moves[0] else n_paths_of(part)
    return paths_at_horizon(part, np.arange(n, dtype=np.uint64))


def paths_at_horizon(part: Prepared, numbers: U64) -> HorizonPaths:
    """Replay paths by their numbers, ascending, (n,): where they end and what they lose."""
    n_factors, series = len(part.inputs.market.factors), levels_at_horizon(part, 0, numbers)
    losses = np.empty((1 + len(part.packed.books), numbers.size))
    for begin, end in _runs(numbers):
        losses[:, begin:end] = _losses(part, PathRange(first=int(numbers[begin]), n=end - begin))
    whole = n_paths_of(part)
    return HorizonPaths(
        numbers=numbers,
        states=series[:n_factors],
        losses=losses,
        regimes=series[n_factors + PATH_SERIES.index("regime")].astype(np.int64),
        weights=_weights(part, whole)[numbers.astype(np.int64)] if part.n_moves[0] else np.ones(numbers.size),
    )


def _losses(part: Prepared, paths: PathRange) -> F64:
    with device_errors():
        return np.asarray(0.0 - part.backend.pnl(part.program, paths))


def _weights(part: Prepared, n: int) -> F64:
    weights = move_weights(part.packed.model, 0, n)
    return np.ones(n) if weights is None else weights


def _runs(numbers: U64) -> list[tuple[int, int]]:
    """Return the places at which runs of consecutive numbers begin and end."""
    breaks = np.flatnonzero(np.diff(numbers.astype(np.int64)) != 1) + 1
    return list(pairwise([0, *breaks.tolist(), numbers.size])) if numbers.size else []
