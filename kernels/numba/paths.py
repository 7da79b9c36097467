"""Consecutive paths to P&L, chosen paths to their levels: blocks, with scratch in the cache. Twin: cuda/paths.cu."""

import numpy as np
from numba import njit

from kernels.law_layout import ModelArrays
from kernels.layout import Book
from kernels.numba.revalue import SCRATCH_ROWS, add_sums, revalue
from kernels.numba.settings import BLOCK, PART, STRICT, STRIDE
from kernels.numba.steps.cohorts import unwind_rows
from kernels.numba.steps.filtered import carried_rows, regime_row
from kernels.numba.steps.rows import PATH_SERIES_ROWS
from kernels.numba.steps.walk import event_lanes, observe, random_rows, start_walk, walk_one_step
from kernels.types import F64, U64, Array, Bools, u64


@njit(**PART)
def farthest_moves(inverse_limit: F64, horizon: F64, ratios: F64) -> None:
    """Find of each path the move that is farthest for its limit, over that, with its sign: ratios (BLOCK,), out.

    inverse_limit (n_factors,), horizon (n_moves, STRIDE) deviations at the horizon, those of factors first.
    """
    for i in range(BLOCK):
        ratios[i] = 0.0
    for f in range(inverse_limit.size):
        per_limit = inverse_limit[f]
        if per_limit != 0.0:
            for i in range(BLOCK):
                ratio = per_limit * horizon[f, i]
                ratios[i] = ratio if abs(ratio) > abs(ratios[i]) else ratios[i]


@njit(**STRICT)
def pnl_of_paths(
    model: ModelArrays,
    book: Book,
    held: Bools,
    seed: u64,
    first: u64,
    random_kind: Array,
    begin: int,
    end: int,
    pnl: F64,
    ratios: F64,
) -> None:
    """Compute the P&L of paths first + begin and on: columns begin to end of pnl (n_rows, n) [reporting], out.

    ratios (n_dynamics, n), out: their farthest moves, as `farthest_moves` has them.

    held         (n_books, n_currencies)  whether the account holds any payoff
    random_kind  (0,)                     of the type that `draw_normals` keeps its bits in
    """
    n_dynamics, n_factors = model.decay.shape
    run, flows, points, payoffs = book.run, book.flows, book.points, book.payoffs
    n_scenarios, n_books = run.dynamics.size, run.base_value.size
    n_currencies, n_observations = run.fx_factor.size, run.observations.size
    n_lanes, n_carried = event_lanes(model), carried_rows(model)
    rows = random_rows(n_factors)
    random = np.empty(rows * STRIDE, random_kind.dtype)
    normals = np.empty(rows * STRIDE, model.chol.dtype)
    words = np.empty(4 * (n_lanes + min(n_carried, 1)) * STRIDE, np.uint32)
    steps = np.empty((3 if n_lanes + n_carried else 0, n_factors * STRIDE), model.chol.dtype)
    unwind = np.empty((n_dynamics if n_lanes else 0, unwind_rows(model) * STRIDE))
    filters = np.empty((n_dynamics if n_carried else 0, n_carried * STRIDE), model.chol.dtype)
    state = np.empty(n_dynamics * n_factors * STRIDE, model.chol.dtype)
    n_moves = n_factors + run.sums.size
    observed = np.empty((n_dynamics, n_observations, n_moves, STRIDE))
    scaled = np.empty((n_observations, n_moves, STRIDE))
    outside = np.empty((n_observations, n_moves), np.bool_)
    fx = np.empty((n_currencies, STRIDE))
    legs = np.empty((flows.shared.size, STRIDE))
    scratch = np.empty((SCRATCH_ROWS, STRIDE))
    profits, farthest = np.empty((1 + n_books, STRIDE)), np.empty(STRIDE)
    paths, picked = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    for start in range(begin, end, BLOCK):
        for i in range(BLOCK):
            paths[i] = first + u64(start + i)
        start_walk(model, seed, paths, state, unwind, filters)
        done = 0
        for o in range(n_observations):
            for step in range(done, run.observations[o]):
                walk_one_step(
                    model, seed, paths, u64(step), random, normals, words, picked, steps, state, unwind, filters
                )
            done = run.observations[o]
            for d in range(n_dynamics):
                observe(model, d, state, unwind, observed[d, o])
                add_sums(run, observed[d, o])
        width = min(BLOCK, end - start)
        for d in range(n_dynamics):
            farthest_moves(run.inverse_limit, observed[d, n_observations - 1], farthest)
            for i in range(width):
                ratios[d, start + i] = farthest[i]
        for s in range(n_scenarios):
            seen = observed[run.dynamics[s]]
            revalue(run, flows, points, payoffs, held, s, seen, scaled, outside, fx, legs, scratch, profits)
            for r in range(1 + n_books):
                for i in range(width):
                    pnl[s * (1 + n_books) + r, start + i] = profits[r, i]


@njit(**STRICT)
def levels_of_paths(
    model: ModelArrays, seed: u64, n_steps: int, path_ids: U64, random_kind: Array, begin: int, end: int, levels: Array
) -> None:
    """Replay chosen paths, columns begin to end.

    levels  (n_dynamics, n_steps, n_factors + len(PATH_SERIES), n_ids)  out
    """
    n_dynamics, n_factors = model.decay.shape
    n_lanes, n_carried, rows = event_lanes(model), carried_rows(model), random_rows(n_factors)
    random = np.empty(rows * STRIDE, random_kind.dtype)
    normals = np.empty(rows * STRIDE, model.chol.dtype)
    words = np.empty(4 * (n_lanes + min(n_carried, 1)) * STRIDE, np.uint32)
    scratch = np.empty((3 if n_lanes + n_carried else 0, n_factors * STRIDE), model.chol.dtype)
    unwind = np.empty((n_dynamics if n_lanes else 0, unwind_rows(model) * STRIDE))
    filters = np.empty((n_dynamics if n_carried else 0, n_carried * STRIDE), model.chol.dtype)
    state = np.empty(n_dynamics * n_factors * STRIDE, model.chol.dtype)
    observed = np.empty((n_factors, STRIDE))
    paths, picked = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    for start in range(begin, end, BLOCK):
        width = min(BLOCK, end - start)
        for i in range(BLOCK):
            paths[i] = path_ids[start + min(i, width - 1)]
        start_walk(model, seed, paths, state, unwind, filters)
        for step in range(n_steps):
            walk_one_step(
                model, seed, paths, u64(step), random, normals, words, picked, scratch, state, unwind, filters
            )
            for d in range(n_dynamics):
                observe(model, d, state, unwind, observed)
                for f in range(n_factors):
                    for i in range(width):
                        levels[d, step, f, start + i] = observed[f, i]
                for k in range(len(PATH_SERIES_ROWS)):
                    for i in range(width):
                        carried = unwind[d, PATH_SERIES_ROWS[k] + i] if model.laws[d].is_unwind else 0.0
                        levels[d, step, n_factors + k, start + i] = carried
                if model.laws[d].is_filtered:
                    for i in range(width):
                        levels[d, step, n_factors, start + i] = filters[d, regime_row(model) * STRIDE + i]
