"""Columns of tables from the values of rows."""

from collections.abc import Iterable

import numpy as np

from kernels.types import F64, I64, Array, Words


def whole(values: Iterable[int]) -> I64:
    """Return integers, of any unit, as a column: (n,)."""
    return np.fromiter(values, np.int64)


def real(values: Iterable[float]) -> F64:
    """Return numbers as a column: (n,)."""
    return np.fromiter(values, np.float64)


def words(values: Iterable[str]) -> Words:
    """Return texts as a column of rows: (n,), as wide as the longest of them, and three characters at least."""
    texts = list(values)
    return np.array(texts, dtype=f"<U{max([3, *map(len, set(texts))])}")


def joined(columns: Iterable[Array]) -> Array:
    """Return columns of one unit one after the other: (n,) float64."""
    return np.concatenate([np.empty(0), *columns])


def joined_days(columns: Iterable[I64]) -> I64:
    """Return columns of days one after the other: (n,)."""
    return np.concatenate([np.empty(0, np.int64), *columns])


def row_ranges(sizes: I64) -> I64:
    """Return first and last + 1 of each group among rows that stand group by group: (n_groups, 2)."""
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return np.column_stack([ends[:-1], ends[1:]])


def rows_in(ranges: I64) -> tuple[I64, I64]:
    """Return the rows that ranges (n, 2) name, one range after the other, and the range of each: (n_rows,) each."""
    sizes = ranges[:, 1] - ranges[:, 0]
    owner = np.repeat(np.arange(sizes.size), sizes)
    return np.repeat(ranges[:, 0] - (np.cumsum(sizes) - sizes), sizes) + np.arange(owner.size), owner


def are_ranges(ranges: I64, n_rows: int) -> bool:
    """Return whether ranges (n, 2) are first and last + 1 of at least one row each, among `n_rows`."""
    return bool(((ranges[:, 0] >= 0) & (ranges[:, 0] < ranges[:, 1]) & (ranges[:, 1] <= n_rows)).all())
