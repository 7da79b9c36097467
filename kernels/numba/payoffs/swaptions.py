"""Swaptions by Bachelier's formula on the values of their two legs, or by their swap's table.

Twins in numpy/ and cuda/.

Swaptions of a book on one swap share its legs; per unit of annuity their value is a function of the forward swap rate,
and of the vol's factor where one moves it: such swaps have no table.
A path outside its table's range has them priced one by one; without a table all paths do.
"""

from numba import njit

from kernels.layout import Points, Run, Swaption, Swaptions
from kernels.numba.intrinsics import fma
from kernels.numba.payoffs.chebyshev import beyond, series_value
from kernels.numba.payoffs.gauss import bounded_exp, density, distance_from_0, mills_p, mills_q
from kernels.numba.settings import BLOCK, INLINE, PART
from kernels.records import Rows
from kernels.types import F64

LEAST_SPREAD = 1e-100


@njit(**INLINE)
def bachelier(gain: float, spread: float) -> float:
    """Mean of max(gain + spread Z, 0), Z normal: max(gain, 0) + spread (n(a) - a N(-a)), a = |gain / spread|."""
    a = distance_from_0(gain / (spread if spread > LEAST_SPREAD else LEAST_SPREAD))
    q = mills_q(a)
    beyond = density(a) * (fma(0.0 - a, mills_p(a), q) / q)
    return fma(spread, beyond, gain if gain > 0.0 else 0.0)


@njit(**PART)
def price_swaptions(
    swaptions: Rows[Swaption], floating: F64, annuity: F64, vol: float, moved: F64, scale: F64, out: F64
) -> None:
    """Compute the value of the swaptions on one swap, one by one: out (BLOCK,) [currency].

    vol    of all of them, over that of the base market, with no deviation
    moved  (BLOCK,)  deviation of the vol's factor; (0,) without one
    scale  (BLOCK,)  scratch: annuity times vol
    """
    for i in range(BLOCK):
        out[i] = 0.0
        scale[i] = annuity[i] * vol
    if moved.size:
        for i in range(BLOCK):
            scale[i] = scale[i] * bounded_exp(moved[i])
    for j in range(swaptions.size):
        swaption = swaptions[j]
        quantity, strike, spread = swaption.quantity, swaption.strike, swaption.spread
        sign = 1.0 if swaption.payer > 0 else -1.0
        for i in range(BLOCK):
            gain = sign * fma(0.0 - strike, annuity[i], floating[i])
            out[i] = fma(quantity, bachelier(gain, spread * scale[i]), out[i])


@njit(**PART)
def add_swaptions(
    tables: Swaptions,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: F64,
    scratch: F64,
    total: F64,
) -> None:
    """Add the swaptions of an account, swap by swap, to `total` (BLOCK,) [currency].

    Arguments as in kernels.numba.payoffs.all_payoffs, of scratch four rows.
    """
    x, value, each, scale = scratch[0], scratch[1], scratch[2], scratch[3]
    swaps, swaptions, rows, terms, vols = tables.swaps, tables.swaptions, tables.tables, tables.terms, tables.vol
    owned = tables.owned[book, currency]
    for j in range(owned.first, owned.last):
        swap = swaps[j]
        floating, annuity = legs[swap.floating], legs[swap.annuity]
        whole = swap.table >= 0
        if whole:
            table = rows[scenario, swap.table]
            rate, inverse = table.rate, table.inverse
            for i in range(BLOCK):
                x[i] = (floating[i] / annuity[i] - rate) * inverse
            series_value(terms[scenario, swap.table], table.n_x, x, each, scale, value)
            whole = not beyond(x)
            for i in range(BLOCK):
                value[i] = value[i] * annuity[i]
        if not whole:
            own, vol = swaptions[swap.first : swap.last], vols[scenario, j]
            moved = observed[swap.when, max(swap.vol_factor, 0)][: BLOCK if swap.vol_factor >= 0 else 0]
            price_swaptions(own, floating, annuity, vol, moved, scale, each)
            for i in range(BLOCK):
                inside = swap.table >= 0 and abs(x[i]) <= 1.0
                value[i] = value[i] if inside else each[i]
        for i in range(BLOCK):
            total[i] += value[i]
