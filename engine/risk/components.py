"""Components of books: what each contributes to the total's measures, with its Monte Carlo error.

By Euler's rule a measure that doubles when all positions double is the sum of its components, one a book; or one of
any other parts into which the total's P&L falls on each path, for which books stand here. How a measure's are read from
the total's worst paths is in its own file, under `engine.risk.measures`.
"""

import math
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from engine.risk.book_lines import BookTail
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, WINDOW
from engine.risk.ranks import Confidence, exact_confidence, rank_se, tail_mass
from engine.risk.results import TailResult
from kernels.base import CELL
from kernels.types import F64, I64, U64

# A run keeps its tails row by row, without the paths they came from. But any path can be walked again: of the first
# cells, as many as hold some of the tail.
WANTED = 1500  # paths in the tail, at each confidence
MOST_CELLS = 64  # walked again at most
_MARGIN_SE = 6.0  # standard errors of the tail's size that are kept beyond it


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentEstimate:
    """What one book contributes to one measure of the total, in the run's currency; losses positive."""

    value: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What one book contributes to the total's measures at one confidence."""

    estimates: Mapping[str, ComponentEstimate]  # by the measure's key
    tail_paths: int  # that it was read from
    table_ses: Mapping[str, float] = field(default_factory=dict)  # by the measure's key: of a law's table of past days

    def of(self, measure: TailMeasure) -> ComponentEstimate | None:
        """Return what the book contributes to one measure; None: that has no components."""
        return self.estimates.get(measure.key)


class WorstPaths:
    """The worst paths of a total, with every book's P&L on them. Of equal totals the earlier path is kept."""

    def __init__(self, n_books: int, confidence: Confidence, n_paths: int) -> None:
        """Start empty, for the components at `confidence` from the `n_paths` paths that will be added."""
        mass = float(tail_mass(confidence, n_paths))
        reach = math.ceil((1.0 + WINDOW) * mass + _MARGIN_SE * rank_se(confidence, n_paths)) + 4
        self.n_paths = n_paths
        self.keep = min(n_paths, reach)
        self.pnl: F64 = np.empty((1 + n_books, 0))  # [currency] by the total's, ascending; row 0 is the total
        self.paths: U64 = np.empty(0, np.uint64)  # their numbers in the run
        self.n_added = 0  # paths so far

    def add(self, pnl: F64) -> None:
        """Take in the next paths of the run: (1 + n_books, n) [currency], gains positive, row 0 the total's."""
        numbers = np.arange(self.n_added, self.n_added + pnl.shape[1], dtype=np.uint64)
        self.n_added += pnl.shape[1]
        worst = _worst(pnl[0], self.keep)
        both = np.concatenate([self.pnl, pnl[:, worst]], axis=1)
        kept = np.argsort(both[0], kind="stable")[: self.keep]
        self.pnl, self.paths = both[:, kept], np.concatenate([self.paths, numbers[worst]])[kept]

    def of_parts(self, pnl: F64) -> "WorstPaths":
        """Return the same paths with the P&L of other parts of the total: (n_parts, n_kept) [currency]."""
        other = copy(self)
        other.pnl = np.concatenate([self.pnl[:1], pnl])
        return other


def _worst(pnl: F64, keep: int) -> I64:
    """Return the places of the `keep` worst of (n,) P&L, ascending by it; of equal ones the earlier."""
    if pnl.size <= keep:
        return np.argsort(pnl, kind="stable")
    near = np.flatnonzero(pnl <= np.partition(pnl, keep - 1)[keep - 1])  # few of them: quicker than to sort all
    return near[np.argsort(pnl[near], kind="stable")[:keep]]


def cells_for(confidence: float, n_paths: int) -> int:
    """Return how many of a run's first cells are walked again for the components at a confidence."""
    needed = math.ceil(WANTED / (1 - exact_confidence(confidence)) / CELL)
    return min(needed, MOST_CELLS, -(-n_paths // CELL))


def paths_for(confidence: float, n_paths: int) -> int:
    """Return how many paths these cells have."""
    return min(cells_for(confidence, n_paths) * CELL, n_paths)


def no_worst_paths(confidence: float, n_books: int, n_scenarios: int, n_paths: int) -> tuple[WorstPaths, ...]:
    """Return what takes in the worst paths of a run, still empty: one a scenario; none where there is one book."""
    if n_books < 2:
        return ()
    return tuple(WorstPaths(n_books, confidence, paths_for(confidence, n_paths)) for _ in range(n_scenarios))


def components(worst: WorstPaths, total: TailResult, n_paths: int) -> tuple[Component, ...] | None:
    """Read what every book contributes to each of the total's measures that has components.

    Parameters
    ----------
    worst : of the paths looked at, all added, for the total's confidence
    total : of the run
    n_paths : of the run, from which `total` is

    Returns
    -------
    One component a book; None where the tail holds too few paths for one of the measures.
    """
    tail = BookTail(
        losses=-worst.pnl,
        n_paths=worst.n_paths,
        n_run_paths=n_paths,
        confidence=total.confidence,
        total=total.estimates,
    )
    found: dict[str, list[ComponentEstimate]] = {}
    for key, measure in MEASURES.items():
        if measure.contribution is not None:
            read = measure.contribution.components(tail)
            if read is None:
                return None
            pairs = zip(read.values.tolist(), read.ses.tolist(), strict=True)
            found[key] = [ComponentEstimate(value=value, se=se) for value, se in pairs]
    _, n_tail = tail.paths_losing(total.of(VALUE_AT_RISK).value)
    return tuple(
        Component(estimates=dict(zip(found, book, strict=True)), tail_paths=n_tail)
        for book in zip(*found.values(), strict=True)
    )
