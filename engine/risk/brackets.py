"""Brackets around quantiles, fixed from a pilot: what later paths keep, and order statistics from what they kept."""

import math

import numpy as np

from engine.risk.buffers import Growing
from engine.risk.moments import tree_sum
from engine.risk.ordered_tail import OrderedTail
from engine.risk.plan import TailPlan
from kernels.base import CELL, Reduction
from kernels.types import F64, I64

Interval = tuple[float, float]  # P&L, ends included

ATOM_LEAST = 64  # equal P&L in a pilot's bracket before they can count as an atom of the law


class OutsideBracketsError(LookupError):
    """An order statistic that was asked for lies where only counts and sums were kept."""


def fix_brackets(pilots: list[F64], indices: list[tuple[int, int]]) -> F64:
    """Fix the brackets of every row: (n_rows, n_brackets, 2) [currency], ascending and disjoint.

    Rows with fewer end in [inf, inf].

    pilots    per row, the smallest P&L of the pilot (n_kept,) [currency], ascending
    indices   ends of each bracket as indices into it, by `TailPlan.bracket_indices`
    """
    rows = [row_brackets(pilot, indices) for pilot in pilots]
    brackets = np.full((len(rows), max(map(len, rows)), 2), np.inf)
    for row, intervals in enumerate(rows):
        brackets[row, : len(intervals)] = intervals
    return brackets


def row_brackets(pilot: F64, indices: list[tuple[int, int]]) -> list[Interval]:
    """Fix the brackets of one row from its smallest P&L in the pilot (n_kept,) [currency], ascending.

    An atom, P&L that many paths share, is cut out: its gap then holds that one value.
    """
    wholes: list[tuple[Interval, int]] = []  # with the number of ranks each spans
    for first, last in indices:  # ascending: the highest confidence comes first
        low, high = (-math.inf if first < 0 else float(pilot[first])), float(pilot[last])
        if wholes and low <= wholes[-1][0][1]:
            (low, _), ranks = wholes.pop()
            wholes.append(((low, max(high, pilot[last])), ranks + last - first))
        else:
            wholes.append(((low, high), last - first))
    pieces = [piece for interval, ranks in wholes for piece in _without_atoms(pilot, interval, ranks)]
    joined: list[Interval] = []
    for low, high in pieces:
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _without_atoms(pilot: F64, interval: Interval, ranks: int) -> list[Interval]:
    low, high = interval
    inside = pilot[np.searchsorted(pilot, low) : np.searchsorted(pilot, high, side="right")]
    values, counts = np.unique(inside, return_counts=True)
    pieces = []
    for atom in values[counts > max(ATOM_LEAST, ranks / 4)]:
        below, above = float(np.nextafter(atom, -np.inf)), float(np.nextafter(atom, np.inf))
        pieces.append((min(low, below), below))
        low = above
    return [*pieces, (low, max(low, high))]


