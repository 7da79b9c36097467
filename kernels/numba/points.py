"""Points: discount factors and their inverses, exponentials of two deviations. Twin: cuda/points.cuh."""

from typing import Any

from numba import njit

from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE


@njit(**INLINE)
def log_point(point: Any, observed: Any, out: Any) -> None:
    """Logarithm of a point over its start on each path: out (BLOCK,); observed (n_observations, n_factors, ROW)."""
    a, b = point.a, point.b
    below, above = observed[point.when, point.below], observed[point.when, point.above]
    for i in range(BLOCK):
        out[i] = fma(b, above[i], a * below[i])
