"""Regimes: when one gives way to another, and a step whose law each path's regime chooses. Twin: cuda/regimes.cuh."""

from typing import Any

import numpy as np
from numba import njit

from kernels.intrinsics_numba import fma
from kernels.numba_settings import BLOCK, ROW, STRICT
from kernels.parameters_numba import uniform
from kernels.philox_numba import join
from kernels.rows_numba import ADDED, EDGE, LAG, LAST_LAG, MIX, MOVE, NEXT, REGIME, UNIFORM
from kernels.step_numba import correlate_and_step

U64 = np.uint64
FEW = 16  # paths of a block that are stepped one by one rather than with all others


@njit(**STRICT)
def look_back(spot: Any, rows: Any) -> None:
    """Note the 5-day move of ln USD/JPY before the step, and shift the closes; spot (ROW,) is its deviation."""
    for i in range(BLOCK):
        rows[MOVE + i] = np.float64(spot[i]) - rows[LAST_LAG + i]
    for k in range(4, 0, -1):
        for i in range(BLOCK):
            rows[LAG + k * ROW + i] = rows[LAG + (k - 1) * ROW + i]
    for i in range(BLOCK):
        rows[LAG + i] = np.float64(spot[i])


@njit(**STRICT)
def change_regimes(transitions: Any, n_regimes: int, words: Any, rows: Any) -> None:
    """Draw the regime of this step: one uniform against the probabilities of leaving, added up.

    transitions (n_regimes, n_regimes, 2); words (4 * ROW,) of lane EVENTS.
    """
    for i in range(BLOCK):
        rows[UNIFORM + i] = uniform(join(U64(words[i]), U64(words[ROW + i])))
        rows[EDGE + i] = 0.0
        rows[NEXT + i] = rows[REGIME + i]
    for end in range(n_regimes):
        for i in range(BLOCK):
            rows[ADDED + i] = 0.0
        for start in range(n_regimes):
            if start == end:
                continue
            base, slope, here = transitions[start, end, 0], transitions[start, end, 1], np.float64(start)
            for i in range(BLOCK):
                fall = 0.0 - rows[MOVE + i] if rows[MOVE + i] < 0.0 else 0.0
                p = fma(slope, fall, base)
                rows[ADDED + i] = p if rows[REGIME + i] == here else rows[ADDED + i]
        there = np.float64(end)
        for i in range(BLOCK):
            below, above = rows[EDGE + i], rows[EDGE + i] + rows[ADDED + i]
            u = rows[UNIFORM + i]
            rows[NEXT + i] = there if (u >= below) & (u < above) else rows[NEXT + i]
            rows[EDGE + i] = above
    for i in range(BLOCK):
        rows[REGIME + i] = rows[NEXT + i]


@njit(**STRICT)
def step_one(decay: Any, drift: Any, chol: Any, normals: Any, state: Any, i: int) -> None:
    """As correlate_and_step for path i of the block alone: the same bits."""
    for f in range(decay.size):
        x = fma(decay[f], state[f * ROW + i], drift[f])
        for k in range(f + 1):
            x = fma(chol[f, k], normals[k * ROW + i], x)
        state[f * ROW + i] = x


@njit(**STRICT)
def step_by_regime(
    decay: Any, drift: Any, chol: Any, n_regimes: int, normals: Any, rows: Any, before: Any, moved: Any, state: Any
) -> None:
    """Move a block one step, each path by its regime's drift (n_regimes, n_factors) and chol.

    before, moved  (n_factors * ROW,)  scratch
    """
    n = decay.size * ROW
    for k in range(n):
        before[k] = state[k]
    for r in range(n_regimes):
        here, count = np.float64(r), 0
        for i in range(BLOCK):
            count += rows[REGIME + i] == here
        if count == BLOCK:
            correlate_and_step(decay, drift[r], chol[r], normals, state)
        elif count > FEW:
            for k in range(n):
                moved[k] = before[k]
            correlate_and_step(decay, drift[r], chol[r], normals, moved)
            for f in range(decay.size):
                x = f * ROW
                for i in range(BLOCK):
                    state[x + i] = moved[x + i] if rows[REGIME + i] == here else state[x + i]
        elif count > 0:
            for i in range(BLOCK):
                if rows[REGIME + i] == here:
                    step_one(decay, drift[r], chol[r], normals, state, i)


@njit(**STRICT)
def scale_normals(n_factors: int, rows: Any, normals: Any, scaled: Any) -> None:
    """Normals of a path times its mixing variable: scaled (n_factors * ROW,), out."""
    for f in range(n_factors):
        for i in range(BLOCK):
            q = normals.dtype.type(rows[MIX + i])
            scaled[f * ROW + i] = q * normals[f * ROW + i]


@njit(**STRICT)
def add_convexity(convexity: Any, n_regimes: int, rows: Any, state: Any) -> None:
    """Add what the mixing variable's square takes from the drift of prices; convexity (n_regimes, n_factors)."""
    for f in range(convexity.shape[1]):
        for r in range(n_regimes):
            c, here = np.float64(convexity[r, f]), np.float64(r)
            if c != 0.0:
                for i in range(BLOCK):
                    moved = fma(rows[MIX + i] * rows[MIX + i], c, np.float64(state[f * ROW + i]))
                    if rows[REGIME + i] == here:
                        state[f * ROW + i] = moved
