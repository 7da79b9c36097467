"""Sizes by factor or glob, as values of a market's factors."""

import math
from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from engine.mechanisms.unwind import Jump, Sizes
from kernels.types import F64, Bools


def values(sizes: Sizes, names: Sequence[str]) -> F64:
    """(n_factors,) size of every factor: of the last glob that matches it, 0 where none does."""
    return _filled(sizes, names, 0.0)


def multipliers(sizes: Sizes, names: Sequence[str]) -> F64:
    """(n_factors,) multiplier of every factor: of the last glob that matches it, 1 where none does."""
    return _filled(sizes, names, 1.0)


def jump_sizes(jump: Jump) -> tuple[tuple[str, float, float], ...]:
    """Factor or glob, mean and standard deviation of one jump, in the order of the jump's own keys."""
    means = dict(jump.mean)
    squares: dict[str, float] = dict.fromkeys(means, 0.0)
    for loading in jump.loadings:
        for glob, size in loading:
            squares[glob] = squares.get(glob, 0.0) + size * size
    return tuple((glob, means.get(glob, 0.0), math.sqrt(square)) for glob, square in squares.items())


def matches(glob: str, names: Sequence[str]) -> Bools:
    """(n_factors,) which names a glob matches."""
    return np.array([fnmatchcase(name, glob) for name in names], dtype=np.bool_)


def _filled(sizes: Sizes, names: Sequence[str], otherwise: float) -> F64:
    found = np.full(len(names), otherwise)
    for glob, size in sizes:
        found[matches(glob, names)] = size
    return found
