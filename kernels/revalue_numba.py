"""Value every book on a block of paths, and subtract the base. Twin: cuda/revalue.cuh.

Flows between two pillars are one polynomial in the two pillars' deviations. A path outside its range has its flows
summed one by one; with degree 0 all paths do. A leg is a run of such segments. A book's own legs go straight into its
total; those that futures and swaptions share are valued once, beforehand.
"""

from typing import Any

from numba import njit

from kernels.futures_numba import add_future
from kernels.intrinsics_numba import fma
from kernels.normal_numba import exp_f64
from kernels.numba_settings import BLOCK, INLINE, STRICT
from kernels.options_numba import OPTION_ROWS, add_group
from kernels.swaptions_numba import add_swaption

SCRATCH_ROWS = 2 + OPTION_ROWS  # that revalue needs


def _add_polynomial(degree: int) -> Any:
    """Return the kernel for one total degree: with constant bounds LLVM unrolls all but the loop over paths."""
    n_terms = (degree + 1) * (degree + 2) // 2

    @njit(**INLINE)
    def add(c: Any, u: Any, v: Any, total: Any) -> None:
        for i in range(BLOCK):
            value = 0.0
            k = n_terms
            for order in range(degree + 1):  # of v, beside u to the power degree - order
                k -= 1
                row = c[k]
                for _ in range(order):
                    k -= 1
                    row = fma(row, v[i], c[k])
                value = fma(value, u[i], row)
            total[i] += value

    return add


_add_polynomial_6 = _add_polynomial(6)
_add_polynomial_8 = _add_polynomial(8)
_add_polynomial_10 = _add_polynomial(10)
_add_polynomial_14 = _add_polynomial(14)


@njit(**STRICT)
def add_polynomial(degree: int, c: Any, u: Any, v: Any, total: Any) -> None:
    """Add one segment's polynomial, terms `c`, to `total`; u, v and total are rows of a block. One of base.DEGREES."""
    if degree == 6:
        _add_polynomial_6(c, u, v, total)
    elif degree == 8:
        _add_polynomial_8(c, u, v, total)
    elif degree == 10:
        _add_polynomial_10(c, u, v, total)
    else:
        _add_polynomial_14(c, u, v, total)


@njit(**INLINE)
def flow_sum(value: Any, exponents: Any, below: Any, above: Any) -> Any:
    """Sum of the flows of one segment for one path with these two deviations."""
    total = 0.0
    for j in range(value.size):
        total = fma(value[j], exp_f64(fma(exponents[j, 1], above, exponents[j, 0] * below)), total)
    return total


@njit(**STRICT)
def add_flows(value: Any, exponents: Any, below: Any, above: Any, segment: Any, total: Any) -> None:
    """Add the flows of one segment to `total`, summed flow by flow; `segment` is a scratch row."""
    for i in range(BLOCK):
        segment[i] = 0.0
    for j in range(value.size):
        v, e0, e1 = value[j], exponents[j, 0], exponents[j, 1]
        for i in range(BLOCK):
            segment[i] = fma(v, exp_f64(fma(e1, above[i], e0 * below[i])), segment[i])
    for i in range(BLOCK):
        total[i] += segment[i]


@njit(**INLINE)
def beyond(u: Any) -> bool:
    """Whether some path of the row lies outside [-1, 1]."""
    widest = 0.0
    for i in range(BLOCK):
        widest = max(widest, abs(u[i]))
    return widest > 1.0


@njit(**STRICT)
def add_segment(book: Any, scenario: int, g: int, deviations: Any, scaled: Any, scratch: Any, total: Any) -> None:
    """Add segment g of a scenario to `total` (BLOCK,).

    deviations, scaled  (n_factors, ROW)  deviations from the start, and the same mapped to [-1, 1]
    scratch             (2, ROW)          rows to work in
    """
    f, h = book.segment_factors[g, 0], book.segment_factors[g, 1]
    first, last = book.flow_range[g, 0], book.flow_range[g, 1]
    value, exponents = book.flow_value[scenario, first:last], book.flow_exponents[first:last]
    if book.degree == 0:
        add_flows(value, exponents, deviations[f], deviations[h], scratch[0], total)
        return
    c = book.coefficients[scenario, g]
    if not (beyond(scaled[f]) or beyond(scaled[h])):
        add_polynomial(book.degree, c, scaled[f], scaled[h], total)
        return
    inside, each = scratch[0], scratch[1]
    for i in range(BLOCK):
        inside[i] = total[i]
    add_polynomial(book.degree, c, scaled[f], scaled[h], inside)
    add_flows(value, exponents, deviations[f], deviations[h], each, total)
    for i in range(BLOCK):
        if abs(scaled[f, i]) <= 1.0 and abs(scaled[h, i]) <= 1.0:
            total[i] = inside[i]


