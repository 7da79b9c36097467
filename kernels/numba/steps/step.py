"""Correlate the draws and move the factors one step. Twin in cuda/."""

from collections.abc import Callable

from numba import njit

from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, STRICT, STRIDE
from kernels.types import Array

FEW = 8  # paths that are stepped together when they are picked out of their blocks


def _correlate(width: int, row: int) -> Callable[[Array, Array, Array, Array, Array], None]:
    """Return the kernel for blocks of `width` paths with rows `row` apart: constants, so that it becomes SIMD."""

    @njit(**INLINE)
    def correlate(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
        n_factors = decay.size
        for f in range(n_factors):
            x = f * row
            a, b = decay[f], drift[f]
            for i in range(width):
                state[x + i] = fma(a, state[x + i], b)
            tiled = (f + 1) // 8 * 8
            for k in range(0, tiled, 8):
                z = k * row
                c0, c1, c2, c3 = chol[f, k], chol[f, k + 1], chol[f, k + 2], chol[f, k + 3]
                c4, c5, c6, c7 = chol[f, k + 4], chol[f, k + 5], chol[f, k + 6], chol[f, k + 7]
                for i in range(width):
                    total = fma(c0, normals[z + i], state[x + i])
                    total = fma(c1, normals[z + row + i], total)
                    total = fma(c2, normals[z + 2 * row + i], total)
                    total = fma(c3, normals[z + 3 * row + i], total)
                    total = fma(c4, normals[z + 4 * row + i], total)
                    total = fma(c5, normals[z + 5 * row + i], total)
                    total = fma(c6, normals[z + 6 * row + i], total)
                    state[x + i] = fma(c7, normals[z + 7 * row + i], total)
            for k in range(tiled, f + 1):
                z = k * row
                c0 = chol[f, k]
                for i in range(width):
                    state[x + i] = fma(c0, normals[z + i], state[x + i])

    return correlate


_correlate_block = _correlate(BLOCK, STRIDE)
_correlate_few = _correlate(FEW, FEW)


@njit(**STRICT)
def correlate_and_step(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
    """Move a block of paths one step: state = decay * state + drift + chol @ normals.

    decay, drift  (n_factors,)           per step
    chol          (n_factors, n_factors) lower Cholesky factor of the one-step covariance
    normals       (n_factors * STRIDE,)     flat rows, one a factor
    state         (n_factors * STRIDE,)     in and out: flat rows of deviations from the start

    Eight columns at a time, so that a deviation is loaded and stored once for eight multiply-adds; the order of
    operations is column by column all the same.
    """
    _correlate_block(decay, drift, chol, normals, state)


@njit(**STRICT)
def correlate_and_step_few(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
    """Do as correlate_and_step for FEW paths, state (n_factors * FEW,), in rows FEW apart: the same bits."""
    _correlate_few(decay, drift, chol, normals, state)
