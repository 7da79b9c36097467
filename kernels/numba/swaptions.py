"""Swaptions by Bachelier's formula on the values of their two legs, or by their swap's table. Twin: cuda/swaptions.cuh.

Swaptions of a book on one swap share its legs; per unit of annuity their value is a function of the forward swap rate.
A path outside its table's range has them priced one by one; without a table all paths do.
"""

from typing import Any

import numpy as np
from numba import njit

from kernels.numba.chebyshev import beyond, series_value
from kernels.numba.gauss import density, distance_from_0, mills_p, mills_q
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, STRICT

F64 = np.float64

SWAPTION_ROWS = 4  # scratch rows that add_swaptions needs
LEAST_SPREAD = 1e-100


@njit(**INLINE)
def bachelier(gain: F64, spread: F64) -> F64:
    """Mean of max(gain + spread Z, 0), Z normal: max(gain, 0) + spread (n(a) - a N(-a)), a = |gain / spread|."""
    a = distance_from_0(gain / (spread if spread > LEAST_SPREAD else LEAST_SPREAD))
    q = mills_q(a)
    beyond = density(a) * (fma(0.0 - a, mills_p(a), q) / q)
    return fma(spread, beyond, gain if gain > 0.0 else 0.0)


@njit(**STRICT)
def price_swaptions(swaptions: Any, floating: Any, annuity: Any, out: Any) -> None:
    """Value of the swaptions on one swap, one by one: out (BLOCK,), in their currency."""
    for i in range(BLOCK):
        out[i] = 0.0
    for j in range(swaptions.size):
        swaption = swaptions[j]
        quantity, strike, std = swaption.quantity, swaption.strike, swaption.std
        sign = 1.0 if swaption.payer > 0 else -1.0
        for i in range(BLOCK):
            gain = sign * fma(0.0 - strike, annuity[i], floating[i])
            out[i] = fma(quantity, bachelier(gain, std * annuity[i]), out[i])


@njit(**STRICT)
def add_swaptions(swaps: Any, swaptions: Any, tables: Any, terms: Any, legs: Any, scratch: Any, total: Any) -> None:
    """Add the swaptions on each swap to `total` (BLOCK,), in their currency; all tables are of one scenario.

    terms    (n_tables, n_x)      see BookArrays.swap_table_terms
    legs     (n, ROW)             values of the legs after the books' own
    scratch  (SWAPTION_ROWS, ROW)  rows to work in
    """
    x, value, each = scratch[0], scratch[1], scratch[2]
    for g in range(swaps.size):
        swap = swaps[g]
        floating, annuity = legs[swap.floating], legs[swap.annuity]
        whole = swap.table >= 0
        if whole:
            rate, inverse = tables[swap.table].rate, tables[swap.table].inverse
            for i in range(BLOCK):
                x[i] = (floating[i] / annuity[i] - rate) * inverse
            series_value(terms[swap.table], tables[swap.table].n_x, x, each, scratch[3], value)
            whole = not beyond(x)
            for i in range(BLOCK):
                value[i] = value[i] * annuity[i]
        if not whole:
            price_swaptions(swaptions[swap.first : swap.last], floating, annuity, each)
            for i in range(BLOCK):
                inside = swap.table >= 0 and abs(x[i]) <= 1.0
                value[i] = value[i] if inside else each[i]
        for i in range(BLOCK):
            total[i] += value[i]
