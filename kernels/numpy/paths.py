"""Consecutive paths to P&L, chosen paths to their levels. Twins: numba/paths.py, cuda/paths.cu."""

import numpy as np

from kernels.base import PathRange, Program
from kernels.law_layout import PATH_SERIES
from kernels.numpy.revalue import revalue
from kernels.numpy.steps.walk import observe, start_walk, walk_one_step
from kernels.types import F64, U64, Array


def pnl_of_paths(program: Program, paths: PathRange) -> tuple[F64, F64]:
    """Return the P&L of consecutive paths: (n_rows, paths.n) [reporting currency], and their farthest moves.

    These are (n_dynamics, paths.n), a factor's deviation at the horizon over its limit, with its sign.
    """
    ids = np.uint64(paths.first) + np.arange(paths.n, dtype=np.uint64)
    run, (n_dynamics, n_factors) = program.book.run, program.model.decay.shape
    levels = np.zeros((n_dynamics, 1 + program.n_steps, n_factors, paths.n), program.model.chol.dtype)
    levels[:, 1:] = levels_of_paths(program, ids)[:, :, :n_factors]
    observed = levels[:, run.observations].astype(np.float64)  # (n_dynamics, n_observations, n_factors, n)
    rows = []
    for scenario, dynamics in enumerate(run.dynamics):
        books = revalue(program.book, scenario, observed[dynamics])
        rows += [books.sum(axis=0), *books]
    limited = observed[:, -1] * run.inverse_limit[:, None]  # (n_dynamics, n_factors, n)
    farthest = np.abs(limited).argmax(axis=1)
    return np.array(rows), np.take_along_axis(limited, farthest[:, None], axis=1)[:, 0]


def levels_of_paths(program: Program, path_ids: U64) -> Array:
    """Replay chosen paths: (n_dynamics, n_steps, n_factors + len(PATH_SERIES), n_ids), after each step."""
    model, (n_dynamics, n_factors) = program.model, program.model.decay.shape
    precision = model.chol.dtype
    levels = np.zeros((n_dynamics, program.n_steps, n_factors + len(PATH_SERIES), path_ids.size), precision)
    states = np.zeros((n_dynamics, n_factors, path_ids.size), precision)
    carried = start_walk(model, program.seed, path_ids)
    for step in range(program.n_steps):
        walk_one_step(model, program.seed, path_ids, step, states, carried)
        for d, own in enumerate(carried):
            levels[d, step, :n_factors] = observe(model, d, states[d], own.unwind)
            if own.unwind is not None:
                levels[d, step, n_factors:] = own.unwind.path_series(float(model.laws[d].long_run))
            if own.variances is not None:
                levels[d, step, n_factors + PATH_SERIES.index("regime")] = own.variances.regimes
    return levels
