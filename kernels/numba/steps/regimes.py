"""Regimes: when one gives way to another, and a step whose law each path's regime chooses. Twin in cuda/."""

import numpy as np
from numba import njit

from kernels.law_layout import ModelArrays
from kernels.numba.draws.parameters import uniform
from kernels.numba.draws.philox import join
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.rows import CLOSES, FALL, MIX, MOVE, N_CLOSES, REGIME, UNIFORM
from kernels.numba.steps.step import FEW, correlate_and_step, correlate_and_step_few
from kernels.types import F64, I64, U32, U64, Array, u64

SAFE = 1.0 + 1e-9  # rounds a probability up, so that what it rules out is out


@njit(**PART)
def look_back(step: u64, spot: Array, rows: F64) -> None:
    """Note the 5-day move of ln USD/JPY before the step, and this close over the oldest; spot (STRIDE,) deviations."""
    slot = CLOSES + np.int64(step % u64(N_CLOSES)) * STRIDE
    oldest = rows[slot : slot + STRIDE]
    for i in range(BLOCK):
        x = np.float64(spot[i])
        move = x - oldest[i]
        rows[MOVE + i] = move
        rows[FALL + i] = 0.0 - move if move < 0.0 else 0.0
        oldest[i] = x


@njit(**INLINE)
def next_regime(transitions: F64, n_regimes: int, here: int, fall: float, u: float) -> int:
    """Return the regime that a path goes to: its uniform u against the sums of the probabilities of leaving.

    transitions  (n_regimes, n_regimes, 2)  probability a step, and what a unit of 5-day fall adds
    """
    edge = 0.0
    for end in range(n_regimes):
        if end != here:
            edge = edge + fma(transitions[here, end, 1], fall, transitions[here, end, 0])
            if u < edge:
                return end
    return here


@njit(**PART)
def change_regimes(transitions: F64, n_regimes: int, words: U32, rows: F64) -> None:
    """Draw the regime of this step; transitions (n_regimes, n_regimes, 2), words (4 * STRIDE,) of lane EVENTS.

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
        u = uniform(join(u64(words[i]), u64(words[STRIDE + i])))
        rows[UNIFORM + i] = u
        n_near += u < fma(slope, rows[FALL + i], base)
    if n_near > 0:
        for i in range(BLOCK):
            u, fall = rows[UNIFORM + i], rows[FALL + i]
            if u < fma(slope, fall, base):
                rows[REGIME + i] = np.float64(next_regime(transitions, n_regimes, int(rows[REGIME + i]), fall, u))


@njit(**PART)
def step_by_regime(
    model: ModelArrays, d: int, n_regimes: int, normals: Array, rows: F64, aside: Array, drawn: Array, state: Array
) -> None:
    """Move a block one step, each path by its regime's drift and chol.

    The regime that most paths are in moves the whole block. Paths of the others are picked out before that, moved FEW
    together, and put back. aside, drawn (n_factors * STRIDE,) are scratch.
    """
    most, first = 0, 0
    for r in range(n_regimes):
        count = paths_in(r, rows)
        if count > most:
            most, first = count, r
    places, regimes = np.empty(2 * BLOCK, np.uint64), np.empty(BLOCK, np.int64)
    n_groups = pick_out(n_regimes if most < BLOCK else 0, first, rows, places, regimes)
    n_factors, size = model.decay.shape[1], model.decay.shape[1] * FEW
    for g in range(n_groups):
        gather(places[g * FEW : (g + 1) * FEW], n_factors, state, aside[g * size : (g + 1) * size])
    correlate_and_step(model.decay[d], model.drift[d, first], model.chol[d, first], normals, state)
    for g in range(n_groups):
        here, some, moved = places[g * FEW : (g + 1) * FEW], drawn[:size], aside[g * size : (g + 1) * size]
        gather(here, n_factors, normals, some)
        r = regimes[g]
        correlate_and_step_few(model.decay[d], model.drift[d, r], model.chol[d, r], some, moved)
        for f in range(n_factors):
            x = state[f * STRIDE : (f + 1) * STRIDE]
            for j in range(FEW):
                x[here[j]] = moved[f * FEW + j]


@njit(**PART)
def pick_out(n_regimes: int, left: int, rows: F64, places: U64, regimes: I64) -> int:
    """List paths of all regimes but `left`, in groups of FEW of one regime; a short group names its first path again.

    places (n_groups * FEW,), regimes (n_groups,), out. Returns the number of groups.
    """
    n_groups = 0
    for r in range(n_regimes):
        here, n = np.float64(r), 0
        if r == left:
            continue
        for i in range(BLOCK):
            if rows[REGIME + i] == here:
                places[n_groups * FEW + n] = u64(i)
                n += 1
        while n % FEW != 0:
            places[n_groups * FEW + n] = places[n_groups * FEW]
            n += 1
        for g in range(n // FEW):
            regimes[n_groups + g] = r
        n_groups += n // FEW
    return n_groups


@njit(**PART)
def gather(places: U64, n_factors: int, source: Array, out: Array) -> None:
    """Put chosen paths of a block, source (n_factors * STRIDE,), side by side: out (n_factors * FEW,)."""
    for f in range(n_factors):
        row = source[f * STRIDE : (f + 1) * STRIDE]
        for j in range(FEW):
            out[f * FEW + j] = row[places[j]]


@njit(**INLINE)
def paths_in(regime: int, rows: F64) -> int:
    """Count the paths of the block, rows (N_ROWS * STRIDE,), that are in a regime."""
    count, here = 0, np.float64(regime)
    for i in range(BLOCK):
        count += rows[REGIME + i] == here
    return count


@njit(**PART)
def scale_normals(n_factors: int, rows: F64, normals: Array, scaled: Array) -> None:
    """Multiply the normals of a path by its mixing variable: scaled (n_factors * STRIDE,), out."""
    for f in range(n_factors):
        for i in range(BLOCK):
            q = normals.dtype.type(rows[MIX + i])
            scaled[f * STRIDE + i] = q * normals[f * STRIDE + i]


@njit(**PART)
def add_convexity(convexity: Array, n_regimes: int, rows: F64, state: Array) -> None:
    """Add what the mixing variable's square takes from the drift of prices; convexity (n_regimes, n_factors)."""
    for f in range(convexity.shape[1]):
        x = state[f * STRIDE : (f + 1) * STRIDE]
        for r in range(n_regimes):
            c, here = np.float64(convexity[r, f]), np.float64(r)
            if c == 0.0:
                continue
            for i in range(BLOCK):
                q, was = rows[MIX + i], np.float64(x[i])
                x[i] = fma(q * q, c, was) if rows[REGIME + i] == here else was
