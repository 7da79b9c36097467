"""Carry trades by the date of their entry, stopped out as each cohort's worst loss grows, and sold on the dates after.

Twin in cuda/. A block's rows of them follow the N_ROWS of its unwind: where each cohort entered, then what is stopped
of each, as many of either as the law of the model with the most has.
"""

import numpy as np
from numba import njit

from kernels.law_layout import Law, ModelArrays
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, STRICT, STRIDE
from kernels.numba.steps.rows import CARRY_SOLD, DEMAND, N_ROWS, SOLD, SPOT, WAITING
from kernels.types import F64, Array, u64


@njit(**STRICT)
def unwind_rows(model: ModelArrays) -> int:
    """Count the rows of scratch that a block carries for each law with an unwind."""
    return N_ROWS + 2 * model.cohort_entry.shape[1]


@njit(**STRICT)
def start_cohorts(model: ModelArrays, d: int, rows: F64) -> None:
    """Set the carry trades of a block of paths of law d to their start: rows (unwind_rows * STRIDE,), out."""
    n = model.cohort_entry.shape[1]
    for c in range(n):
        entry, stopped = (N_ROWS + c) * STRIDE, (N_ROWS + n + c) * STRIDE
        for i in range(BLOCK):
            rows[entry + i] = model.cohort_entry[d, c]
            rows[stopped + i] = model.cohort_stopped[d, c]
    for i in range(BLOCK):
        rows[WAITING + i] = model.laws[d].waiting


@njit(**STRICT)
def sell_waiting(law: Law, rows: F64) -> None:
    """Sell what waits, up to a date's limit, and note it in row SOLD."""
    limit, stock = law.stop_limit, law.carry_stock
    for i in range(BLOCK):
        waiting = rows[WAITING + i]
        sold = limit if waiting > limit else waiting
        rows[SOLD + i] = sold
        rows[WAITING + i] = waiting - sold
        rows[CARRY_SOLD + i] = fma(stock, sold, rows[CARRY_SOLD + i])


@njit(**STRICT)
def stop_cohorts(model: ModelArrays, d: int, step: u64, spot: Array, rows: F64) -> None:
    """Stop cohorts by new worst losses at a close, spot (STRIDE,) after the step, and renew the oldest."""
    law, n_most = model.laws[d], model.cohort_entry.shape[1]
    n, begin, slope, most = law.n_cohorts, law.stop_start, law.stop_slope, law.stop_most
    for i in range(BLOCK):
        rows[SPOT + i] = np.float64(spot[i])
        rows[DEMAND + i] = 0.0
    for c in range(n):
        entry, stopped = (N_ROWS + c) * STRIDE, (N_ROWS + n_most + c) * STRIDE
        for i in range(BLOCK):
            before = rows[stopped + i]
            share = slope * ((rows[entry + i] - rows[SPOT + i]) - begin)
            share = most if share > most else share
            share = share if share > before else before
            rows[DEMAND + i] = rows[DEMAND + i] + (share - before)
            rows[stopped + i] = share
    oldest = int(step % u64(n))
    entry, stopped = (N_ROWS + oldest) * STRIDE, (N_ROWS + n_most + oldest) * STRIDE
    for i in range(BLOCK):
        rows[WAITING + i] = rows[WAITING + i] + rows[DEMAND + i] / np.float64(n)
        rows[entry + i] = rows[SPOT + i]
        rows[stopped + i] = 0.0
