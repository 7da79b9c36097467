"""Legs, runs of segments: flows between two pillars are one polynomial in two deviations. Twins in numpy/ and cuda/.

A path outside a polynomial's range has its flows summed one by one; with degree 0, where there are few of them, all
paths do.
"""

from collections.abc import Callable

from numba import njit

from kernels.layout import Flows, Leg, Segment
from kernels.numba.draws.normal import exp_f64
from kernels.numba.intrinsics import fma
from kernels.numba.payoffs.chebyshev import beyond
from kernels.numba.settings import BLOCK, INLINE, PART
from kernels.records import Rows
from kernels.types import F64, I64, Bools


def _polynomial_rows(degree: int, first: int, last: int) -> Callable[[F64, F64, F64, F64], None]:
    """Return the kernel that goes on with Horner's rule in u over the rows of v-order `first` to `last`.

    With constant bounds LLVM unrolls all but the loop over paths, up to some 70 terms: higher degrees go in two parts.
    """

    @njit(**INLINE)
    def go_on(c: F64, u: F64, v: F64, value: F64) -> None:
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


@njit(**PART)
def add_polynomial(degree: int, c: F64, u: F64, v: F64, value: F64, total: F64) -> None:
    """Add one segment's polynomial of terms c (n_terms,) to `total` (BLOCK,) [currency]; `value` is a scratch row."""
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


@njit(**PART)
def add_flows(value: F64, exponents: F64, below: F64, above: F64, segment: F64, total: F64) -> None:
    """Add the flows of one segment to `total` (BLOCK,) [currency], one by one; `segment` is a scratch row."""
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


@njit(**PART)
def add_segments(
    segments: Rows[Segment],
    degrees: I64,
    coefficients: F64,
    value: F64,
    exponents: F64,
    deviations: F64,
    scaled: F64,
    outside: Bools,
    scratch: F64,
    total: F64,
) -> None:
    """Add segments to `total` (BLOCK,).

    degrees, coefficients  (n,) (n, n_terms)  of these segments, in this scenario
    value, exponents    (n_flows,) (n_flows, 2)  all flows, in this scenario
    deviations, scaled  (n_factors, STRIDE)  deviations from the start, and the same mapped to [-1, 1]
    outside             (n_factors,)      whether some path lies outside [-1, 1]
    scratch             (2, STRIDE)          rows to work in
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


@njit(**PART)
def add_leg(
    flows: Flows, leg: Leg, scenario: int, observed: F64, scaled: F64, outside: Bools, scratch: F64, total: F64
) -> None:
    """Add a leg to `total` (BLOCK,) [currency], as its day sees it; arguments as in `revalue`, scratch (2, STRIDE)."""
    first, last, when = leg.first, leg.last, leg.when
    add_segments(
        flows.segments[first:last],
        flows.segment_degree[scenario, first:last],
        flows.coefficients[scenario, first:last],
        flows.value[scenario],
        flows.exponents,
        observed[when],
        scaled[when],
        outside[when],
        scratch,
        total,
    )


@njit(**PART)
def scale(centre: F64, inverse_width: F64, observed: F64, scaled: F64, outside: Bools) -> None:
    """Map deviations (n_observations, n_factors, STRIDE) to [-1, 1], and say of which factors a path lies outside."""
    for o in range(observed.shape[0]):
        for f in range(observed.shape[1]):
            middle, inverse = centre[f], inverse_width[f]
            for i in range(BLOCK):
                scaled[o, f, i] = (observed[o, f, i] - middle) * inverse
            outside[o, f] = beyond(scaled[o, f])
