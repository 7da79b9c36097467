"""Value every book on a block of paths, and subtract the base. Twin: cuda/revalue.cuh.

Flows between two pillars are one polynomial in the two pillars' deviations. A path outside its range has its flows
summed one by one; with degree 0, where there are few of them, all paths do. A leg is a run of such segments. A book's
own legs go straight into its total; those that futures and swaptions share are valued once, beforehand.
"""

from typing import Any

from numba import njit

from kernels.numba.chebyshev import beyond
from kernels.numba.futures import add_futures
from kernels.numba.intrinsics import fma
from kernels.numba.normal import exp_f64
from kernels.numba.options import OPTION_ROWS, add_groups
from kernels.numba.settings import BLOCK, INLINE, STRICT
from kernels.numba.swaptions import add_swaptions

SCRATCH_ROWS = 2 + OPTION_ROWS  # that revalue needs


def _polynomial_rows(degree: int, first: int, last: int) -> Any:
    """Return the kernel that goes on with Horner's rule in u over the rows of v-order `first` to `last`.

    With constant bounds LLVM unrolls all but the loop over paths, up to some 70 terms: higher degrees go in two parts.
    """

    @njit(**INLINE)
    def go_on(c: Any, u: Any, v: Any, value: Any) -> None:
        for i in range(BLOCK):
            total = value[i]
            for order in range(first, last + 1):  # of v, beside u to the power degree - order
                a = degree - order
                row = c[((degree * (degree + 1)) >> 1) + a]
                for less in range(1, order + 1):
                    row = fma(row, v[i], c[(((degree - less) * (degree - less + 1)) >> 1) + a])
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
    if value.size == 1:
        v, e0, e1 = value[0], exponents[0, 0], exponents[0, 1]
        for i in range(BLOCK):
            total[i] += fma(v, exp_f64(fma(e1, above[i], e0 * below[i])), 0.0)
        return
    for i in range(BLOCK):
        segment[i] = 0.0
    for j in range(value.size):
        v, e0, e1 = value[j], exponents[j, 0], exponents[j, 1]
        for i in range(BLOCK):
            segment[i] = fma(v, exp_f64(fma(e1, above[i], e0 * below[i])), segment[i])
    for i in range(BLOCK):
        total[i] += segment[i]


@njit(**STRICT)
def add_segments(
    segments: Any,
    degrees: Any,
    coefficients: Any,
    value: Any,
    exponents: Any,
    deviations: Any,
    scaled: Any,
    outside: Any,
    scratch: Any,
    total: Any,
) -> None:
    """Add segments to `total` (BLOCK,).

    degrees, coefficients  (n,) (n, n_terms)  of these segments, in this scenario
    value, exponents    (n_flows,) (n_flows, 2)  all flows, in this scenario
    deviations, scaled  (n_factors, ROW)  deviations from the start, and the same mapped to [-1, 1]
    outside             (n_factors,)      whether some path lies outside [-1, 1]
    scratch             (2, ROW)          rows to work in
    """
    inside, each = scratch[0], scratch[1]
    for g in range(segments.size):
        segment, degree = segments[g], degrees[g]
        f, h = segment.below, segment.above
        x, y, u, v = deviations[f], deviations[h], scaled[f], scaled[h]
        flows, rates = value[segment.first : segment.last], exponents[segment.first : segment.last]
        if degree == 0:
            add_flows(flows, rates, x, y, each, total)
        elif not (outside[f] or outside[h]):
            add_polynomial(degree, coefficients[g], u, v, each, total)
        else:
            for i in range(BLOCK):
                inside[i] = total[i]
            add_polynomial(degree, coefficients[g], u, v, each, inside)
            add_flows(flows, rates, x, y, each, total)
            for i in range(BLOCK):
                if abs(u[i]) <= 1.0 and abs(v[i]) <= 1.0:
                    total[i] = inside[i]


@njit(**STRICT)
def add_leg(
    book: Any, scenario: int, leg: int, observed: Any, scaled: Any, outside: Any, scratch: Any, total: Any
) -> None:
    """Add a leg to `total` (BLOCK,), as its day sees it; arguments as in `revalue`, scratch (2, ROW)."""
    first, last, when = book.legs[leg].first, book.legs[leg].last, book.legs[leg].when
    add_segments(
        book.segments[first:last],
        book.segment_degree[scenario, first:last],
        book.coefficients[scenario, first:last],
        book.flow_value[scenario],
        book.flow_exponents,
        observed[when],
        scaled[when],
        outside[when],
        scratch,
        total,
    )


