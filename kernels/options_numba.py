"""FX calls by Black's formula under a smile, group by group, or by the group's table. Twin: cuda/options.cuh.

A group is the calls of one book and expiry. Its forward moves with the rate and two discount factors, its
at-the-money vol with the vol factor; the smile is static in standardised moneyness. A path outside the table's range
has its options priced one by one; without a table all paths do.
"""

from typing import Any

import numpy as np
from numba import njit

from kernels.gauss_numba import MAX_EXPONENT, bounded, bounded_exp, density, distance_from_0, mills_p, mills_q
from kernels.intrinsics_numba import fma
from kernels.normal_numba import log_f64
from kernels.numba_settings import BLOCK, INLINE, STRICT

F64 = np.float64

OPTION_ROWS = 9  # scratch rows that add_group needs
LEAST_STD, MOST_STD = 1e-100, 1e100  # of ln(forward) to expiry: with these nothing overflows


@njit(**INLINE)
def black_call(forward: F64, strike: F64, d1: F64, d2: F64) -> F64:
    """F N(d1) - K N(d2) with one exponential, for K n(d2) = F n(d1), and one division, for both Mills' ratios."""
    a1, a2 = distance_from_0(d1), distance_from_0(d2)
    q1, q2 = mills_q(a1), mills_q(a2)
    t1, t2 = mills_p(a1) * q2, mills_p(a2) * q1
    tails = (0.0 - t1 if d1 > 0.0 else t1) + (t2 if d2 > 0.0 else 0.0 - t2)
    sure = (forward if d1 > 0.0 else 0.0) - (strike if d2 > 0.0 else 0.0)
    return fma(forward * density(a1), tails / (q1 * q2), sure)


@njit(**STRICT)
def add_calls(
    strike: Any, amount: Any, start: F64, smile: Any, moved: Any, forward: Any, std: Any, inverse: Any, total: Any
) -> None:
    """Add a group's undiscounted value, option by option, to `total` (BLOCK,).

    start           forward with no deviation
    smile           (7,)      c0 to c4, low, high: see BookArrays.group_smile
    moved, forward  (BLOCK,)  ln(forward / start), forward
    std, inverse    (BLOCK,)  at-the-money standard deviation of ln(forward) to expiry, and 1 / it
    """
    c0, c1, c2, c3, c4, low, high = smile[0], smile[1], smile[2], smile[3], smile[4], smile[5], smile[6]
    for j in range(strike.size):
        k, q = strike[j], amount[j]
        distance = log_f64(k / start)
        for i in range(BLOCK):
            m = (distance - moved[i]) * inverse[i]
            x = bounded(m, low, high)
            s = fma(fma(fma(fma(c4, x, c3), x, c2), x, c1), x, c0)
            d = (0.0 - m) / s
            half = 0.5 * s * std[i]
            total[i] = fma(q, black_call(forward[i], k, d + half, d - half), total[i])


@njit(**STRICT)
def add_payoffs(strike: Any, amount: Any, forward: Any, total: Any) -> None:
    """As add_calls at expiry, or without vol."""
    for j in range(strike.size):
        k, q = strike[j], amount[j]
        for i in range(BLOCK):
            gain = forward[i] - k
            total[i] = fma(q, gain if gain > 0.0 else 0.0, total[i])


@njit(**STRICT)
def log_point(book: Any, point: int, observed: Any, out: Any) -> None:
    """Logarithm of a point over its start on each path: out (BLOCK,); observed (n_observations, n_factors, ROW)."""
    deviations = observed[book.point_when[point]]
    a, b = book.point_exponents[point, 0], book.point_exponents[point, 1]
    below, above = deviations[book.point_factors[point, 0]], deviations[book.point_factors[point, 1]]
    for i in range(BLOCK):
        out[i] = fma(b, above[i], a * below[i])


@njit(**STRICT)
def price_group(book: Any, scenario: int, g: int, start: F64, deviations: Any, moved: Any, rows: Any, out: Any) -> None:
    """Undiscounted value of group g, option by option: out (BLOCK,); rows (3, ROW) scratch; see add_calls."""
    forward, std, inverse = rows[0], rows[1], rows[2]
    first, last = book.option_range[g, 0], book.option_range[g, 1]
    strike, amount = book.option_strike[first:last], book.option_amount[first:last]
    for i in range(BLOCK):
        forward[i] = start * bounded_exp(moved[i])
        out[i] = 0.0
    still = book.group_vol[scenario, g] * np.sqrt(book.group_time[g])
    if still == 0.0:
        add_payoffs(strike, amount, forward, out)
        return
    factor = book.group_vol_factor[g]
    if factor < 0:
        for i in range(BLOCK):
            std[i] = still
    else:
        x = deviations[factor]
        for i in range(BLOCK):
            std[i] = bounded(still * bounded_exp(x[i]), LEAST_STD, MOST_STD)
    for i in range(BLOCK):
        inverse[i] = 1.0 / std[i]
    add_calls(strike, amount, start, book.group_smile[g], moved, forward, std, inverse, out)


