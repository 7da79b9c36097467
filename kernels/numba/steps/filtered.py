"""A step by a row of past residuals, and the variances that go along with it. Twin in cuda/."""

import numpy as np
from numba import njit

from kernels.law_layout import N_SPEEDS, Law, ModelArrays
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.row_regimes import next_regimes, start_regimes, tilted_row
from kernels.numba.steps.rows import SOLD, SPOT
from kernels.types import F64, U32, U64, Array, u64


@njit(**PART)
def carried_rows(model: ModelArrays) -> int:
    """Count the rows of scratch that a block carries for each law: none where no law is filtered."""
    n = 0
    for d in range(model.laws.size):
        n += model.laws[d].is_filtered
    return 0 if n == 0 else regime_row(model) + 1


@njit(**PART)
def regime_row(model: ModelArrays) -> int:
    """Return the row of them that holds the regime which tilts a path's rows: the last."""
    return model.decay.shape[1] * N_SPEEDS + model.leader.shape[1]


@njit(**PART)
def first_normal(model: ModelArrays) -> int:
    """Return the first factor from which on normals are drawn, a multiple of the four that a lane feeds at most."""
    n_dynamics, n_factors = model.decay.shape
    first = n_factors + 3
    for d in range(n_dynamics):
        if not model.laws[d].is_filtered:
            return 0
        for f in range(n_factors):
            if model.own_normal[d, f] != 0.0:
                first = min(first, f)
    return first // 4 * 4


@njit(**PART)
def start_variances(model: ModelArrays, d: int, carried: Array) -> None:
    """Set what a block of paths of law d carries to its start: carried (carried_rows * STRIDE,), flat, out."""
    n_factors, n_leaders = model.decay.shape[1], model.leader.shape[1]
    for f in range(n_factors):
        for k in range(N_SPEEDS):
            row = (f * N_SPEEDS + k) * STRIDE
            for i in range(BLOCK):
                carried[row + i] = model.variance[d, f, k]
    for r in range(n_leaders):
        row = (n_factors * N_SPEEDS + r) * STRIDE
        for i in range(BLOCK):
            carried[row + i] = model.last_residual[d, r]
    start_regimes(model.laws[d], carried[regime_row(model) * STRIDE :])


@njit(**INLINE)
def picked_row(law: Law, path: u64, step: u64, word: u64) -> u64:
    """Return the row of the table that a path takes: the high half of word times their number."""
    n = u64(law.last_row - law.first_row)
    return u64(law.first_row) + ((path + step) % n if law.is_enumerated else (word * n) >> u64(32))


@njit(**PART)
def residuals_of(model: ModelArrays, d: int, picked: U64, normals: Array, carried: Array, z: Array) -> None:
    """Put the rows' residuals, what leaders add, and normals of a factor's own together: z (n_factors * STRIDE,), out.

    picked (BLOCK,) rows of the table
    """
    n_factors, n_leaders = model.decay.shape[1], model.leader.shape[1]
    for f in range(n_factors):
        column, own = model.residuals[f], model.own_normal[d, f]
        total = z[f * STRIDE : (f + 1) * STRIDE]
        for i in range(BLOCK):
            total[i] = column[picked[i]]
        for r in range(n_leaders):
            per_lead = model.lead[d, f, r]
            if per_lead != 0.0:
                row = (n_factors * N_SPEEDS + r) * STRIDE
                for i in range(BLOCK):
                    total[i] = fma(per_lead, carried[row + i], total[i])
        if own != 0.0:
            for i in range(BLOCK):
                total[i] = fma(own, normals[f * STRIDE + i], total[i])


@njit(**INLINE)
def variance_of_day(weight: tuple[float, float, float, float], least: float, averages: Array, i: int) -> float:
    """Return the variance of the day of path i, a scalar over that at the start; averages (4 * STRIDE,) of a factor."""
    variance = fma(weight[2], averages[2 * STRIDE + i], fma(weight[1], averages[STRIDE + i], weight[0] * averages[i]))
    variance = fma(weight[3], averages[3 * STRIDE + i], variance)
    return least if variance < least else variance