class Beyond:
    """What the cells after the pilot keep, stored by cell: gaps as count, sum, squares; P&L inside brackets."""

    def __init__(self, plan: TailPlan, brackets: F64) -> None:
        shape = (*brackets.shape[:2], plan.n_cells - plan.pilot_cells)
        self.brackets = brackets
        self.first_cell = plan.pilot_cells
        self.counts: I64 = np.zeros(shape, dtype=np.int64)
        self.sums = np.zeros(shape)
        self.squares = np.zeros(shape)
        self.kept = [Growing(plan.kept_beyond) for _ in range(plan.n_rows)]

    def add(self, reduction: Reduction) -> None:
        """Take in a block's cells; the caller saw to it that they are new."""
        if reduction.gap_counts.shape[:2] != self.brackets.shape[:2]:
            raise ValueError(f"a block came with brackets {reduction.gap_counts.shape[:2]}, not these")
        first = reduction.first_cell - self.first_cell
        cells = slice(first, first + reduction.sums.shape[1])
        self.counts[..., cells] = reduction.gap_counts
        self.sums[..., cells] = reduction.gap_sums
        self.squares[..., cells] = reduction.gap_squares
        for row, kept in enumerate(self.kept):
            kept.add(reduction.kept_pnl[reduction.kept_rows[row] : reduction.kept_rows[row + 1]])

    def merge(self, other: "Beyond") -> None:
        """Take in other cells, counted with the same brackets; a cell that one side lacks is zero there."""
        if not np.array_equal(self.brackets, other.brackets):
            raise ValueError("cannot merge tails that were kept with different brackets")
        self.counts += other.counts
        self.sums += other.sums
        self.squares += other.squares
        for mine, theirs in zip(self.kept, other.kept, strict=True):
            mine.merge(theirs)

    def tail(self, row: int, pilot: F64, centre: float, n_paths: int) -> "BracketedTail":
        """Return one row's tail, with the pilot's smallest P&L (n_kept,) [currency], ascending, counted in."""
        intervals = self.brackets[row]
        mine = np.zeros(pilot.size, dtype=np.bool_)
        for low, high in intervals:
            mine[np.searchsorted(pilot, low) : np.searchsorted(pilot, high, side="right")] = True
        values = np.concatenate([self.kept[row].values(), pilot[mine]])
        values.sort()
        pieces: list[Gap | F64] = []
        before = -math.inf
        for g, (low, high) in enumerate(intervals):
            early = pilot[np.searchsorted(pilot, before, side="right") : np.searchsorted(pilot, low)] - centre
            pieces.append(
                Gap(
                    count=int(self.counts[row, g].sum()) + early.size,
                    total=float(tree_sum(self.sums[row, g]) + tree_sum(early)),
                    squares=float(tree_sum(self.squares[row, g]) + tree_sum(early * early)),
                    only=_only_value(before, float(low)),
                )
            )
            pieces.append(values[np.searchsorted(values, low) : np.searchsorted(values, high, side="right")])
            before = float(high)
        complete = pilot.size == self.first_cell * CELL
        return BracketedTail(pieces, n_paths, centre, np.inf if complete else float(pilot[-1]))


class Gap:
    """P&L between two brackets, of which only sums about the centre are known."""

    __slots__ = ("count", "only", "squares", "total")

    def __init__(self, *, count: int, total: float, squares: float, only: float | None) -> None:
        self.count = count
        self.total = total  # of pnl - centre
        self.squares = squares  # of (pnl - centre)^2
        self.only = only  # the one P&L that fits between the brackets, if it is one


def _only_value(before: float, after: float) -> float | None:
    """Return the single float strictly between two others, if there is just one."""
    value = float(np.nextafter(before, np.inf))
    return value if value == float(np.nextafter(after, -np.inf)) else None


class BracketedTail(OrderedTail):
    """A tail of gaps and brackets in ascending order."""

    def __init__(self, pieces: list[Gap | F64], n_paths: int, centre: float, limit: float) -> None:
        self.n_paths = n_paths
        self._pieces = pieces
        self._centre = centre
        self._limit = limit  # the pilot was kept up to this P&L: beyond it, ranks are not known
        self._ends = np.cumsum([piece.count if isinstance(piece, Gap) else piece.size for piece in pieces])

    def at(self, index: int) -> float:
        """Return the P&L at `index` of the ascending order; OutsideBracketsError when it was not kept."""
        place = int(np.searchsorted(self._ends, index, side="right"))
        if place == len(self._pieces):
            raise OutsideBracketsError(index)
        piece = self._pieces[place]
        offset = index - (int(self._ends[place - 1]) if place else 0)
        value = piece.only if isinstance(piece, Gap) else float(piece[offset])
        if value is None or value > self._limit:
            raise OutsideBracketsError(index)
        return value

    def excess(self, index: int) -> tuple[float, float]:
        """Sum, and sum the squares of, how far each path before `index` lies below the P&L at `index`."""
        value, left = self.at(index), index
        distance = value - self._centre
        total = squares = 0.0
        for piece in self._pieces:
            if isinstance(piece, Gap):
                if left < piece.count:  # the gap holds `value` alone: nothing in it lies below
                    break
                left -= piece.count
                total += piece.count * distance - piece.total
                squares += piece.squares - 2.0 * distance * piece.total + piece.count * distance * distance
            else:
                below = value - piece[:left]
                left -= below.size
                total += float(tree_sum(below))
                squares += float(tree_sum(below * below))
            if left == 0:
                break
        return total, squares
