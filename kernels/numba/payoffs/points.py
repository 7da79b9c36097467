"""Points: discount factors and their inverses, exponentials of deviations. Twins in numpy/ and cuda/."""

from numba import njit

from kernels.layout import Point
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE
from kernels.records import Rows
from kernels.types import F64


@njit(**INLINE)
def log_point(points: Rows[Point], number: int, observed: F64, out: F64) -> None:
    """Compute the logarithm of a point over its start: out (BLOCK,); observed (n_observations, n_factors, STRIDE)."""
    a, b, when, then = points[number].a, points[number].b, points[number].when, points[number].then
    below, above = observed[when, points[number].below], observed[when, points[number].above]
    for i in range(BLOCK):
        out[i] = fma(b, above[i], a * below[i])
    while then >= 0:
        a, b = points[then].a, points[then].b
        below, above = observed[when, points[then].below], observed[when, points[then].above]
        for i in range(BLOCK):
            out[i] = fma(b, above[i], fma(a, below[i], out[i]))
        then = points[then].then
