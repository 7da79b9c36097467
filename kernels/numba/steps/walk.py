"""A block of paths from draws to deviations: what happens in a step, in its order. Twin in cuda/."""

from collections.abc import Callable

import numpy as np
from numba import njit, types
from numba.extending import overload

from kernels.lanes import EVENTS, FACTOR_NORMALS, RESIDUAL_ROW
from kernels.law_layout import ModelArrays
from kernels.numba.draws.normal import normals_f32, normals_f64
from kernels.numba.draws.parameters import draw_parameters
from kernels.numba.draws.philox import draw_bits, draw_words
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.beyond_cap import add_beyond
from kernels.numba.steps.cap import hold_cap
from kernels.numba.steps.cohorts import sell_waiting, start_cohorts, stop_cohorts
from kernels.numba.steps.filtered import first_normal, start_variances, step_by_row
from kernels.numba.steps.following import make_sales, order_sales
from kernels.numba.steps.jumps import add_jumps, intervene
from kernels.numba.steps.regimes import add_convexity, change_regimes, look_back, scale_normals, step_by_regime
from kernels.numba.steps.rows import IMPACT, OFFICIAL
from kernels.numba.steps.step import correlate_and_step
from kernels.types import F64, U32, U64, Array, u64


def draw_normals(seed: u64, paths: U64, step: u64, first: int, n_factors: int, random: Array, normals: Array) -> None:
    """Draw N(0, 1) for each factor from `first` on, a multiple of 4, and path, in the precision of `normals`.

    `random` is scratch for its bits.
    """
    raise NotImplementedError  # compiled code has the two bodies below


