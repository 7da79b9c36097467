"""From P&L to what a run keeps: moments and digests per cell, tails. Twin: cuda/reduce.cuh.

A cell's sum runs in 256 lanes (lane l takes paths l, l + 256, ...), which are then folded in halves: an order that
SIMD and a GPU's thread block both keep.
"""

import numpy as np
from numba import njit

from kernels.base import CellArrays
from kernels.numba.intrinsics import bits_of_f64, fma
from kernels.numba.settings import INLINE, STRICT
from kernels.types import F64, I64, u64

LANES = 256
GOLDEN = u64(0x9E3779B97F4A7C15)
MIX_0, MIX_1, MIX_2 = u64(0xFF51AFD7ED558CCD), u64(0xC4CEB9FE1A85EC53), u64(0xD6E8FEB86659FD93)


@njit(**INLINE)
def mix(pnl: float, path: u64) -> tuple[u64, u64]:
    """Return two hashes of a path's P&L, to be summed mod 2^64: blind to the order of paths, not to a single bit."""
    h = bits_of_f64(pnl) ^ ((path + u64(1)) * GOLDEN)
    h = (h ^ (h >> u64(33))) * MIX_0
    h = (h ^ (h >> u64(33))) * MIX_1
    h = h ^ (h >> u64(33))
    return h, (h ^ (h >> u64(29))) * MIX_2


@njit(**INLINE)
def fold(lanes: F64) -> float:
    """Add the upper half of lanes (LANES,) to the lower until one is left, in the unit of the lanes."""
    half = LANES // 2
    while half > 0:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return lanes[0]


@njit(**INLINE)
def add_lanes(pnl: F64, start: int, n: int, centre: float, low: float, high: float, sums: F64, squares: F64) -> None:
    """Add pnl - centre from `start` on to sums (LANES,) [P&L]; what is not in (low, high) counts as 0, NaN stays."""
    for lane in range(n):
        x = pnl[start + lane]
        d = 0.0 if (x <= low) or (x >= high) else x - centre
        sums[lane] += d
        squares[lane] = fma(d, d, squares[lane])


@njit(**INLINE)
def cell_moments(pnl: F64, centre: float, low: float, high: float, sums: F64, squares: F64) -> tuple[float, float]:
    """Return sum and sum of squares of pnl - centre over entries in (low, high); sums, squares (LANES,) are scratch.

    Not finite P&L is never dropped: where low and high are NaN, all of it counts, so that the sum shows it.
    """
    for lane in range(LANES):
        sums[lane] = 0.0
        squares[lane] = 0.0
    whole = pnl.size // LANES * LANES
    for start in range(0, whole, LANES):
        add_lanes(pnl, start, LANES, centre, low, high, sums, squares)
    add_lanes(pnl, whole, pnl.size - whole, centre, low, high, sums, squares)
    return fold(sums), fold(squares)


@njit(**INLINE)
def cell_digest(pnl: F64, path: u64) -> tuple[u64, u64]:
    """Return the two sums of mixes over a cell, pnl (n,), whose first global path index is `path`."""
    first, second = u64(0), u64(0)
    for i in range(pnl.size):
        a, b = mix(pnl[i], path + u64(i))
        first += a
        second += b
    return first, second


@njit(**INLINE)
def count_between(pnl: F64, low: float, high: float) -> int:
    """Count entries of pnl (n,) strictly between `low` and `high`."""
    n = 0
    for i in range(pnl.size):
        n += (pnl[i] > low) and (pnl[i] < high)
    return n


@njit(**INLINE)
def count_within(pnl: F64, low: float, high: float) -> int:
    """Count entries of pnl (n,) in [low, high]."""
    n = 0
    for i in range(pnl.size):
        n += (pnl[i] >= low) and (pnl[i] <= high)
    return n


@njit(**STRICT)
def reduce_cells(
    pnl: F64,
    first: u64,
    cell: int,
    centre: F64,
    brackets: F64,
    begin: int,
    end: int,
    out: CellArrays,
    kept_counts: I64,
) -> None:
    """Compute moments, digests, gaps and the number of kept values of each (row, cell); see kernels.base.Reduction.

    Of the cells of all rows, one after the other, those numbered `begin` to `end`. pnl (n_rows, n), first the global
    index of its first path, out a Reduction's arrays, kept_counts (n_rows, n_cells).
    """
    n, n_cells = pnl.shape[1], kept_counts.shape[1]
    cell_sums, cell_squares, digests = out.sums, out.squares, out.digests  # numba loses writes through a tuple's field
    gap_counts, gap_sums, gap_squares = out.gap_counts, out.gap_sums, out.gap_squares
    sums, squares = np.empty(LANES), np.empty(LANES)
    for task in range(begin, end):
        row, c = task // n_cells, task % n_cells
        values = pnl[row, c * cell : min(n, (c + 1) * cell)]
        cell_sums[row, c], cell_squares[row, c] = cell_moments(values, centre[row], np.nan, np.nan, sums, squares)
        digests[row, c, 0], digests[row, c, 1] = cell_digest(values, first + u64(c * cell))
        kept, above = 0, -np.inf
        for g in range(brackets.shape[1]):
            low, high = brackets[row, g, 0], brackets[row, g, 1]
            gap_counts[row, g, c] = count_between(values, above, low)
            if gap_counts[row, g, c] > 0:
                gap_sums[row, g, c], gap_squares[row, g, c] = cell_moments(
                    values, centre[row], above, low, sums, squares
                )
            kept += count_within(values, low, high)
            above = high
        kept_counts[row, c] = kept


@njit(**STRICT)
def keep_tails(pnl: F64, cell: int, brackets: F64, starts: I64, begin: int, end: int, kept: F64) -> None:
    """Copy the P&L inside the brackets, of (row, cell) numbers `begin` to `end`: kept (n_kept,), out.

    starts (n_rows, n_cells) say where each cell's begin.
    """
    n, n_cells = pnl.shape[1], starts.shape[1]
    for task in range(begin, end):
        row, c = task // n_cells, task % n_cells
        place = starts[row, c]
        values = pnl[row, c * cell : min(n, (c + 1) * cell)]
        for start in range(0, values.size, LANES):
            some, hits = values[start : start + LANES], 0
            for g in range(brackets.shape[1]):
                hits += count_within(some, brackets[row, g, 0], brackets[row, g, 1])
            if hits > 0:  # few chunks have any: the others are passed over at SIMD speed
                for i in range(some.size):
                    for g in range(brackets.shape[1]):
                        if brackets[row, g, 0] <= some[i] <= brackets[row, g, 1]:
                            kept[place] = some[i]
                            place += 1