@njit(**PART)
def push_residuals(model: ModelArrays, d: int, step: u64, carried: Array, rows: F64, z: Array) -> None:
    """Add what a step's sale of carry trades does to USD/JPY, in standard deviations of the day.

    z (n_factors * STRIDE,) in and out
    carried (carried_rows * STRIDE,), rows of the unwind, of which SOLD is the share of the stock, and SPOT scratch
    """
    law = model.laws[d]
    fx, per_stock = law.fx, law.fx_per_stock
    per_move, least = model.weekday_move[d, fx] * model.root_span[d, step], model.least_variance[d, fx]
    weight = (model.weight[d, 0], model.weight[d, 1], model.weight[d, 2], model.weight[d, 3])
    follows, one = model.follows[d, fx] != 0, z.dtype.type(1.0)
    averages = carried[fx * N_SPEEDS * STRIDE : (fx + 1) * N_SPEEDS * STRIDE]
    for i in range(BLOCK):
        variance = variance_of_day(weight, least, averages, i) if follows else one
        rows[SPOT + i] = per_stock * rows[SOLD + i] / np.float64(per_move * np.sqrt(variance))
    for f in range(model.decay.shape[1]):
        per_push, total = z.dtype.type(0.0) - model.with_fx[d, f], z[f * STRIDE : (f + 1) * STRIDE]
        if per_push != 0.0:
            for i in range(BLOCK):
                total[i] = fma(per_push, z.dtype.type(rows[SPOT + i]), total[i])


@njit(**PART)
def move_and_forget(model: ModelArrays, d: int, f: int, per_move: float, z: Array, carried: Array, x: Array) -> None:
    """Move factor f by its variance of the day, then let that go along: z, x (STRIDE,), carried (4 * STRIDE,)."""
    decay, drift, least = model.decay[d, f], model.drift[d, 0, f], model.least_variance[d, f]
    weight = (model.weight[d, 0], model.weight[d, 1], model.weight[d, 2], model.weight[d, 3])
    s0, s1, s2, s3 = model.speed[d, 0], model.speed[d, 1], model.speed[d, 2], model.speed[d, 3]
    one = x.dtype.type(1.0)
    g0, g1, g2, g3 = one - s0, one - s1, one - s2, one - s3
    for i in range(BLOCK):
        a, b = carried[i], carried[STRIDE + i]
        c, e = carried[2 * STRIDE + i], carried[3 * STRIDE + i]
        move = np.sqrt(variance_of_day(weight, least, carried, i)) * z[i]
        x[i] = fma(per_move, move, fma(decay, x[i], drift))
        square = move * move
        carried[i] = fma(s0, a, g0 * square)
        carried[STRIDE + i] = fma(s1, b, g1 * square)
        carried[2 * STRIDE + i] = fma(s2, c, g2 * square)
        carried[3 * STRIDE + i] = fma(s3, e, g3 * square)


@njit(**PART)
def step_by_row(
    model: ModelArrays,
    d: int,
    step: u64,
    paths: U64,
    words: U32,
    normals: Array,
    picked: U64,
    z: Array,
    carried: Array,
    rows: F64,
    state: Array,
) -> None:
    """Move a block of paths of law d one step: state (n_factors * STRIDE,) and carried, in and out.

    words    (4 * STRIDE,)          of lane RESIDUAL_ROW: the first is the row, the second the regime that tilts it
    normals  (n_factors * STRIDE,)  of the factors' own, for those that have a weight for them
    rows                            of the unwind, of which those of carry trades are looked at
    picked (BLOCK,), z (n_factors * STRIDE,) are scratch
    """
    n_factors, n_leaders, law = model.decay.shape[1], model.leader.shape[1], model.laws[d]
    for i in range(BLOCK):
        picked[i] = picked_row(law, paths[i], step, u64(words[i]))
    if law.n_row_regimes > 0:
        regimes = carried[regime_row(model) * STRIDE :]
        next_regimes(model, law, words, regimes)
        for i in range(BLOCK):
            picked[i] = tilted_row(model, law, np.int64(regimes[i]), u64(words[i]))
    residuals_of(model, d, picked, normals, carried, z)
    if law.n_cohorts > 0:
        push_residuals(model, d, step, carried, rows, z)
    for f in range(n_factors):
        own, x = z[f * STRIDE : (f + 1) * STRIDE], state[f * STRIDE : (f + 1) * STRIDE]
        per_move = model.weekday_move[d, f] * model.root_span[d, step]
        if model.follows[d, f]:
            averages = carried[f * N_SPEEDS * STRIDE : (f + 1) * N_SPEEDS * STRIDE]
            move_and_forget(model, d, f, per_move, own, averages, x)
        else:
            decay, drift = model.decay[d, f], model.drift[d, 0, f]
            for i in range(BLOCK):
                x[i] = fma(per_move, own[i], fma(decay, x[i], drift))
    clip = state.dtype.type(law.lead_clip)
    low = state.dtype.type(0.0) - clip
    for r in range(n_leaders):
        leader, row = model.leader[d, r] * STRIDE, (n_factors * N_SPEEDS + r) * STRIDE
        for i in range(BLOCK):
            led = z[leader + i]
            led = clip if led > clip else led
            carried[row + i] = low if led < low else led
