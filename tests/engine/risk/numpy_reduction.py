"""A Reduction made by numpy from a P&L vector: what a backend would hand over, for driving the accumulators."""

import numpy as np

from kernels.base import CELL, Reduction
from kernels.far import Far, no_far_paths
from kernels.types import F64


def reduce_pnl(
    pnl: F64, first_cell: int, n_cells: int, centre: F64, brackets: F64, far: Far | None = None
) -> Reduction:
    """Reduce cells of `pnl` (n_rows, n_paths), the whole run's P&L; `brackets` (n_rows, n_brackets, 2)."""
    n_rows, n_brackets = brackets.shape[:2]
    sums, squares = np.zeros((2, n_rows, n_cells))
    digests = np.zeros((n_rows, n_cells, 2), dtype=np.uint64)
    counts = np.zeros((n_rows, n_brackets, n_cells), dtype=np.int64)
    gap_sums, gap_squares = np.zeros((2, n_rows, n_brackets, n_cells))
    kept, ends = [], [0]
    for row in range(n_rows):
        block = pnl[row, first_cell * CELL : (first_cell + n_cells) * CELL]
        inside = np.zeros(block.size, dtype=bool)
        for low, high in brackets[row]:
            inside |= (block >= low) & (block <= high)
        kept.append(block[inside])
        ends.append(ends[-1] + kept[-1].size)
        for i in range(n_cells):
            cell = block[i * CELL : (i + 1) * CELL]
            moved = cell - centre[row]
            sums[row, i], squares[row, i] = moved.sum(), (moved * moved).sum()
            digests[row, i] = cell.view(np.uint64).sum(), (cell.view(np.uint64) * np.uint64(2654435761)).sum()
            before = -np.inf
            for g, (low, high) in enumerate(brackets[row]):
                gap = moved[(cell > before) & (cell < low)]
                counts[row, g, i], gap_sums[row, g, i], gap_squares[row, g, i] = gap.size, gap.sum(), (gap * gap).sum()
                before = high
    return Reduction(
        first_cell=first_cell,
        sums=sums,
        squares=squares,
        digests=digests,
        gap_counts=counts,
        gap_sums=gap_sums,
        gap_squares=gap_squares,
        kept_pnl=np.concatenate(kept),
        kept_rows=np.array(ends, dtype=np.int64),
        **(far or no_far_paths(1, n_cells))._asdict(),
    )
