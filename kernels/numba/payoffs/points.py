"""Points: discount factors and their inverses, exponentials of two deviations. Twins in numpy/ and cuda/."""

from numba import njit

from kernels.layout import Point
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE
from kernels.types import F64


@njit(**INLINE)
def log_point(point: Point, observed: F64, out: F64) -> None:
    """Compute the logarithm of a point over its start: out (BLOCK,); observed (n_observations, n_factors, STRIDE)."""
    a, b = point.a, point.b
    below, above = observed[point.when, point.below], observed[point.when, point.above]
    for i in range(BLOCK):
        out[i] = fma(b, above[i], a * below[i])
