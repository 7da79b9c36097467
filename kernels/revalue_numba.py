"""Value every book on a block of paths, and subtract the base. Twin: cuda/revalue.cuh.

Flows between two pillars are one polynomial in the two pillars' deviations. A path outside its range has its flows
summed one by one; with degree 0 all paths do.
"""

from typing import Any

from numba import njit

from kernels.intrinsics_numba import fma
from kernels.normal_numba import exp_f64
from kernels.numba_settings import BLOCK, INLINE, STRICT


def _polynomial_rows(degree: int, first: int, last: int) -> Any:
    """Return the kernel that goes on with Horner's rule in u over the rows of v-order `first` to `last`.

    With constant bounds LLVM unrolls all but the loop over paths, up to some 70 terms: higher degrees go in two parts.
    """
    top = (degree + 1) * (degree + 2) // 2 - first * (first + 1) // 2  # place above the last term of row `first`

    @njit(**INLINE)
    def go_on(c: Any, u: Any, v: Any, value: Any) -> None:
        for i in range(BLOCK):
            total = value[i]
            k = top
            for order in range(first, last + 1):  # of v, beside u to the power degree - order
                k -= 1
                row = c[k]
                for _ in range(order):
                    k -= 1
                    row = fma(row, v[i], c[k])
                total = fma(total, u[i], row)
            value[i] = total

    return go_on


_rows_6 = _polynomial_rows(6, 0, 6)
_rows_8 = _polynomial_rows(8, 0, 8)
_rows_10 = _polynomial_rows(10, 0, 10)
_rows_14_low, _rows_14_high = _polynomial_rows(14, 0, 10), _polynomial_rows(14, 11, 14)


@njit(**STRICT)
def add_polynomial(degree: int, c: Any, u: Any, v: Any, value: Any, total: Any) -> None:
    """Add one segment's polynomial, terms `c`, to `total`: rows of a block, `value` to work in. One of base.DEGREES."""
    for i in range(BLOCK):
        value[i] = 0.0
    if degree == 6:
        _rows_6(c, u, v, value)
    elif degree == 8:
        _rows_8(c, u, v, value)
    elif degree == 10:
        _rows_10(c, u, v, value)
    else:
        _rows_14_low(c, u, v, value)
        _rows_14_high(c, u, v, value)
    for i in range(BLOCK):
        total[i] += value[i]


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
    n = 0
    for i in range(BLOCK):
        n += not (abs(u[i]) <= 1.0)
    return n > 0


@njit(**STRICT)
def add_segment(
    book: Any, scenario: int, g: int, deviations: Any, scaled: Any, outside: Any, scratch: Any, total: Any
) -> None:
    """Add segment g of a scenario to `total` (BLOCK,).

    deviations, scaled  (n_factors, ROW)  deviations from the start, and the same mapped to [-1, 1]
    outside             (n_factors,)      whether some path lies outside [-1, 1]
    scratch             (2, ROW)          rows to work in
    """
    f, h = book.segment_factors[g, 0], book.segment_factors[g, 1]
    first, last = book.flow_range[g, 0], book.flow_range[g, 1]
    value, exponents = book.flow_value[scenario, first:last], book.flow_exponents[first:last]
    if book.degree == 0:
        add_flows(value, exponents, deviations[f], deviations[h], scratch[0], total)
        return
    c = book.coefficients[scenario, g]
    if not (outside[f] or outside[h]):
        add_polynomial(book.degree, c, scaled[f], scaled[h], scratch[0], total)
        return
    inside, each = scratch[0], scratch[1]
    for i in range(BLOCK):
        inside[i] = total[i]
    add_polynomial(book.degree, c, scaled[f], scaled[h], each, inside)
    add_flows(value, exponents, deviations[f], deviations[h], each, total)
    for i in range(BLOCK):
        if abs(scaled[f, i]) <= 1.0 and abs(scaled[h, i]) <= 1.0:
            total[i] = inside[i]


@njit(**STRICT)
def revalue(
    book: Any, scenario: int, deviations: Any, fx: Any, scaled: Any, outside: Any, scratch: Any, pnl: Any
) -> None:
    """P&L of the total and of each book on a block of paths, in the reporting currency.

    deviations  (n_factors, ROW)     at the horizon, from the scenario's start
    fx          (n_currencies, ROW)  scratch: JPY per unit on each path
    scaled      (n_factors, ROW)     scratch
    outside     (n_factors,)         scratch, bool
    scratch     (4, ROW)             scratch
    pnl         (1 + n_books, ROW)   out
    """
    n_books, n_currencies = book.segment_range.shape[:2]
    total, value, spare = scratch[0], scratch[1], scratch[2:]
    for f in range(deviations.shape[0]):
        middle, inverse = book.centre[scenario, f], book.inverse_width[scenario, f]
        for i in range(BLOCK):
            scaled[f, i] = (deviations[f, i] - middle) * inverse
        outside[f] = beyond(scaled[f])
    for c in range(1, n_currencies):
        f, start = book.fx_factor[c], book.fx_start[scenario, c]
        for i in range(BLOCK):
            fx[c, i] = start * exp_f64(deviations[f, i])
    for i in range(BLOCK):
        fx[0, i] = 1.0
        pnl[0, i] = 0.0
    for b in range(n_books):
        for i in range(BLOCK):
            value[i] = 0.0
        for c in range(n_currencies):
            for i in range(BLOCK):
                total[i] = book.cash[scenario, b, c]
            for g in range(book.segment_range[b, c, 0], book.segment_range[b, c, 1]):
                add_segment(book, scenario, g, deviations, scaled, outside, spare, total)
            for i in range(BLOCK):
                value[i] = fma(fx[c, i], total[i], value[i])
        for i in range(BLOCK):
            profit = value[i] / fx[book.reporting, i] - book.base_value[b]
            pnl[1 + b, i] = profit
            pnl[0, i] += profit
