"""FX calls by Black's formula under a smile, group by group, or by the group's table. Twins in numpy/ and cuda/.

A group is the calls of one book, pair of currencies and expiry. Its forward moves with the rate and two discount
factors, its at-the-money vol with the vol factor, its smile, static in standardised moneyness, with the skew's. A path
outside the table's range has its options priced one by one; without a table, as where the skew moves, all paths do.
"""

import numpy as np
from numba import njit

from kernels.layout import FxOptions, Group, Option, OptionTable, Points, Run
from kernels.numba.draws.normal import log_f64
from kernels.numba.intrinsics import fma
from kernels.numba.payoffs.chebyshev import beyond, table_value
from kernels.numba.payoffs.gauss import MAX_EXPONENT, bounded, bounded_exp, density, distance_from_0, mills_p, mills_q
from kernels.numba.payoffs.points import log_point
from kernels.numba.settings import BLOCK, INLINE, PART
from kernels.records import Rows
from kernels.types import F64, I64

LEAST_STD, MOST_STD = 1e-100, 1e100  # of ln(forward) to expiry: with these nothing overflows


@njit(**INLINE)
def black_call(forward: float, strike: float, d1: float, d2: float) -> float:
    """F N(d1) - K N(d2) with one exponential, for K n(d2) = F n(d1), and one division, for both Mills' ratios."""
    a1, a2 = distance_from_0(d1), distance_from_0(d2)
    q1, q2 = mills_q(a1), mills_q(a2)
    t1, t2 = mills_p(a1) * q2, mills_p(a2) * q1
    tails = (0.0 - t1 if d1 > 0.0 else t1) + (t2 if d2 > 0.0 else 0.0 - t2)
    sure = (forward if d1 > 0.0 else 0.0) - (strike if d2 > 0.0 else 0.0)
    return fma(forward * density(a1), tails / (q1 * q2), sure)


@njit(**PART)
def sum_calls(
    options: Rows[Option],
    group: Group,
    start: float,
    moved: F64,
    forward: F64,
    std: F64,
    inverse: F64,
    c1: F64,
    out: F64,
) -> None:
    """Add calls, one by one and undiscounted, to `out` (BLOCK,) [domestic].

    group           for its smile but c1, (BLOCK,)
    start           forward with no deviation
    moved, forward  (BLOCK,)  ln(forward / start), forward
    std, inverse    (BLOCK,)  at-the-money standard deviation of ln(forward) to expiry, and 1 / it
    """
    c0, c2, c3, c4 = group.c0, group.c2, group.c3, group.c4
    bend = 1.0 / (group.reach * group.reach)
    for j in range(options.size):
        strike, amount = options[j].strike, options[j].amount
        distance = log_f64(strike / start)
        for i in range(BLOCK):
            m = (distance - moved[i]) * inverse[i]
            x = m / np.sqrt(fma(m * m, bend, 1.0))
            s = fma(fma(fma(fma(c4, x, c3), x, c2), x, c1[i]), x, c0)
            d = (0.0 - m) / s
            half = 0.5 * s * std[i]
            out[i] = fma(amount, black_call(forward[i], strike, d + half, d - half), out[i])


@njit(**INLINE)
def sum_payouts(options: Rows[Option], forward: F64, out: F64) -> None:
    """Do as sum_calls at expiry, or without vol: out (BLOCK,) [domestic]; a strike below 0 is that of a put."""
    for j in range(options.size):
        strike, amount = options[j].strike, options[j].amount
        for i in range(BLOCK):
            gain = (forward[i] if strike > 0.0 else 0.0 - forward[i]) - strike
            out[i] = fma(amount, gain if gain > 0.0 else 0.0, out[i])


@njit(**PART)
def price_group(
    options: Rows[Option],
    group: Group,
    vol: float,
    skew: float,
    start: float,
    deviations: F64,
    moved: F64,
    rows: F64,
    out: F64,
) -> None:
    """Compute the undiscounted value of a group, option by option: out (BLOCK,) [domestic].

    vol         at the money, with no deviation
    skew        its move since the base market, with no deviation
    start       forward with no deviation
    deviations  (n_factors, STRIDE)  on the group's day
    moved       (BLOCK,)             ln(forward / start)
    rows        (4, STRIDE)          rows to work in
    """
    forward, std, inverse, c1 = rows[0], rows[1], rows[2], rows[3]
    for i in range(BLOCK):
        forward[i] = start * bounded_exp(moved[i])
        out[i] = 0.0
    still = vol * np.sqrt(group.time)
    if still == 0.0:
        sum_payouts(options, forward, out)
        return
    for i in range(BLOCK):
        std[i] = still
    if group.vol_factor >= 0:
        x = deviations[group.vol_factor]
        for i in range(BLOCK):
            std[i] = bounded(still * bounded_exp(x[i]), LEAST_STD, MOST_STD)
    for i in range(BLOCK):
        inverse[i] = 1.0 / std[i]
        c1[i] = group.c1
    if group.skew_factor >= 0:
        z = deviations[group.skew_factor]
        for i in range(BLOCK):
            c1[i] = group.c1 + bounded(group.slope * (skew + z[i]), 0.0 - group.most, group.most)
    sum_calls(options, group, start, moved, forward, std, inverse, c1, out)


