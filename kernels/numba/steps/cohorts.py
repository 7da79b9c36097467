"""Carry trades by the date of their entry, stopped out as each cohort's worst loss grows, and sold on the dates after.

Twin in cuda/. A block's rows of them follow the N_ROWS of its unwind: where each cohort entered, then what is stopped
of each, as many of either as the law of the model with the most has.
"""

import numpy as np
from numba import njit

from kernels.law_layout import Law, ModelArrays
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.rows import CARRY_SOLD, DEMAND, IMPACT, N_ROWS, SOLD, SPOT, WAITING
from kernels.types import F64, Array, u64


@njit(**PART)
def unwind_rows(model: ModelArrays) -> int:
    """Count the rows of scratch that a block carries for each law with an unwind."""
    return N_ROWS + 2 * model.cohort_entry.shape[1]


@njit(**INLINE)
def cohort_rows(rows: F64, k: int) -> F64:
    """Return the k-th row of what is carried of the cohorts: (BLOCK,), of rows (unwind_rows * STRIDE,)."""
    return rows[(N_ROWS + k) * STRIDE : (N_ROWS + k) * STRIDE + BLOCK]


@njit(**PART)
def start_cohorts(model: ModelArrays, d: int, rows: F64) -> None:
    """Set the carry trades of a block of paths of law d to their start: rows (unwind_rows * STRIDE,), out."""
    n = model.cohort_entry.shape[1]
    for c in range(n):
        entry, stopped = cohort_rows(rows, c), cohort_rows(rows, n + c)
        for i in range(BLOCK):
            entry[i] = model.cohort_entry[d, c]
            stopped[i] = model.cohort_stopped[d, c]
    for i in range(BLOCK):
        rows[WAITING + i] = model.laws[d].waiting


@njit(**PART)
def sell_waiting(law: Law, rows: F64) -> None:
    """Sell what waits, up to a date's limit: rows (n_rows * STRIDE,), of which SOLD is what is sold, in and out."""
    limit, stock = law.stop_limit, law.carry_stock
    for i in range(BLOCK):
        waiting = rows[WAITING + i]
        sold = limit if waiting > limit else waiting
        rows[SOLD + i] = sold
        rows[WAITING + i] = waiting - sold
        rows[CARRY_SOLD + i] = fma(stock, sold, rows[CARRY_SOLD + i])


@njit(**PART)
def value_of_cohorts(model: ModelArrays, d: int, state: Array, rows: F64) -> None:
    """Put ln of what a cohort holds, from the start, in row SPOT: USD/JPY and what is held beside it, with impact.

    state (n_factors * STRIDE,) after the step, rows (n_rows * STRIDE,), in and out.
    """
    law, x = model.laws[d], rows[SPOT : SPOT + BLOCK]
    spot, on_impact = state[law.fx * STRIDE : (law.fx + 1) * STRIDE], law.held_impact
    for i in range(BLOCK):
        x[i] = np.float64(spot[i])
    for f in range(model.decay.shape[1]):
        held = model.cohort_holdings[d, f]
        if held != 0.0:
            for i in range(BLOCK):
                x[i] = fma(held, np.float64(state[f * STRIDE + i]), x[i])
    if on_impact != 0.0:
        for i in range(BLOCK):
            x[i] = fma(on_impact, rows[IMPACT + i], x[i])


@njit(**PART)
def stop_cohorts(model: ModelArrays, d: int, step: u64, state: Array, rows: F64) -> None:
    """Stop cohorts by new worst losses at a close, state (n_factors * STRIDE,) after the step, and renew the oldest."""
    law, n_most = model.laws[d], model.cohort_entry.shape[1]
    n, begin, slope, most = law.n_cohorts, law.stop_start, law.stop_slope, law.stop_most
    value_of_cohorts(model, d, state, rows)
    x, demand = rows[SPOT : SPOT + BLOCK], rows[DEMAND : DEMAND + BLOCK]  # apart, so that the loops become SIMD
    for i in range(BLOCK):
        demand[i] = 0.0
    for c in range(n):
        entry, stopped = cohort_rows(rows, c), cohort_rows(rows, n_most + c)
        for i in range(BLOCK):
            before = stopped[i]
            share = slope * ((entry[i] - x[i]) - begin)
            share = most if share > most else share
            share = share if share > before else before
            demand[i] = demand[i] + (share - before)
            stopped[i] = share
    oldest = int(step % u64(n))
    entry, stopped = cohort_rows(rows, oldest), cohort_rows(rows, n_most + oldest)
    for i in range(BLOCK):
        rows[WAITING + i] = rows[WAITING + i] + demand[i] / np.float64(n)
        entry[i] = x[i]
        stopped[i] = 0.0
