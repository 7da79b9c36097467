"""From P&L to what a run keeps: moments and digests per cell, tails. Twins: numba/reduce.py, cuda/reduce.cuh."""

import numpy as np

from kernels.base import CELL, CellRange, Reduction
from kernels.far import far_paths
from kernels.types import F64, U64

LANES = 256  # a cell's sum runs in this many lanes, then folds in halves


def fold(values: F64) -> F64:
    """Return the sum over the last axis of values (n_rows, n): in LANES interleaved lanes, then folded in halves."""
    n = values.shape[-1]
    padded = np.zeros((*values.shape[:-1], -(-n // LANES) * LANES))
    padded[..., :n] = values
    lanes = np.zeros((*values.shape[:-1], LANES))
    for start in range(0, padded.shape[-1], LANES):
        lanes = lanes + padded[..., start : start + LANES]
    while lanes.shape[-1] > 1:
        half = lanes.shape[-1] // 2
        lanes = lanes[..., :half] + lanes[..., half:]
    return lanes[..., 0]


def mix(pnl: F64, path_ids: U64) -> tuple[U64, U64]:
    """Return two 64-bit hashes of each path's P&L: (n_rows, n) each."""
    h = pnl.view(np.uint64) ^ ((path_ids + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    h = h ^ (h >> np.uint64(33))
    return h, (h ^ (h >> np.uint64(29))) * np.uint64(0xD6E8FEB86659FD93)


def cell_digest(pnl: F64, path_ids: U64) -> U64:
    """Return the two sums mod 2^64 of the mixes of a cell: (n_rows, 2)."""
    first, second = mix(pnl, path_ids)
    return np.stack([first.sum(axis=1), second.sum(axis=1)], axis=1)


def reduce_cells(pnl: F64, ratios: F64, cells: CellRange, centre: F64, brackets: F64) -> Reduction:
    """Return moments, digests and gaps of each (row, cell) and the P&L inside the brackets; see kernels.base.Reduction.

    pnl (n_rows, n) of the cells' paths, centre (n_rows,), brackets (n_rows, n_brackets, 2) [reporting currency],
    ratios (n_dynamics, n) their farthest moves
    """
    n = pnl.shape[1]
    ids = np.uint64(cells.paths.first) + np.arange(n, dtype=np.uint64)
    parts = [slice(c * CELL, min(n, (c + 1) * CELL)) for c in range(cells.n)]
    shift = pnl - centre[:, None]
    lows = np.concatenate((np.full_like(brackets[:, :1, 1], -np.inf), brackets[:, :-1, 1]), axis=1)
    gaps = (pnl[:, None] > lows[..., None]) & (pnl[:, None] < brackets[..., :1])  # (n_rows, n_brackets, n)
    in_gap = np.where(gaps, shift[:, None], 0.0)
    kept = keep_tails(pnl, brackets)
    return Reduction(
        first_cell=cells.first,
        sums=np.stack([fold(shift[:, part]) for part in parts], axis=-1),
        squares=np.stack([fold(shift[:, part] ** 2) for part in parts], axis=-1),
        digests=np.stack([cell_digest(pnl[:, part], ids[part]) for part in parts], axis=1),
        gap_counts=np.stack([gaps[..., part].sum(axis=-1) for part in parts], axis=-1),
        gap_sums=np.stack([fold(in_gap[..., part]) for part in parts], axis=-1),
        gap_squares=np.stack([fold(in_gap[..., part] ** 2) for part in parts], axis=-1),
        kept_pnl=np.concatenate(kept),
        kept_rows=np.cumsum([0, *(values.size for values in kept)]),
        **far_paths(ratios, cells.paths.first, cells.n, CELL)._asdict(),
    )


def keep_tails(pnl: F64, brackets: F64) -> list[F64]:
    """Return the P&L of each row that lies inside one of its brackets, ends included: (n_kept,) each."""
    within = (pnl[:, None] >= brackets[..., :1]) & (pnl[:, None] <= brackets[..., 1:])  # (n_rows, n_brackets, n)
    return [row[inside.any(axis=0)] for row, inside in zip(pnl, within, strict=True)]
