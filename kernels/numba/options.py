"""FX calls by Black's formula under a smile, group by group, or by the group's table. Twin: cuda/options.cuh.

A group is the calls of one book and expiry. Its forward moves with the rate and two discount factors, its
at-the-money vol with the vol factor; the smile is static in standardised moneyness. A path outside the table's range
has its options priced one by one; without a table all paths do.
"""

from typing import Any

import numpy as np
from numba import njit

from kernels.numba.chebyshev import beyond, table_value
from kernels.numba.gauss import MAX_EXPONENT, bounded, bounded_exp, density, distance_from_0, mills_p, mills_q
from kernels.numba.intrinsics import fma
from kernels.numba.normal import log_f64
from kernels.numba.points import log_point
from kernels.numba.settings import BLOCK, INLINE, STRICT

F64 = np.float64

OPTION_ROWS = 9  # scratch rows that add_groups needs
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
def add_calls(options: Any, group: Any, start: F64, moved: Any, forward: Any, std: Any, inverse: Any, out: Any) -> None:
    """Add calls, one by one and undiscounted, to `out` (BLOCK,).

    group           for its smile
    start           forward with no deviation
    moved, forward  (BLOCK,)  ln(forward / start), forward
    std, inverse    (BLOCK,)  at-the-money standard deviation of ln(forward) to expiry, and 1 / it
    """
    c0, c1, c2, c3, c4 = group.c0, group.c1, group.c2, group.c3, group.c4
    bend = 1.0 / (group.reach * group.reach)
    for j in range(options.size):
        strike, amount = options[j].strike, options[j].amount
        distance = log_f64(strike / start)
        for i in range(BLOCK):
            m = (distance - moved[i]) * inverse[i]
            x = m / np.sqrt(fma(m * m, bend, 1.0))
            s = fma(fma(fma(fma(c4, x, c3), x, c2), x, c1), x, c0)
            d = (0.0 - m) / s
            half = 0.5 * s * std[i]
            out[i] = fma(amount, black_call(forward[i], strike, d + half, d - half), out[i])


@njit(**INLINE)
def add_payoffs(options: Any, forward: Any, out: Any) -> None:
    """As add_calls at expiry, or without vol; a strike below 0 is that of a put."""
    for j in range(options.size):
        strike, amount = options[j].strike, options[j].amount
        for i in range(BLOCK):
            gain = (forward[i] if strike > 0.0 else 0.0 - forward[i]) - strike
            out[i] = fma(amount, gain if gain > 0.0 else 0.0, out[i])


@njit(**STRICT)
def price_group(
    options: Any, group: Any, vol: F64, start: F64, deviations: Any, moved: Any, rows: Any, out: Any
) -> None:
    """Undiscounted value of a group, option by option: out (BLOCK,).

    vol         at the money, with no deviation
    start       forward with no deviation
    deviations  (n_factors, ROW)  on the group's day
    moved       (BLOCK,)          ln(forward / start)
    rows        (3, ROW)          rows to work in
    """
    forward, std, inverse = rows[0], rows[1], rows[2]
    for i in range(BLOCK):
        forward[i] = start * bounded_exp(moved[i])
        out[i] = 0.0
    still = vol * np.sqrt(group.time)
    if still == 0.0:
        add_payoffs(options, forward, out)
        return
    for i in range(BLOCK):
        std[i] = still
    if group.vol_factor >= 0:
        x = deviations[group.vol_factor]
        for i in range(BLOCK):
            std[i] = bounded(still * bounded_exp(x[i]), LEAST_STD, MOST_STD)
    for i in range(BLOCK):
        inverse[i] = 1.0 / std[i]
    add_calls(options, group, start, moved, forward, std, inverse, out)


@njit(**INLINE)
def scale_to_table(table: Any, group: Any, start: F64, deviations: Any, moved: Any, x: Any, w: Any) -> None:
    """Map a group's forward and vol to the table's range, [-1, 1]: x and w (BLOCK,), out."""
    middle, a, b = log_f64(start / table.forward), table.inverse_x, table.inverse_w
    for i in range(BLOCK):
        x[i] = (middle + moved[i]) * a
        w[i] = 0.0
    if group.vol_factor >= 0:
        z = deviations[group.vol_factor]
        for i in range(BLOCK):
            w[i] = z[i] * b


@njit(**STRICT)
def add_groups(
    groups: Any,
    vols: Any,
    options: Any,
    tables: Any,
    terms: Any,
    points: Any,
    starts: Any,
    usdjpy: F64,
    fx_factor: int,
    observed: Any,
    scratch: Any,
    total: Any,
) -> None:
    """Add groups to `total` (BLOCK,) [JPY at the horizon]; all tables are of one scenario.

    vols      (n_groups,)                       at the money, with no deviation
    terms     (n_tables, n_x, n_w)              see BookArrays.table_terms
    starts    (n_points,)                       of the points
    usdjpy    at the start; fx_factor is its factor
    observed  (n_observations, n_factors, ROW)  deviations from the start
    scratch   (OPTION_ROWS, ROW)                rows to work in
    """
    discount, moved, value, x, w = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    each = scratch[5]
    for g in range(groups.size):
        group = groups[g]
        deviations = observed[group.when]
        log_point(points[group.domestic], observed, discount)
        log_point(points[group.foreign], observed, moved)
        fx = deviations[fx_factor]
        for i in range(BLOCK):
            moved[i] = bounded(fx[i] + (moved[i] - discount[i]), -MAX_EXPONENT, MAX_EXPONENT)
        start = usdjpy * starts[group.foreign] / starts[group.domestic]
        whole = group.table >= 0
        if whole:
            scale_to_table(tables[group.table], group, start, deviations, moved, x, w)
            table_value(terms[group.table], tables[group.table].n_x, x, w, each, scratch[6], value)
            whole = not (beyond(x) or beyond(w))
        if not whole:
            calls = options[group.first : group.last]
            price_group(calls, group, vols[g], start, deviations, moved, scratch[6:9], each)
            for i in range(BLOCK):
                inside = group.table >= 0 and abs(x[i]) <= 1.0 and abs(w[i]) <= 1.0
                value[i] = value[i] if inside else each[i]
        still = starts[group.domestic] * group.growth
        for i in range(BLOCK):
            total[i] = fma(still * bounded_exp(discount[i]), value[i], total[i])
