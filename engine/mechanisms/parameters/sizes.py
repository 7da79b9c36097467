"""Sizes by factor or glob, as values of a market's factors."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

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
    """Return which names a glob matches: (n_factors,), read-only."""
    return _matched(glob, tuple(names))


@lru_cache(maxsize=4096)  # a gradient applies one scenario hundreds of times
def _matched(glob: str, names: tuple[str, ...]) -> Bools:
    found = np.array([fnmatchcase(name, glob) for name in names], dtype=np.bool_)
    found.flags.writeable = False
    return found


def _filled(sizes: Sizes, names: Sequence[str], otherwise: float) -> F64:
    found = np.full(len(names), otherwise)
    for glob, size in sizes:
        found[matches(glob, names)] = size
    return found
