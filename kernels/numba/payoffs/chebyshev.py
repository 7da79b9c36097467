"""Chebyshev series by Clenshaw's recurrence, in one variable or two. Twin in cuda/."""

from collections.abc import Callable

from numba import njit

from kernels.layout import VOL_TERMS
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART
from kernels.types import F64


@njit(**INLINE)
def beyond(u: F64) -> bool:
    """Return whether some path of the row u (BLOCK,) lies outside [-1, 1]."""
    n = 0
    for i in range(BLOCK):
        n += not (abs(u[i]) <= 1.0)
    return n > 0


def _clenshaw(n_w: int) -> Callable[[F64, F64, F64, F64, F64, F64], None]:
    """Return the kernel for so many terms in w: with constant bounds LLVM unrolls all but the loop over paths."""

    @njit(**INLINE)
    def evaluate(terms: F64, x: F64, w: F64, near: F64, far: F64, out: F64) -> None:
        for i in range(BLOCK):
            near[i] = 0.0
            far[i] = 0.0
        for k in range(terms.size // n_w - 1, 0, -2):
            c = terms[(k - 1) * n_w : (k + 1) * n_w]
            for i in range(BLOCK):
                upper, lower = c[2 * n_w - 1], c[n_w - 1]
                for order in range(n_w - 1):
                    upper = fma(upper, w[i], c[2 * n_w - 2 - order])
                    lower = fma(lower, w[i], c[n_w - 2 - order])
                twice = x[i] + x[i]
                upper = fma(twice, near[i], upper - far[i])
                far[i] = upper
                near[i] = fma(twice, upper, lower - near[i])
        for i in range(BLOCK):
            last = terms[n_w - 1]
            for order in range(n_w - 1):
                last = fma(last, w[i], terms[n_w - 2 - order])
            out[i] = fma(x[i], near[i], last - far[i])

    return evaluate


_clenshaw_1, _clenshaw_4, _clenshaw_8, _clenshaw_12, _clenshaw_16, _clenshaw_24 = map(_clenshaw, VOL_TERMS)


@njit(**PART)
def table_value(terms: F64, n_x: int, x: F64, w: F64, near: F64, far: F64, out: F64) -> None:
    """Add up terms[k, l] T_k(x) w^l over k below n_x by Clenshaw's recurrence in x, two orders a pass: out (BLOCK,).

    terms  (n_x or more, n_w)  n_x odd, n_w one of VOL_TERMS; near, far (BLOCK,) rows to work in
    """
    n_w = terms.shape[1]
    flat = terms.reshape(-1)[: n_x * n_w]
    if n_w == 1:
        _clenshaw_1(flat, x, w, near, far, out)
    elif n_w == 4:
        _clenshaw_4(flat, x, w, near, far, out)
    elif n_w == 8:
        _clenshaw_8(flat, x, w, near, far, out)
    elif n_w == 12:
        _clenshaw_12(flat, x, w, near, far, out)
    elif n_w == 16:
        _clenshaw_16(flat, x, w, near, far, out)
    else:
        _clenshaw_24(flat, x, w, near, far, out)


@njit(**PART)
def series_value(terms: F64, n_x: int, x: F64, near: F64, far: F64, out: F64) -> None:
    """Add up terms[k] T_k(x) over k below n_x, odd: out (BLOCK,); near, far (BLOCK,) rows to work in."""
    _clenshaw_1(terms[:n_x], x, x, near, far, out)
