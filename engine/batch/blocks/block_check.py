"""Whether a block that came from elsewhere is what this process would have computed."""

import numpy as np

from engine.run.prepared import Prepared
from kernels.base import CellRange, Reduction
from kernels.types import F64

_BY_CELL = ("sums", "squares", "digests", "gap_counts", "gap_sums", "gap_squares")


def wrong_shape(prepared: Prepared, block: CellRange, found: Reduction) -> str | None:
    """Say what of a block's arrays cannot be its own, whatever the figures; None where all can."""
    n_rows, n_kept = prepared.program.n_rows, found.kept_pnl.size
    if found.first_cell != block.first or found.sums.shape != (n_rows, block.n):
        return f"it is of other cells than {block.first} to {block.first + block.n - 1}"
    if found.digests.shape != (n_rows, block.n, 2) or found.gap_counts.shape[::2] != (n_rows, block.n):
        return "its cells have no digests, or too many"
    ends = found.kept_rows
    if ends.shape != (n_rows + 1,) or ends[0] != 0 or ends[-1] != n_kept or (np.diff(ends) < 0).any():
        return "its tails are not divided by rows"
    if n_kept and not np.isfinite(found.kept_pnl).all():
        return "its tails are not finite"
    return None


def wrong_cell(prepared: Prepared, block: CellRange, brackets: F64, keep: int, found: Reduction) -> str | None:
    """Compute one cell of a block here, and say what differs; None where every bit is the same.

    The cell's sums, counts and digest must be those of the block, and its tail, value for value, among the block's.

    brackets   (n_rows, n_brackets, 2) [P&L] that the block was computed with
    keep       the number of a row's smallest P&L that the block was cut to
    """
    at = (block.first * 7919) % block.n  # any one will do, the same one each time
    cell = CellRange(first=block.first + at, n=1, n_paths=block.n_paths)
    mine = prepared.backend.reduce(prepared.program, cell, brackets)
    for name in _BY_CELL:
        if not np.array_equal(
            getattr(mine, name)[..., 0, :] if name == "digests" else getattr(mine, name)[..., 0],
            getattr(found, name)[:, at] if name == "digests" else getattr(found, name)[..., at],
        ):
            return f"the {name.replace('_', ' ')} of cell {cell.first} are others"
    for row in range(prepared.program.n_rows):
        theirs = np.sort(found.kept_pnl[found.kept_rows[row] : found.kept_rows[row + 1]])
        ours = np.sort(mine.kept_pnl[mine.kept_rows[row] : mine.kept_rows[row + 1]])
        if theirs.size >= keep:  # cut: what is above its largest was dropped, and of that one's equals some
            ours = ours[ours < theirs[-1]] if theirs.size else ours[:0]
        if not _is_among(ours, theirs):
            return f"the tail of cell {cell.first} is not in the block's tail"
    return None


def _is_among(ours: F64, theirs: F64) -> bool:
    """Return whether every value of one ascending array is in another as often."""
    count = np.searchsorted(theirs, ours, side="right") - np.searchsorted(theirs, ours, side="left")
    wanted = np.searchsorted(ours, ours, side="right") - np.searchsorted(ours, ours, side="left")
    return bool((count >= wanted).all())
