"""Jumps beyond the cap of a law's rows: at most one a step, in the direction of a past one. Twin in cuda/.

Most blocks have none in a step: the few paths that have one are looked for first.
"""

import numpy as np
from numba import njit

from kernels.law_layout import N_SPEEDS, Law, ModelArrays
from kernels.numba.draws.normal import exp_f64, log_f64
from kernels.numba.draws.parameters import uniform_of_word
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.types import U32, Array, u32


@njit(**INLINE)
def jump_size(law: Law, word: u32) -> float:
    """Return the size of a jump, in standard deviations: the cap, and a Pareto excess by the inverse transform."""
    left = fma(1.0 - law.beyond_least, uniform_of_word(word), law.beyond_least)
    power = exp_f64((0.0 - law.beyond_shape) * log_f64(left))
    return fma(law.beyond_ratio, power - 1.0, law.beyond_cap)


@njit(**INLINE)
def direction(model: ModelArrays, law: Law, word: int) -> int:
    """Return a jump's direction, a row of beyond_moves: the law's first and as many edges on as the word reaches.

    At the last edge none comes.
    """
    j = law.first_beyond
    for k in range(law.first_beyond, law.first_beyond + law.n_beyond):
        j += word >= model.beyond_edges[k]
    return j


@njit(**PART)
def jump_beyond(model: ModelArrays, d: int, step: int, j: int, size: float, i: int, carried: Array, x: Array) -> None:
    """Move path i of the block by size times direction j: x (n_factors * STRIDE,), in and out."""
    one = x.dtype.type(1.0)
    for f in range(model.decay.shape[1]):
        deviation = one
        if model.follows[d, f]:
            at = f * N_SPEEDS * STRIDE + i
            variance = model.weight[d, 0] * carried[at]
            for k in range(1, N_SPEEDS):
                variance = fma(model.weight[d, k], carried[at + k * STRIDE], variance)
            least = model.least_variance[d, f]
            deviation = np.sqrt(least if variance < least else variance)
        per_move = model.weekday_move[d, f] * model.root_span[d, step]
        move = deviation * (x.dtype.type(size) * model.beyond_moves[j, f])
        x[f * STRIDE + i] = fma(per_move, move, x[f * STRIDE + i])


@njit(**PART)
def add_beyond(model: ModelArrays, d: int, step: int, words: U32, carried: Array, state: Array) -> None:
    """Add this step's jumps, by the variances of the day, which do not go along with them: state, in and out.

    words    (4 * STRIDE,)              of lane RESIDUAL_ROW: the third tells whether and where to, the fourth how far
    carried  (carried_rows * STRIDE,)   of the law
    state    (n_factors * STRIDE,)
    """
    law = model.laws[d]
    last, n_hits = law.first_beyond + law.n_beyond - 1, 0
    for i in range(BLOCK):
        n_hits += np.int64(words[2 * STRIDE + i]) < model.beyond_edges[last]
    if n_hits == 0:
        return
    for i in range(BLOCK):
        word = np.int64(words[2 * STRIDE + i])
        if word < model.beyond_edges[last]:
            size = jump_size(law, words[3 * STRIDE + i])
            jump_beyond(model, d, step, direction(model, law, word), size, i, carried, state)
