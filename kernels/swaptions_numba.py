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
def add_swaptions(swaptions: Any, legs: Any, total: Any) -> None:
    """Add swaptions to `total` (BLOCK,), in their currency; legs (n, ROW) values of the legs after the books' own."""
    for j in range(swaptions.size):
        swaption = swaptions[j]
        floating, annuity = legs[swaption.floating], legs[swaption.annuity]
        quantity, strike, std = swaption.quantity, swaption.strike, swaption.std
        sign = 1.0 if swaption.payer > 0 else -1.0
        for i in range(BLOCK):
            gain = sign * fma(0.0 - strike, annuity[i], floating[i])
            total[i] = fma(quantity, bachelier(gain, std * annuity[i]), total[i])