@overload(draw_normals, jit_options=INLINE)
def _draw_normals(
    seed: u64, paths: U64, step: u64, first: int, n_factors: int, random: Array, normals: Array
) -> Callable[[u64, U64, u64, int, int, Array, Array], None]:
    """Return the body for the precision of `normals`; numba passes the arguments' types."""

    def draw_f64(seed: u64, paths: U64, step: u64, first: int, n_factors: int, random: Array, normals: Array) -> None:
        n_lanes = (n_factors - first + 1) // 2
        bits, drawn = random[first * STRIDE :], normals[first * STRIDE :]
        draw_bits(seed, paths, step, u64(FACTOR_NORMALS + first // 2), n_lanes, bits)
        normals_f64(bits, n_lanes, drawn)

    def draw_f32(seed: u64, paths: U64, step: u64, first: int, n_factors: int, random: Array, normals: Array) -> None:
        n_lanes = (n_factors - first + 3) // 4
        words, drawn = random[first * STRIDE :], normals[first * STRIDE :]
        draw_words(seed, paths, step, u64(FACTOR_NORMALS + first // 4), n_lanes, words)
        normals_f32(words, (n_factors - first + 1) // 2, drawn)

    return draw_f64 if normals.dtype == types.float64 else draw_f32


@njit(**PART)
def random_rows(n_factors: int) -> int:
    """Count the rows of bits, and of normals, that `draw_normals` fills: a multiple of the four a lane feeds."""
    return (n_factors + 3) // 4 * 4


@njit(**PART)
def event_lanes(model: ModelArrays) -> int:
    """Count the lanes that a step's events take: none without an unwind; four are drawn in the time of two."""
    n, n_jumps = 0, 0
    for d in range(model.laws.size):
        n += model.laws[d].is_unwind
        n_jumps += model.laws[d].last_jump - model.laws[d].first_jump
    return 0 if n == 0 else (4 if n_jumps > 0 else 1)


@njit(**INLINE)
def start_walk(model: ModelArrays, seed: u64, paths: U64, state: Array, unwind: F64, filters: Array) -> None:
    """Set a block of paths to its start.

    state    (n_dynamics * n_factors * STRIDE,)  out: deviations, flat
    unwind   (n_dynamics, unwind_rows * STRIDE)  out: see rows; without a row where no law has an unwind
    filters  (n_dynamics, carried_rows * STRIDE) out: variances; without a row where no law is filtered
    """
    for k in range(state.size):
        state[k] = 0.0
    for d in range(unwind.shape[0]):
        if model.laws[d].is_unwind:
            draw_parameters(model.laws[d], model.quantiles[d], model.initial[d], seed, paths, unwind[d])
            start_cohorts(model, d, unwind[d])
    for d in range(filters.shape[0]):
        if model.laws[d].is_filtered:
            start_variances(model, d, filters[d])


@njit(**PART)
def begin_step(
    model: ModelArrays, d: int, seed: u64, paths: U64, step: u64, words: U32, rows: F64, state: Array
) -> None:
    """Do what the closes before a step call for: note the sales that they order, intervene, and hold a cap.

    state (n_factors * STRIDE,) of law d and rows of its unwind, in and out. Nothing of the step itself is known yet.
    """
    law = model.laws[d]
    spot = state[law.fx * STRIDE : (law.fx + 1) * STRIDE]
    look_back(step, spot, rows)
    if law.feeds_back:
        order_sales(law, model.impact[d], state, rows)
    for i in range(BLOCK):
        rows[OFFICIAL + i] = model.scheduled[d, step]
    if law.intervenes:
        intervene(law, seed, paths, step, words, rows, spot)
    if law.is_capped:
        hold_cap(model, d, step, words, rows, state)


@njit(**PART)
def end_step(model: ModelArrays, d: int, seed: u64, paths: U64, step: u64, words: U32, rows: F64, state: Array) -> None:
    """Add a step's jumps, and make the sales that were ordered before it.

    state (n_factors * STRIDE,) of law d and rows of its unwind, in and out.
    """
    law = model.laws[d]
    add_jumps(model, law, seed, paths, step, words, rows, state)
    if law.feeds_back:
        make_sales(law, rows, state[law.fx * STRIDE : (law.fx + 1) * STRIDE])


@njit(**PART)
def unwind_one_step(
    model: ModelArrays,
    d: int,
    seed: u64,
    paths: U64,
    step: u64,
    words: U32,
    normals: Array,
    scratch: Array,
    rows: F64,
    state: Array,
) -> None:
    """Take one step of law d with an unwind: scratch (3, n_factors * STRIDE), rows of the law, state its deviations."""
    law, n_factors = model.laws[d], model.decay.shape[1]
    begin_step(model, d, seed, paths, step, words, rows, state)
    if law.n_regimes > 1:
        change_regimes(model.transitions[d], law.n_regimes, words, rows)
    drawn = normals
    if law.mixes:
        scale_normals(n_factors, rows, normals, scratch[2])
        drawn = scratch[2]
    n_regimes = max(1, law.n_regimes)
    step_by_regime(model, d, n_regimes, drawn, rows, scratch[0], scratch[1], state)
    if law.mixes:
        add_convexity(model.convexity[d], n_regimes, rows, state)
    end_step(model, d, seed, paths, step, words, rows, state)


@njit(**INLINE)
def filtered_one_step(
    model: ModelArrays,
    d: int,
    seed: u64,
    paths: U64,
    step: u64,
    words: U32,
    row_words: U32,
    normals: Array,
    picked: U64,
    z: Array,
    carried: Array,
    rows: F64,
    state: Array,
) -> None:
    """Take one step of law d by rows: what the closes before it call for, the row, then jumps and sales.

    The averages that variances are made of take the row's move, and the sales of carry trades with it; they do not take
    what comes on top. state (n_factors * STRIDE,), carried of the law and rows of the unwind, of which there are none
    without one, in and out. z (n_factors * STRIDE,) is scratch.
    """
    law = model.laws[d]
    if law.is_unwind:
        begin_step(model, d, seed, paths, step, words, rows, state)
        if law.n_cohorts > 0:
            sell_waiting(law, rows)
    if law.n_beyond > 0:
        add_beyond(model, d, np.int64(step), row_words, carried, state)
    step_by_row(model, d, step, paths, row_words, normals, picked, z, carried, rows, state)
    if law.is_unwind:
        end_step(model, d, seed, paths, step, words, rows, state)
        if law.n_cohorts > 0:
            stop_cohorts(model, d, step, state, rows)


@njit(**INLINE)
def walk_one_step(
    model: ModelArrays,
    seed: u64,
    paths: U64,
    step: u64,
    random: Array,
    normals: Array,
    words: U32,
    picked: U64,
    scratch: Array,
    state: Array,
    unwind: F64,
    filters: Array,
) -> None:
    """Draw once, then move every law's deviations: state (n_dynamics * n_factors * STRIDE,), flat, in and out."""
    n_dynamics, n_factors = model.decay.shape
    row_words, first = words[words.size - 4 * STRIDE * min(filters.shape[0], 1) :], first_normal(model)
    if first < n_factors:
        draw_normals(seed, paths, step, first, n_factors, random, normals)
    if unwind.shape[0] > 0:
        draw_words(seed, paths, step, u64(EVENTS), event_lanes(model), words)
    if filters.shape[0] > 0:
        draw_words(seed, paths, step, u64(RESIDUAL_ROW), 1, row_words)
    for d in range(n_dynamics):
        moved = state[d * n_factors * STRIDE : (d + 1) * n_factors * STRIDE]
        if model.laws[d].is_filtered:
            rows = unwind[d : d + 1].reshape(-1)  # none where no law has an unwind
            filtered_one_step(
                model, d, seed, paths, step, words, row_words, normals, picked, scratch[0], filters[d], rows, moved
            )
        elif model.laws[d].is_unwind:
            unwind_one_step(model, d, seed, paths, step, words, normals, scratch, unwind[d], moved)
        else:
            correlate_and_step(model.decay[d], model.drift[d, 0], model.chol[d, 0], normals, moved)


@njit(**INLINE)
def observe(model: ModelArrays, d: int, state: Array, unwind: F64, observed: F64) -> None:
    """Show the deviations of law d as markets show them, price impact included: observed (n_factors, STRIDE), out."""
    n_factors, feeds_back = model.decay.shape[1], model.laws[d].feeds_back
    for f in range(n_factors):
        moved, per_impact = state[(d * n_factors + f) * STRIDE : (d * n_factors + f + 1) * STRIDE], model.impact[d, f]
        for i in range(BLOCK):
            observed[f, i] = moved[i]
        if feeds_back and per_impact != 0.0:
            rows = unwind[d]
            for i in range(BLOCK):
                observed[f, i] = fma(per_impact, rows[IMPACT + i], observed[f, i])
