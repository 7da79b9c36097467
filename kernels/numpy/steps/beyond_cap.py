"""Jumps beyond the cap of a law's rows: at most one a step, the way that a past one went. Twins in numba/ and cuda/."""

import numpy as np

from kernels.law_layout import ModelArrays
from kernels.numpy.draws.parameters import uniform_of_word
from kernels.numpy.steps.filtered import Variances
from kernels.types import F64, I64, U64, Array


def direction(edges: I64, word: U64) -> I64:
    """Return which direction each path's jump takes, (n_ids,): as many edges as the word reaches; at the last none."""
    return np.asarray((word.astype(np.int64)[:, None] >= edges).sum(axis=1))


def jump_size(cap: float, shape: float, ratio: float, least: float, word: U64) -> F64:
    """Return the size of each path's jump, (n_ids,) [standard deviations]: the cap, and beyond it generalised Pareto.

    By the inverse transform. Hosking & Wallis (1987), "Parameter and quantile estimation for the generalized Pareto
    distribution", Technometrics 29(3). What is larger than one in 1 / least is not drawn.
    """
    left = (1.0 - least) * uniform_of_word(word) + least
    return np.asarray(cap + ratio * (np.exp(-shape * np.log(left)) - 1.0))


def add_beyond(model: ModelArrays, d: int, step: int, words: tuple[U64, ...], carried: Variances, state: Array) -> None:
    """Add this step's jumps, by the variances of the day, which do not go along with them: state, in and out.

    words  of lane RESIDUAL_ROW: the third tells whether a jump comes and where to, the fourth how far
    state  (n_factors, n_ids)
    """
    law, real = model.laws[d], state.dtype.type
    mine = slice(int(law.first_beyond), int(law.first_beyond + law.n_beyond))
    kind = direction(model.beyond_edges[mine], words[2])
    hit = np.flatnonzero(kind < law.n_beyond)
    tail = (law.beyond_cap, law.beyond_shape, law.beyond_ratio, law.beyond_least)
    size = jump_size(*tail, words[3][hit]).astype(real)
    variance = (model.weight[d][:, None] * carried.averages[:, :, hit]).sum(axis=1)
    variance = np.maximum(variance, model.least_variance[d][:, None])
    deviation = np.where(model.follows[d][:, None] != 0, np.sqrt(variance), real(1.0))
    per_move = (model.weekday_move[d] * model.root_span[d, step])[:, None]
    state[:, hit] += per_move * (deviation * (size * model.beyond_moves[mine][kind[hit]].T))
