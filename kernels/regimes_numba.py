"""Regimes: when one gives way to another, and a step whose law each path's regime chooses. Twin: cuda/regimes.cuh."""

from typing import Any

import numpy as np
from numba import njit

from kernels.intrinsics_numba import fma
from kernels.numba_settings import BLOCK, INLINE, ROW, STRICT
from kernels.parameters_numba import uniform
from kernels.philox_numba import join
from kernels.rows_numba import CLOSES, FALL, MIX, MOVE, N_CLOSES, REGIME, UNIFORM
from kernels.step_numba import correlate_and_step

U64 = np.uint64
FEW = 24  # paths of a block that are stepped one by one rather than with all others
SAFE = 1.0 + 1e-9  # rounds a probability up, so that what it rules out is out


@njit(**STRICT)
def look_back(step: U64, spot: Any, rows: Any) -> None:
    """Note the 5-day move of ln USD/JPY before the step, and this close over the oldest; spot (ROW,) its deviation."""
    slot = CLOSES + np.int64(step % U64(N_CLOSES)) * ROW
    oldest = rows[slot : slot + ROW]
    for i in range(BLOCK):
        x = np.float64(spot[i])
        move = x - oldest[i]
        rows[MOVE + i] = move
        rows[FALL + i] = 0.0 - move if move < 0.0 else 0.0
        oldest[i] = x


@njit(**INLINE)
def next_regime(transitions: Any, n_regimes: int, here: int, fall: Any, u: Any) -> int:
    """Where one path goes: its uniform against the probabilities of leaving, added up in the order of the regimes."""
    edge = 0.0
    for end in range(n_regimes):
        if end != here:
            edge = edge + fma(transitions[here, end, 1], fall, transitions[here, end, 0])
            if u < edge:
                return end
    return here


@njit(**STRICT)
def change_regimes(transitions: Any, n_regimes: int, words: Any, rows: Any) -> None:
    """Draw the regime of this step; transitions (n_regimes, n_regimes, 2), words (4 * ROW,) of lane EVENTS.

    Few paths change: the others are ruled out by a bound on all regimes' probabilities of leaving.
    """
    base, slope = 0.0, 0.0
    for here in range(n_regimes):
        out, more = 0.0, 0.0
        for end in range(n_regimes):
            if end != here:
                out, more = out + transitions[here, end, 0], more + transitions[here, end, 1]
        base, slope = max(base, SAFE * out), max(slope, SAFE * more)
    n_near = 0
    for i in range(BLOCK):
        u = uniform(join(U64(words[i]), U64(words[ROW + i])))
        rows[UNIFORM + i] = u
        n_near += u < fma(slope, rows[FALL + i], base)
    if n_near > 0:
        for i in range(BLOCK):
            u, fall = rows[UNIFORM + i], rows[FALL + i]
            if u < fma(slope, fall, base):
                rows[REGIME + i] = np.float64(next_regime(transitions, n_regimes, int(rows[REGIME + i]), fall, u))


@njit(**STRICT)
def step_alone(
    decay: Any, drift: Any, columns: Any, normals: Any, i: int, before: Any, scratch: Any, state: Any
) -> None:
    """As correlate_and_step for path i of the block alone, the same bits.

    columns (n_factors, n_factors) is chol transposed; before, scratch (n_factors,): its deviations, and to work in.
    """
    n_factors = decay.size
    for f in range(n_factors):
        scratch[f] = fma(decay[f], before[f], drift[f])
    for k in range(n_factors):
        z, column, below = normals[k * ROW + i], columns[k, k:], scratch[k:n_factors]
        for f in range(below.size):
            below[f] = fma(column[f], z, below[f])
    for f in range(n_factors):
        state[f * ROW + i] = scratch[f]


@njit(**STRICT)
def step_by_regime(
    model: Any, d: int, n_regimes: int, normals: Any, rows: Any, before: Any, moved: Any, state: Any
) -> None:
    """Move a block one step, each path by its regime's drift and chol; before, moved (n_factors * ROW,) are scratch."""
    decay, n_factors = model.decay[d], model.decay.shape[1]
    first, most = 0, -1
    for r in range(n_regimes):
        count = paths_in(r, rows)
        if count > most:
            first, most = r, count
    if most < BLOCK:
        before[:] = state
    correlate_and_step(decay, model.drift[d, first], model.chol[d, first], normals, state)
    for r in range(n_regimes if most < BLOCK else 0):
        here, count = np.float64(r), paths_in(r, rows)
        if r == first or count == 0:
            continue
        if count > FEW:
            moved[:] = before
            correlate_and_step(decay, model.drift[d, r], model.chol[d, r], normals, moved)
            for f in range(n_factors):
                x, y = state[f * ROW : (f + 1) * ROW], moved[f * ROW : (f + 1) * ROW]
                for i in range(BLOCK):
                    x[i] = y[i] if rows[REGIME + i] == here else x[i]
            continue
        own, work = moved[:n_factors], moved[ROW : ROW + n_factors]
        for i in range(BLOCK):
            if rows[REGIME + i] == here:
                for f in range(n_factors):
                    own[f] = before[f * ROW + i]
                step_alone(decay, model.drift[d, r], model.columns[d, r], normals, i, own, work, state)


@njit(**INLINE)
def paths_in(regime: int, rows: Any) -> int:
    """How many paths of the block are in a regime."""
    count, here = 0, np.float64(regime)
    for i in range(BLOCK):
        count += rows[REGIME + i] == here
    return count


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
        x = state[f * ROW : (f + 1) * ROW]
        for r in range(n_regimes):
            c, here = np.float64(convexity[r, f]), np.float64(r)
            if c == 0.0:
                continue
            for i in range(BLOCK):
                q, was = rows[MIX + i], np.float64(x[i])
                x[i] = fma(q * q, c, was) if rows[REGIME + i] == here else was
