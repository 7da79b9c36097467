"""Correlate the draws and move the factors one step. Twin in cuda/."""

from collections.abc import Callable

from numba import njit

from kernels.numba.intrinsics import add_product, count, revert
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.types import Array

FEW = 8  # paths that are stepped together when they are picked out of their blocks


@njit(**INLINE)
def _four_of(chol: Array, f: int, k: int) -> tuple[float, float, float, float]:
    """Return four columns of a row of chol, from column k on."""
    return chol[f, k], chol[f, k + 1], chol[f, k + 2], chol[f, k + 3]


@njit(**INLINE)
def _tile_of(chol: Array, f: int, k: int) -> tuple[float, ...]:
    """Return four rows of chol by four columns, from factor f and column k on."""
    return _four_of(chol, f, k) + _four_of(chol, f + 1, k) + _four_of(chol, f + 2, k) + _four_of(chol, f + 3, k)


def _correlate(width: int, row: int) -> Callable[[Array, Array, Array, Array, Array], None]:
    """Return the kernel for blocks of `width` paths with rows `row` apart."""
    revert_four, revert_one = revert(4, row, width), revert(1, row, width)
    add_tile, add_corner = add_product(4, 4, row, width), add_product(4, 4, row, width, corner=True)
    add_four, add_one = add_product(1, 4, row, width), add_product(1, 1, row, width)

    @njit(**INLINE)
    def correlate(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
        n = count(decay.size)
        for f in range(0, n & ~3, 4):
            a = decay[f], decay[f + 1], decay[f + 2], decay[f + 3]
            b = drift[f], drift[f + 1], drift[f + 2], drift[f + 3]
            revert_four(a, b, state, f * row)
            for k in range(0, f, 4):
                add_tile(_tile_of(chol, f, k), normals, k * row, state, f * row)
            add_corner(_tile_of(chol, f, f), normals, f * row, state, f * row)
        for f in range(n & ~3, n):
            revert_one((decay[f],), (drift[f],), state, f * row)
            for k in range(0, (f + 1) & ~3, 4):
                add_four(_four_of(chol, f, k), normals, k * row, state, f * row)
            for k in range((f + 1) & ~3, f + 1):
                add_one((chol[f, k],), normals, k * row, state, f * row)

    return correlate


_correlate_block = _correlate(BLOCK, STRIDE)
_correlate_few = _correlate(FEW, FEW)


@njit(**PART)
def correlate_and_step(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
    """Move a block of paths one step: state = decay * state + drift + chol @ normals.

    decay, drift  (n_factors,)           per step
    chol          (n_factors, n_factors) lower Cholesky factor of the one-step covariance
    normals       (n_factors * STRIDE,)     flat rows, one a factor
    state         (n_factors * STRIDE,)     in and out: flat rows of deviations from the start

    Four factors by four columns at a time, so that eight loads serve sixteen multiply-adds; for each factor the order
    of operations is column by column all the same.
    """
    _correlate_block(decay, drift, chol, normals, state)


@njit(**PART)
def correlate_and_step_few(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
    """Do as correlate_and_step for FEW paths, state (n_factors * FEW,), in rows FEW apart: the same bits."""
    _correlate_few(decay, drift, chol, normals, state)
