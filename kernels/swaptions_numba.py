"""Swaptions by Bachelier's formula on the values of their two legs. Twin: cuda/swaptions.cuh."""

from typing import Any

import numpy as np
from numba import njit

from kernels.gauss_numba import density, distance_from_0, mills_p, mills_q
from kernels.intrinsics_numba import fma
from kernels.numba_settings import BLOCK, INLINE, STRICT

F64 = np.float64

LEAST_SPREAD = 1e-100


@njit(**INLINE)
def bachelier(gain: F64, spread: F64) -> F64:
    """Mean of max(gain + spread Z, 0), Z normal: max(gain, 0) + spread (n(a) - a N(-a)), a = |gain / spread|."""
    a = distance_from_0(gain / (spread if spread > LEAST_SPREAD else LEAST_SPREAD))
    q = mills_q(a)
    beyond = density(a) * (fma(0.0 - a, mills_p(a), q) / q)
    return fma(spread, beyond, gain if gain > 0.0 else 0.0)


@njit(**STRICT)
def add_swaption(book: Any, j: int, legs: Any, total: Any) -> None:
    """Add swaption j to `total` (BLOCK,), in its currency; legs (n, ROW) values of the legs after those of the books."""
    n_own = book.base_value.size * book.fx_factor.size
    floating, annuity = legs[book.swaption_float[j] - n_own], legs[book.swaption_annuity[j] - n_own]
    quantity, strike, std = book.swaption_quantity[j], book.swaption_strike[j], book.swaption_std[j]
    sign = 1.0 if book.swaption_payer[j] > 0 else -1.0
    for i in range(BLOCK):
        gain = sign * fma(0.0 - strike, annuity[i], floating[i])
        total[i] = fma(quantity, bachelier(gain, std * annuity[i]), total[i])
