"""Sizes by factor or glob, as values of a market's factors."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from kernels.types import F64, Bools

Sizes = tuple[tuple[str, float], ...]  # (factor or glob, size); later ones win
Overrides = tuple[tuple[str, str, float], ...]  # (glob, glob, correlation), later ones win


def values(sizes: Sizes, names: Sequence[str]) -> F64:
    """Return the size of every factor, in the sizes' own unit: (n_factors,).

    The last glob that matches a factor counts; where none does, the size is 0.
    """
    return _filled(sizes, names, 0.0)


def multipliers(sizes: Sizes, names: Sequence[str]) -> F64:
    """Return the multiplier of every factor, a plain number: (n_factors,).

    The last glob that matches a factor counts; where none does, the multiplier is 1.
    """
    return _filled(sizes, names, 1.0)


def matches(glob: str, names: Sequence[str]) -> Bools:
    """Return which names a glob matches: (n_factors,)."""
    return np.array([fnmatchcase(name, glob) for name in names], dtype=np.bool_)


def _filled(sizes: Sizes, names: Sequence[str], otherwise: float) -> F64:
    found = np.full(len(names), otherwise)
    for glob, size in sizes:
        found[matches(glob, names)] = size
    return found
