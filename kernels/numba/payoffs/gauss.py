"""The normal distribution's density and tail, far out too, for options' prices. Twin in cuda/.

The tail is the density times Mills' ratio M(x) = (1 - Phi(x)) / phi(x), a ratio of two polynomials without a negative
coefficient: nothing cancels, so the tail is right to the last digits wherever it is a normal number.
"""

from numba import njit

from kernels import coefficients as table
from kernels.numba.draws.normal import exp_f64
from kernels.numba.intrinsics import fma, polynomial
from kernels.numba.settings import INLINE

TAIL = 37.5  # standard deviations; beyond, density and tail stay what they are here: below 1e-305
DENSITY_AT_0 = 0.3989422804014327  # 1 / sqrt(2 pi)
MAX_EXPONENT = 600.0  # keeps products of two exponentials inside binary64

mills_p, mills_q = polynomial(table.MILLS_P), polynomial(table.MILLS_Q)


@njit(**INLINE)
def bounded(x: float, low: float, high: float) -> float:
    """Return the nearest number to `x` in [low, high]."""
    x = x if x > low else low
    return x if x < high else high


@njit(**INLINE)
def bounded_exp(x: float) -> float:
    """Return the exponential of `x`, which is first brought inside +-MAX_EXPONENT."""
    return exp_f64(bounded(x, -MAX_EXPONENT, MAX_EXPONENT))


@njit(**INLINE)
def density(x: float) -> float:
    """Return the normal density for |x| <= TAIL; what x * x loses in rounding, thirteen digits there, is kept."""
    square = x * x
    lost = fma(x, x, 0.0 - square)
    e = exp_f64(-0.5 * square)
    return DENSITY_AT_0 * fma(-0.5 * lost, e, e)


@njit(**INLINE)
def distance_from_0(x: float) -> float:
    """Return |x|, at most TAIL."""
    size = abs(x)
    return size if size < TAIL else TAIL
