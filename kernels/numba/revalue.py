"""Value every book on a block of paths, and subtract the base. Twins: numpy/revalue.py, cuda/revalue.cuh.

An account's own leg goes straight into its total; legs that futures and swaptions share are valued once, beforehand.
"""

from typing import Any

from numba import njit

from kernels.layout import Flows, Points, Run
from kernels.numba.draws.normal import exp_f64
from kernels.numba.intrinsics import fma
from kernels.numba.payoffs.all_payoffs import add_payoffs
from kernels.numba.payoffs.flows import add_leg, scale
from kernels.numba.settings import BLOCK, PART, SPARE_ROWS
from kernels.types import F64, Bools

SCRATCH_ROWS = 2 + SPARE_ROWS  # that revalue needs


@njit(**PART)
def add_sums(run: Run, observed: F64) -> None:
    """Compute the deviations of the run's sums, the rows of `observed` (n_moves, STRIDE) behind those of factors."""
    n_factors = observed.shape[0] - run.sums.size
    for k in range(run.sums.size):
        first, last, out = run.sums[k].first, run.sums[k].last, observed[n_factors + k]
        x = observed[run.sum_terms[first]]
        for i in range(BLOCK):
            out[i] = x[i]
        for j in range(first + 1, last):
            y = observed[run.sum_terms[j]]
            for i in range(BLOCK):
                out[i] += y[i]


@njit(**PART)
def revalue(
    run: Run,
    flows: Flows,
    points: Points,
    payoffs: tuple[Any, ...],
    held: Bools,
    scenario: int,
    observed: F64,
    scaled: F64,
    outside: Bools,
    fx: F64,
    legs: F64,
    scratch: F64,
    pnl: F64,
) -> None:
    """Compute the P&L of the total and of each book on a block of paths [reporting currency].

    run, flows, points, payoffs                 of the book: taking a tuple apart here would count all its arrays
    held      (n_books, n_currencies)           whether the account holds any payoff
    observed  (n_observations, n_moves, STRIDE)    deviations from the scenario's start, of factors and of sums
    scaled    (n_observations, n_moves, STRIDE)    scratch
    outside   (n_observations, n_moves)         scratch: whether some path's scaled deviation is beyond [-1, 1]
    fx        (n_currencies, STRIDE)               scratch: home currency per unit at the horizon on each path
    legs      (n_shared_legs, STRIDE)              scratch: values of the shared legs
    scratch   (SCRATCH_ROWS, STRIDE)               scratch
    pnl       (1 + n_books, STRIDE)                out
    """
    n_books, n_currencies = run.base_value.size, run.fx_factor.size
    total, value, spare = scratch[0], scratch[1], scratch[2:]
    horizon = observed[observed.shape[0] - 1]
    scale(flows.centre[scenario], flows.inverse_width[scenario], observed, scaled, outside)
    for c in range(1, n_currencies):
        f, start = run.fx_factor[c], run.fx_start[scenario, c]
        for i in range(BLOCK):
            fx[c, i] = start * exp_f64(horizon[f, i])
    for i in range(BLOCK):
        fx[0, i] = 1.0
        pnl[0, i] = 0.0
    for k in range(legs.shape[0]):
        for i in range(BLOCK):
            legs[k, i] = 0.0
        add_leg(flows, flows.shared[k], scenario, observed, scaled, outside, spare, legs[k])
    for b in range(n_books):
        for i in range(BLOCK):
            value[i] = 0.0
        for c in range(n_currencies):
            for i in range(BLOCK):
                total[i] = run.cash[scenario, b, c]
            add_leg(flows, flows.own[b, c], scenario, observed, scaled, outside, spare, total)
            if held[b, c]:
                add_payoffs(payoffs, run, points, scenario, b, c, observed, legs, spare, total)
            for i in range(BLOCK):
                value[i] = fma(fx[c, i], total[i], value[i])
        for i in range(BLOCK):
            profit = value[i] / fx[run.reporting, i] - run.base_value[b]
            pnl[1 + b, i] = profit
            pnl[0, i] += profit
