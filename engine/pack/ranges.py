"""Ranges of rows, first and last + 1, and what is added up or picked over them."""

import numpy as np

from engine.market.lookup import distinct
from kernels.types import F64, I64, Words


def codes(values: Words, names: list[str]) -> I64:
    """Return the place of each value in `names`: (n,)."""
    found, place = distinct(values)
    order = {name: i for i, name in enumerate(names)}
    return np.array([order[name] for name in found], np.int64)[place]


def ranges(sorted_keys: I64, n: int) -> I64:
    """Return first and last + 1 of each key 0 to n - 1 among sorted keys: (n, 2)."""
    keys = np.arange(n)
    bounds = [np.searchsorted(sorted_keys, keys), np.searchsorted(sorted_keys, keys, side="right")]
    return np.column_stack(bounds).astype(np.int64)


def spans(bounds: I64) -> I64:
    """Return the members of each range (n, 2), one range after the other: (n_members,) rows."""
    return np.concatenate([np.arange(first, last) for first, last in bounds.tolist()] or [np.zeros(0, np.int64)])


def range_sums(first: I64, last: I64, values: F64) -> F64:
    """Return the sum of `values` (n,) over each range, in the unit of `values`; the shape of `first` and `last`."""
    flat = np.column_stack([first.ravel(), last.ravel()])
    owner = np.repeat(np.arange(flat.shape[0]), np.diff(flat, axis=1).ravel())
    sums = np.bincount(owner, values[spans(flat)], flat.shape[0])
    return np.asarray(sums, np.float64).reshape(first.shape)


def range_largest(first: I64, last: I64, values: F64) -> F64:
    """Return the largest of `values` (n,) in each range, 0 in an empty one: (n_ranges,), in the unit of `values`."""
    return np.array([values[a:b].max(initial=0.0) for a, b in zip(first.tolist(), last.tolist(), strict=True)])