@njit(**INLINE)
def scale_to_table(table: OptionTable, group: Group, start: float, deviations: F64, moved: F64, x: F64, w: F64) -> None:
    """Map a group's forward and vol to the table's range, [-1, 1]: x and w (BLOCK,), out."""
    middle, a, b = log_f64(start / table.forward), table.inverse_x, table.inverse_w
    for i in range(BLOCK):
        x[i] = (middle + moved[i]) * a
        w[i] = 0.0
    if group.vol_factor >= 0:
        z = deviations[group.vol_factor]
        for i in range(BLOCK):
            w[i] = z[i] * b


@njit(**INLINE)
def log_forward(group: Group, fx_factor: I64, deviations: F64, discount: F64, moved: F64) -> None:
    """Compute the move of ln(forward), bounded: moved (BLOCK,), which holds the foreign discount factor's when called.

    deviations  (n_factors, STRIDE)  on the group's day; the home currency, 0, has no factor
    discount    (BLOCK,)             ln of the domestic discount factor over its start

    Most pairs have a home side, so each kind of pair has a loop of its own that reads and writes a row once.
    """
    if group.domestic == 0:
        x = deviations[fx_factor[group.foreign]]
        for i in range(BLOCK):
            moved[i] = bounded(x[i] + (moved[i] - discount[i]), -MAX_EXPONENT, MAX_EXPONENT)
    elif group.foreign == 0:
        y = deviations[fx_factor[group.domestic]]
        for i in range(BLOCK):
            moved[i] = bounded((0.0 - y[i]) + (moved[i] - discount[i]), -MAX_EXPONENT, MAX_EXPONENT)
    else:
        x, y = deviations[fx_factor[group.foreign]], deviations[fx_factor[group.domestic]]
        for i in range(BLOCK):
            moved[i] = bounded((x[i] - y[i]) + (moved[i] - discount[i]), -MAX_EXPONENT, MAX_EXPONENT)


@njit(**PART)
def add_fx_options(
    tables: FxOptions,
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
    """Add the groups of an account, paid in its currency, to `total` (BLOCK,) [currency, at the horizon].

    Arguments as in kernels.numba.payoffs.all_payoffs, of scratch ten rows.
    """
    discount, moved, value, x, w = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    each, starts, rates = scratch[5], points.start[scenario], run.fx_start[scenario]
    groups, options = tables.groups, tables.options  # once: each look into a tuple counts a reference
    vols, skews = tables.vol, tables.skew
    rows, terms, where, fx_factor = tables.tables, tables.terms, points.points, run.fx_factor
    owned = tables.owned[book, currency]
    for g in range(owned.first, owned.last):
        group = groups[g]
        deviations = observed[group.when]
        log_point(where, group.domestic_discount, observed, discount)
        log_point(where, group.foreign_discount, observed, moved)
        log_forward(group, fx_factor, deviations, discount, moved)
        spot = rates[group.foreign] / rates[group.domestic]  # by the home currency's 1.0 exactly
        start = spot * starts[group.foreign_discount] / starts[group.domestic_discount]
        whole = group.table >= 0
        if whole:
            table = rows[scenario, group.table]
            scale_to_table(table, group, start, deviations, moved, x, w)
            table_value(terms[scenario, group.table], table.n_x, x, w, each, scratch[6], value)
            whole = not (beyond(x) or beyond(w))
        if not whole:
            calls, vol, skew = options[group.first : group.last], vols[scenario, g], skews[scenario, g]
            price_group(calls, group, vol, skew, start, deviations, moved, scratch[6:10], each)
            for i in range(BLOCK):
                inside = group.table >= 0 and abs(x[i]) <= 1.0 and abs(w[i]) <= 1.0
                value[i] = value[i] if inside else each[i]
        still = starts[group.domestic_discount] * group.growth
        for i in range(BLOCK):
            total[i] = fma(still * bounded_exp(discount[i]), value[i], total[i])
