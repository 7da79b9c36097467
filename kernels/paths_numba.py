"""Blocks of paths from draws to deviations: the stages of one step in a row, scratch in the cache."""

from typing import Any

import numpy as np
from numba import njit, prange, types
from numba.extending import overload

from kernels.lanes import FACTOR_NORMALS
from kernels.normal_numba import normals_f32, normals_f64
from kernels.numba_settings import BLOCK, INLINE, ROW, STRICT
from kernels.philox_numba import draw_bits, draw_words
from kernels.revalue_numba import SCRATCH_ROWS, revalue
from kernels.step_numba import correlate_and_step

U64 = np.uint64
STRIP = 32 * BLOCK  # paths that share one allocation of scratch


def draw_normals(seed: Any, paths: Any, step: Any, n_factors: Any, random: Any, normals: Any) -> Any:
    """Independent N(0, 1) for each factor and path, in the precision of `normals`; `random` is scratch for its bits."""
    raise NotImplementedError  # compiled code has the two bodies below


@overload(draw_normals, jit_options=INLINE)
def _draw_normals(seed: Any, paths: Any, step: Any, n_factors: Any, random: Any, normals: Any) -> Any:
    def draw_f64(seed: Any, paths: Any, step: Any, n_factors: Any, random: Any, normals: Any) -> Any:
        n_lanes = (n_factors + 1) // 2
        draw_bits(seed, paths, step, U64(FACTOR_NORMALS), n_lanes, random)
        normals_f64(random, n_lanes, normals)

    def draw_f32(seed: Any, paths: Any, step: Any, n_factors: Any, random: Any, normals: Any) -> Any:
        n_lanes = (n_factors + 3) // 4
        draw_words(seed, paths, step, U64(FACTOR_NORMALS), n_lanes, random)
        normals_f32(random, 2 * n_lanes, normals)

    return draw_f64 if normals.dtype == types.float64 else draw_f32


@njit(**STRICT)
def scratch_rows(n_factors: int) -> int:
    """Rows of random bits, and of normals, that `draw_normals` fills: a multiple of the four a lane feeds at most."""
    return (n_factors + 3) // 4 * 4


@njit(**STRICT)
def walk_one_step(model: Any, seed: U64, paths: Any, step: U64, random: Any, normals: Any, state: Any) -> None:
    """Draw once, then move every dynamics' deviations: state (n_dynamics * n_factors * ROW,), flat, in and out."""
    n_dynamics, n_factors = model.decay.shape
    draw_normals(seed, paths, step, n_factors, random, normals)
    for d in range(n_dynamics):
        rows = state[d * n_factors * ROW : (d + 1) * n_factors * ROW]
        correlate_and_step(model.decay[d], model.drift[d], model.chol[d], normals, rows)


@njit(**STRICT)
def walk(model: Any, seed: U64, observations: Any, paths: Any, random: Any, normals: Any, states: Any) -> None:
    """Take a block of paths to the horizon: states (n_observations, n_dynamics * n_factors * ROW), out.

    observations (n_observations,) are the steps after which the deviations are kept, ascending.
    """
    done = 0
    for o in range(observations.size):
        state = states[o]
        for k in range(state.size):
            state[k] = states[o - 1, k] if o > 0 else 0.0
        for step in range(done, observations[o]):
            walk_one_step(model, seed, paths, U64(step), random, normals, state)
        done = observations[o]


@njit(parallel=True, **STRICT)
def pnl_of_paths(model: Any, book: Any, seed: U64, first: U64, random_kind: Any, pnl: Any) -> None:
    """P&L of consecutive paths, a strip of blocks at a time: pnl (n_rows, n), out.

    `book` is tables.Tables; random_kind is an empty array of the type that `draw_normals` keeps its bits in.
    """
    n_dynamics, n_factors = model.decay.shape
    n_scenarios, n_books = book.dynamics.size, book.base_value.size
    n_currencies, n_observations = book.fx_factor.size, book.observations.size
    n_shared_legs = book.legs.size - n_books * n_currencies
    n = pnl.shape[1]
    n_strips = (n + STRIP - 1) // STRIP
    for strip in prange(n_strips):
        rows = scratch_rows(n_factors)
        random = np.empty(rows * ROW, random_kind.dtype)
        normals = np.empty(rows * ROW, model.chol.dtype)
        states = np.empty((n_observations, n_dynamics * n_factors * ROW), model.chol.dtype)
        observed = np.empty((n_observations, n_factors, ROW))
        scaled = np.empty((n_observations, n_factors, ROW))
        outside = np.empty((n_observations, n_factors), np.bool_)
        fx = np.empty((n_currencies, ROW))
        legs = np.empty((n_shared_legs, ROW))
        scratch = np.empty((SCRATCH_ROWS, ROW))
        profits = np.empty((1 + n_books, ROW))
        paths = np.empty(BLOCK, np.uint64)
        for start in range(strip * STRIP, min(n, (strip + 1) * STRIP), BLOCK):
            for i in range(BLOCK):
                paths[i] = first + U64(start + i)
            walk(model, seed, book.observations, paths, random, normals, states)
            width = min(BLOCK, n - start)
            for s in range(n_scenarios):
                d = book.dynamics[s]
                for o in range(n_observations):
                    moved = states[o, d * n_factors * ROW : (d + 1) * n_factors * ROW]
                    for f in range(n_factors):
                        for i in range(BLOCK):
                            observed[o, f, i] = moved[f * ROW + i]
                revalue(book, s, observed, scaled, outside, fx, legs, scratch, profits)
                for r in range(1 + n_books):
                    for i in range(width):
                        pnl[s * (1 + n_books) + r, start + i] = profits[r, i]


@njit(parallel=True, **STRICT)
def deviations_of_paths(model: Any, seed: U64, n_steps: int, path_ids: Any, random_kind: Any, levels: Any) -> None:
    """Replay chosen paths: levels (n_dynamics, n_steps, n_factors, n_ids), out, deviations after each step."""
    n_dynamics, n_factors = model.decay.shape
    n = path_ids.size
    for block in prange((n + BLOCK - 1) // BLOCK):
        rows = scratch_rows(n_factors)
        random = np.empty(rows * ROW, random_kind.dtype)
        normals = np.empty(rows * ROW, model.chol.dtype)
        state = np.zeros(n_dynamics * n_factors * ROW, model.chol.dtype)
        paths = np.empty(BLOCK, np.uint64)
        start = block * BLOCK
        width = min(BLOCK, n - start)
        for i in range(BLOCK):
            paths[i] = path_ids[start + min(i, width - 1)]
        for step in range(n_steps):
            walk_one_step(model, seed, paths, U64(step), random, normals, state)
            for d in range(n_dynamics):
                for f in range(n_factors):
                    for i in range(width):
                        levels[d, step, f, start + i] = state[(d * n_factors + f) * ROW + i]