@njit(**STRICT)
def vol_polynomial(c: Any, w: Any, out: Any) -> None:
    """out = c[0] + c[1] w + ... (BLOCK,): four terms a pass over the block, so that `out` is rarely stored."""
    top = c.size - 1
    for i in range(BLOCK):
        out[i] = c[top]
    left = top % 4
    for k in range(top - 1, top - 1 - left, -1):
        c0 = c[k]
        for i in range(BLOCK):
            out[i] = fma(out[i], w[i], c0)
    for k in range(top - 1 - left, 0, -4):
        c3, c2, c1, c0 = c[k], c[k - 1], c[k - 2], c[k - 3]
        for i in range(BLOCK):
            out[i] = fma(fma(fma(fma(out[i], w[i], c3), w[i], c2), w[i], c1), w[i], c0)


@njit(**STRICT)
def table_value(terms: Any, x: Any, w: Any, rows: Any, out: Any) -> None:
    """Sum of terms[k, l] T_k(x) w^l by Clenshaw's recurrence in x, two orders a pass: out (BLOCK,); rows (4, ROW)."""
    upper, lower, near, far = rows[0], rows[1], rows[2], rows[3]
    top = terms.shape[0] - 1
    for i in range(BLOCK):
        near[i] = 0.0
        far[i] = 0.0
    if top % 2 == 1:
        vol_polynomial(terms[top], w, near)
    for k in range(top - top % 2, 0, -2):
        vol_polynomial(terms[k], w, upper)
        vol_polynomial(terms[k - 1], w, lower)
        for i in range(BLOCK):
            twice = x[i] + x[i]
            far[i] = fma(twice, near[i], upper[i] - far[i])
            near[i] = fma(twice, far[i], lower[i] - near[i])
    vol_polynomial(terms[0], w, upper)
    for i in range(BLOCK):
        out[i] = fma(x[i], near[i], upper[i] - far[i])


@njit(**INLINE)
def outside(x: Any, w: Any) -> bool:
    """Whether some path of the block lies outside [-1, 1] in either."""
    widest = 0.0
    for i in range(BLOCK):
        widest = max(widest, max(abs(x[i]), abs(w[i])))
    return widest > 1.0


@njit(**STRICT)
def tabled_group(
    book: Any, scenario: int, g: int, start: F64, deviations: Any, moved: Any, rows: Any, out: Any
) -> None:
    """As price_group by the group's table, where paths are inside its range; rows (6, ROW) scratch."""
    t = book.table_index[g]
    middle = log_f64(start / book.table_forward[scenario, t])
    a, b = book.table_inverse_width[scenario, t, 0], book.table_inverse_width[scenario, t, 1]
    x, w = rows[0], rows[1]
    for i in range(BLOCK):
        x[i] = (middle + moved[i]) * a
        w[i] = 0.0
    factor = book.group_vol_factor[g]
    if factor >= 0:
        z = deviations[factor]
        for i in range(BLOCK):
            w[i] = z[i] * b
    table_value(book.table_terms[scenario, t], x, w, rows[2:6], out)
    if outside(x, w):
        each = rows[2]
        price_group(book, scenario, g, start, deviations, moved, rows[3:6], each)
        for i in range(BLOCK):
            out[i] = out[i] if abs(x[i]) <= 1.0 and abs(w[i]) <= 1.0 else each[i]


@njit(**STRICT)
def add_group(book: Any, scenario: int, g: int, observed: Any, scratch: Any, total: Any) -> None:
    """Add group g of a scenario to `total` (BLOCK,) [JPY at the horizon].

    observed  (n_observations, n_factors, ROW)  deviations from the start
    scratch   (OPTION_ROWS, ROW)                rows to work in
    """
    deviations = observed[book.group_when[g]]
    domestic, foreign = book.group_domestic[g], book.group_foreign[g]
    discount, moved, value = scratch[0], scratch[1], scratch[2]
    log_point(book, domestic, observed, discount)
    log_point(book, foreign, observed, moved)
    x = deviations[book.fx_factor[1]]
    for i in range(BLOCK):
        moved[i] = bounded(x[i] + (moved[i] - discount[i]), -MAX_EXPONENT, MAX_EXPONENT)
    still = book.point_start[scenario, domestic]
    start = book.fx_start[scenario, 1] * book.point_start[scenario, foreign] / still
    if book.table_index[g] < 0:
        price_group(book, scenario, g, start, deviations, moved, scratch[3:], value)
    else:
        tabled_group(book, scenario, g, start, deviations, moved, scratch[3:], value)
    still *= book.group_growth[g]
    for i in range(BLOCK):
        total[i] = fma(still * bounded_exp(discount[i]), value[i], total[i])