@njit(**STRICT)
def add_units(units: Any, value: Any, observed: Any, total: Any) -> None:
    """Add units, values (n,) that move with one factor's exponential, to `total` (BLOCK,)."""
    for k in range(units.size):
        v, x = value[k], observed[units[k].when, units[k].factor]
        for i in range(BLOCK):
            total[i] = fma(v, exp_f64(x[i]), total[i])


@njit(**STRICT)
def scale(centre: Any, inverse_width: Any, observed: Any, scaled: Any, outside: Any) -> None:
    """Map deviations to the polynomials' range [-1, 1], and say for which factors some path lies outside."""
    for o in range(observed.shape[0]):
        for f in range(observed.shape[1]):
            middle, inverse = centre[f], inverse_width[f]
            for i in range(BLOCK):
                scaled[o, f, i] = (observed[o, f, i] - middle) * inverse
            outside[o, f] = beyond(scaled[o, f])


@njit(**INLINE)
def add_derivatives(book: Any, s: int, b: int, c: int, observed: Any, legs: Any, scratch: Any, total: Any) -> None:
    """Add units, futures, swaptions and, in JPY, options of book b in currency c to `total` (BLOCK,)."""
    owned = book.owned[b * book.fx_factor.size + c]
    if owned.last_unit > owned.first_unit:
        units = book.units[owned.first_unit : owned.last_unit]
        add_units(units, book.unit_value[s, owned.first_unit : owned.last_unit], observed, total)
    if owned.last_future > owned.first_future:
        futures = book.futures[owned.first_future : owned.last_future]
        add_futures(futures, book.deliverables, book.points, book.point_start[s], observed, legs, scratch, total)
    if owned.last_swap > owned.first_swap:
        swaps = book.swaps[owned.first_swap : owned.last_swap]
        add_swaptions(swaps, book.swaptions, book.rate_tables[s], book.rate_terms[s], legs, scratch, total)
    first, last = book.group_range[b, 0], book.group_range[b, 1]
    if c == 0 and last > first:
        add_groups(
            book.groups[first:last],
            book.group_vol[s, first:last],
            book.options,
            book.tables[s],
            book.table_terms[s],
            book.points,
            book.point_start[s],
            book.fx_start[s, 1],
            book.fx_factor[1],
            observed,
            scratch,
            total,
        )


@njit(**STRICT)
def revalue(
    book: Any,
    scenario: int,
    observed: Any,
    scaled: Any,
    outside: Any,
    fx: Any,
    legs: Any,
    scratch: Any,
    pnl: Any,
) -> None:
    """P&L of the total and of each book on a block of paths, in the reporting currency. `book` is tables.Tables.

    observed  (n_observations, n_factors, ROW)  deviations from the scenario's start
    scaled    (n_observations, n_factors, ROW)  scratch
    outside   (n_observations, n_factors)       scratch: whether some path's scaled deviation is beyond [-1, 1]
    fx        (n_currencies, ROW)               scratch: JPY per unit at the horizon on each path
    legs      (n, ROW)                          scratch: values of the legs after the books' own
    scratch   (SCRATCH_ROWS, ROW)               scratch
    pnl       (1 + n_books, ROW)                out
    """
    n_books, n_currencies = book.base_value.size, book.fx_factor.size
    total, value, spare = scratch[0], scratch[1], scratch[2:]
    horizon = observed[observed.shape[0] - 1]
    scale(book.centre[scenario], book.inverse_width[scenario], observed, scaled, outside)
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
        add_leg(book, scenario, n_books * n_currencies + leg, observed, scaled, outside, spare, legs[leg])
    for b in range(n_books):
        for i in range(BLOCK):
            value[i] = 0.0
        for c in range(n_currencies):
            for i in range(BLOCK):
                total[i] = book.cash[scenario, b, c]
            add_leg(book, scenario, b * n_currencies + c, observed, scaled, outside, spare, total)
            add_derivatives(book, scenario, b, c, observed, legs, spare, total)
            for i in range(BLOCK):
                value[i] = fma(fx[c, i], total[i], value[i])
        for i in range(BLOCK):
            profit = value[i] / fx[book.reporting, i] - book.base_value[b]
            pnl[1 + b, i] = profit
            pnl[0, i] += profit