@njit(**STRICT)
def add_leg(book: Any, scenario: int, leg: int, observed: Any, scaled: Any, scratch: Any, total: Any) -> None:
    """Add a leg to `total` (BLOCK,), as its day sees it; observed, scaled (n_observations, n_factors, ROW)."""
    when = book.leg_when[leg]
    for g in range(book.leg_range[leg, 0], book.leg_range[leg, 1]):
        add_segment(book, scenario, g, observed[when], scaled[when], scratch, total)


@njit(**STRICT)
def add_unit(book: Any, scenario: int, k: int, observed: Any, total: Any) -> None:
    """Add unit k, a value that moves with one factor's exponential, to `total` (BLOCK,)."""
    value, x = book.unit_value[scenario, k], observed[book.unit_when[k], book.unit_factor[k]]
    for i in range(BLOCK):
        total[i] = fma(value, exp_f64(x[i]), total[i])


@njit(**STRICT)
def add_holdings(
    book: Any, scenario: int, b: int, c: int, observed: Any, scaled: Any, legs: Any, scratch: Any, total: Any
) -> None:
    """Add what book b holds in currency c to `total` (BLOCK,), in the currency; see revalue for the rest."""
    add_leg(book, scenario, b * book.fx_factor.size + c, observed, scaled, scratch, total)
    for k in range(book.unit_range[b, c, 0], book.unit_range[b, c, 1]):
        add_unit(book, scenario, k, observed, total)
    for j in range(book.future_range[b, c, 0], book.future_range[b, c, 1]):
        add_future(book, scenario, j, observed, legs, scratch, total)
    for j in range(book.swaption_range[b, c, 0], book.swaption_range[b, c, 1]):
        add_swaption(book, j, legs, total)
    if c == 0:
        for g in range(book.group_range[b, 0], book.group_range[b, 1]):
            add_group(book, scenario, g, observed, scratch, total)


@njit(**STRICT)
def scale(book: Any, scenario: int, deviations: Any, scaled: Any) -> None:
    """Map deviations to the polynomials' range [-1, 1]: scaled (n_factors, ROW), out."""
    for f in range(deviations.shape[0]):
        middle, inverse = book.centre[scenario, f], book.inverse_width[scenario, f]
        for i in range(BLOCK):
            scaled[f, i] = (deviations[f, i] - middle) * inverse


@njit(**STRICT)
def revalue(book: Any, scenario: int, observed: Any, scaled: Any, fx: Any, legs: Any, scratch: Any, pnl: Any) -> None:
    """P&L of the total and of each book on a block of paths, in the reporting currency.

    observed  (n_observations, n_factors, ROW)  deviations from the scenario's start
    scaled    (n_observations, n_factors, ROW)  scratch
    fx        (n_currencies, ROW)               scratch: JPY per unit at the horizon on each path
    legs      (n, ROW)                          scratch: values of the legs after those of the books
    scratch   (SCRATCH_ROWS, ROW)               scratch
    pnl       (1 + n_books, ROW)                out
    """
    n_books, n_currencies = book.base_value.size, book.fx_factor.size
    total, value, spare = scratch[0], scratch[1], scratch[2:]
    horizon = observed[observed.shape[0] - 1]
    for o in range(observed.shape[0]):
        scale(book, scenario, observed[o], scaled[o])
    for c in range(1, n_currencies):
        f, start = book.fx_factor[c], book.fx_start[scenario, c]
        for i in range(BLOCK):
            fx[c, i] = start * exp_f64(horizon[f, i])
    for i in range(BLOCK):
        fx[0, i] = 1.0
        pnl[0, i] = 0.0
    for leg in range(legs.shape[0]):
        for i in range(BLOCK):
            legs[leg, i] = 0.0
        add_leg(book, scenario, n_books * n_currencies + leg, observed, scaled, spare, legs[leg])
    for b in range(n_books):
        for i in range(BLOCK):
            value[i] = 0.0
        for c in range(n_currencies):
            for i in range(BLOCK):
                total[i] = book.cash[scenario, b, c]
            add_holdings(book, scenario, b, c, observed, scaled, legs, spare, total)
            for i in range(BLOCK):
                value[i] = fma(fx[c, i], total[i], value[i])
        for i in range(BLOCK):
            profit = value[i] / fx[book.reporting, i] - book.base_value[b]
            pnl[1 + b, i] = profit
            pnl[0, i] += profit
