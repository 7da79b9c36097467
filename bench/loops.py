"""Compiled loops over the kernels' stages, as a block of paths runs them: the same scratch again and again."""
# mypy: disallow-untyped-decorators=False

from typing import Any

import numpy as np
from numba import njit

from kernels.lanes import FACTOR_NORMALS
from kernels.numba.draws.normal import normals_f32, normals_f64
from kernels.numba.draws.philox import draw_bits, draw_words
from kernels.numba.settings import BLOCK, STRICT, STRIDE
from kernels.numba.steps.step import correlate_and_step

U64 = np.uint64
SEED = 1
N_FACTORS = 16
PER_BLOCK = N_FACTORS * BLOCK  # normals that a block draws a step


@njit(**STRICT)
def bits_f64(n: int, n_factors: int, paths: Any, bits: Any) -> None:
    """Draw the random bits of `n` steps: bits (n_rows * STRIDE,)."""
    for step in range(n):
        draw_bits(U64(SEED), paths, U64(step), U64(FACTOR_NORMALS), (n_factors + 1) // 2, bits)


@njit(**STRICT)
def bits_f32(n: int, n_factors: int, paths: Any, words: Any) -> None:
    """Do as bits_f64, in 32-bit words."""
    for step in range(n):
        draw_words(U64(SEED), paths, U64(step), U64(FACTOR_NORMALS), (n_factors + 3) // 4, words)


@njit(**STRICT)
def transform_f64(n: int, n_factors: int, bits: Any, normals: Any) -> None:
    """Turn the same bits into normals, `n` times: normals (n_rows * STRIDE,)."""
    for _ in range(n):
        normals_f64(bits, (n_factors + 1) // 2, normals)


@njit(**STRICT)
def transform_f32(n: int, n_factors: int, words: Any, normals: Any) -> None:
    """Do as transform_f64, in binary32."""
    for _ in range(n):
        normals_f32(words, (n_factors + 1) // 2, normals)


@njit(**STRICT)
def normals_of_f64(n: int, n_factors: int, paths: Any, bits: Any, normals: Any) -> None:
    """Draw the normals of `n` steps."""
    for step in range(n):
        draw_bits(U64(SEED), paths, U64(step), U64(FACTOR_NORMALS), (n_factors + 1) // 2, bits)
        normals_f64(bits, (n_factors + 1) // 2, normals)


@njit(**STRICT)
def normals_of_f32(n: int, n_factors: int, paths: Any, words: Any, normals: Any) -> None:
    """Do as normals_of_f64, in binary32."""
    for step in range(n):
        draw_words(U64(SEED), paths, U64(step), U64(FACTOR_NORMALS), (n_factors + 3) // 4, words)
        normals_f32(words, (n_factors + 1) // 2, normals)


@njit(**STRICT)
def steps(n: int, decay: Any, drift: Any, chol: Any, normals: Any, state: Any) -> None:
    """Take `n` steps on the same normals: state (n_rows * STRIDE,)."""
    for _ in range(n):
        correlate_and_step(decay, drift, chol, normals, state)


def scratch(kind: Any, n_factors: int = N_FACTORS) -> Any:
    """Return flat rows for one block, in a numpy type: as many as the lanes of the factors fill."""
    return np.zeros((n_factors + 3) // 4 * 4 * STRIDE, kind)
