"""Ranges of paths or cells cut into parts, and what parts reduce to put together again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from kernels.base import CellRange, PathRange, Reduction

Part = TypeVar("Part", CellRange, PathRange)


def parts_of(whole: Part, most: int) -> Iterator[Part]:
    """Cut a range into consecutive parts of `most` at most; at least one, which may be empty."""
    for start in range(0, max(whole.n, 1), most):
        yield replace(whole, first=whole.first + start, n=min(most, whole.n - start))


def joined(parts: Sequence[Reduction]) -> Reduction:
    """Return one Reduction of consecutive ones, as if their cells had been reduced together."""
    if len(parts) == 1:
        return parts[0]
    rows = range(parts[0].kept_rows.size - 1)
    kept = [part.kept_pnl[part.kept_rows[row] : part.kept_rows[row + 1]] for row in rows for part in parts]
    return Reduction(
        first_cell=parts[0].first_cell,
        sums=np.concatenate([part.sums for part in parts], axis=1),
        squares=np.concatenate([part.squares for part in parts], axis=1),
        digests=np.concatenate([part.digests for part in parts], axis=1),
        gap_counts=np.concatenate([part.gap_counts for part in parts], axis=2),
        gap_sums=np.concatenate([part.gap_sums for part in parts], axis=2),
        gap_squares=np.concatenate([part.gap_squares for part in parts], axis=2),
        kept_pnl=np.concatenate(kept),
        kept_rows=np.sum([part.kept_rows for part in parts], axis=0),
        far_counts=np.concatenate([part.far_counts for part in parts], axis=1),
        far_paths=np.concatenate([part.far_paths for part in parts], axis=1),
        far_ratios=np.concatenate([part.far_ratios for part in parts], axis=1),
    )
