"""Swaptions by Bachelier's formula, one by one, no table. Twins in numba/ and cuda/."""

import numpy as np
from scipy.special import ndtr

from kernels.layout import Points, Run, Swaptions
from kernels.types import F64


def bachelier(gain: F64, spread: F64) -> F64:
    """Return the mean of max(gain + spread Z, 0), Z normal: (n,) [unit of gain]; spreads (n,) are all 0 or none is."""
    if np.all(spread == 0.0):
        return np.maximum(gain, 0.0)
    d = gain / spread
    return np.asarray(gain * ndtr(d) + spread * np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi))


def add_swaptions(
    tables: Swaptions,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add the swaptions of an account, on the forward rates of their swaps, to `total` (n,) [currency]."""
    owned = tables.owned[book, currency]
    for j in range(owned.first, owned.last):
        swap = tables.swaps[j]
        annuity = legs[swap.annuity]
        rate = legs[swap.floating] / annuity
        vol = np.full_like(rate, tables.vol[scenario, j])
        if swap.vol_factor >= 0:
            vol *= np.exp(observed[swap.when, swap.vol_factor])
        for k in range(swap.first, swap.last):
            swaption = tables.swaptions[k]
            value = bachelier(swaption.payer * (rate - swaption.strike), swaption.spread * vol)
            total += swaption.quantity * annuity * value
