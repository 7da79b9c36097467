"""Par yields to zero rates, so that every published bond is worth exactly par."""

import math

import numpy as np

from engine.conventions.currencies import currency_of
from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.factors import tenor_label
from engine.market.market import ParCurve
from kernels.types import F64

_MAX_ITERATIONS = 60
_STEP_TOLERANCE = 1e-15  # on a zero rate: 4e-14 of par at 40 years


def bootstrap(par: ParCurve) -> ZeroCurve:
    """Return the zero curve with a node at every published tenor that reprices each par bond.

    Parameters
    ----------
    par : par yields, decimal per year, compounding as often as the bonds of the curve's currency pay
        A tenor is a multiple of the time between coupons, half a year or a year, paying its part of the par yield each
        time and par at the end; or shorter, with one payment of 1 + yield * tenor.

    Returns
    -------
    ZeroCurve
        Continuously compounded, linear in time between nodes, flat beyond. Par inputs are repriced to 1e-12.

    Raises
    ------
    InputError
        Tenors that do not increase, or are over one period and no multiple of it; a yield that is not finite; a
        par bond that no positive discount factor reprices.

    Notes
    -----
    Nodes are solved one after the other, shortest first, by Newton's method: the bond's value falls and is convex
    in the last zero rate, so the iteration converges from any start. Coupon dates between two nodes take part
    through the interpolation weight. Hagan & West (2006), "Interpolation methods for curve construction".
    """
    zero_rates = bootstrap_days(par.times, par.par_yields[:, np.newaxis], par.name, par.coupons_per_year)[:, 0]
    return ZeroCurve(name=par.name, currency=par.currency, times=par.times.copy(), zero_rates=zero_rates)


def bootstrap_days(times: F64, par_yields: F64, name: str, coupons_per_year: int) -> F64:
    """Bootstrap the same tenors on many days at once; as `bootstrap`, day by day.

    times             (n_tenors,) years
    par_yields        (n_tenors, n_days) decimal per year
    coupons_per_year  of the par bonds: 1, 2 or 4
    returns           (n_tenors, n_days) continuous zero rates at `times`
    """
    period = 1.0 / coupons_per_year
    _check_tenors(times, par_yields.shape[0], name, period)
    _check_yields(times, par_yields, name, period)
    zero_rates = np.empty_like(par_yields, dtype=np.float64, order="C")
    for node in range(times.size):
        zero_rates[node] = _solve_node(times, zero_rates, par_yields[node], node, name, period)
    return zero_rates


def par_yield(curve: ZeroCurve, tenor: float) -> float:
    """Return the yield at which a bond of `tenor` years is worth par on `curve`; the inverse of `bootstrap`.

    A decimal per year, compounding as often as the bonds of the curve's currency pay (simple up to one period). Raises
    InputError for a tenor over one period that is no multiple of it.
    """
    period = coupon_period(curve)
    _check_tenor(tenor, curve.name, period)
    if tenor <= period:
        return float((1.0 / curve.discount(tenor) - 1.0) / tenor)
    discounts = curve.discount(coupon_times(tenor, period))
    return float((1.0 - discounts[-1]) / (period * discounts.sum()))


def coupon_period(curve: ZeroCurve) -> float:
    """Return the years between the coupons of a par bond on a curve: 0.5, or 1 where bonds pay yearly."""
    return 1.0 / currency_of(curve.currency).bonds.coupons_per_year


def coupon_times(tenor: float, period: float) -> F64:
    """Return the times of a par bond's payments, (n,) [years]; exact, since periods are binary fractions."""
    if tenor <= period:
        return np.array([tenor])
    return np.arange(1, round(tenor / period) + 1, dtype=np.float64) * period


def _solve_node(times: F64, zero_rates: F64, coupons: F64, node: int, name: str, period: float) -> F64:
    """Return the zero rate at `times[node]` from those of the nodes before it: (n_days,)."""
    tenor = float(times[node])
    last = float(times[node - 1]) if node else 0.0
    payment = coupons * min(period, tenor)  # (n_days,) per unit of par
    dates = coupon_times(tenor, period)
    known = _known_value(times, zero_rates, payment, node, dates[dates <= last])
    open_dates = dates[dates > last]  # the last of them is the maturity
    weights = (open_dates - last) / (tenor - last) if node else np.ones_like(open_dates)
    before = zero_rates[node - 1] if node else np.zeros_like(coupons)
    if (hopeless := np.flatnonzero(known >= 1.0)).size:
        raise InputError(_no_solution(name, tenor, float(coupons[hopeless[0]])))

    rate = before.copy() if node else coupons.copy()
    open_days = np.arange(rate.size)  # each day stops by itself, so that its rate does not depend on the others
    for _ in range(_MAX_ITERATIONS):
        x, start = rate[open_days], before[open_days]
        error, slope = known[open_days] - 1.0, np.zeros_like(x)
        for date, weight in zip(open_dates, weights, strict=True):
            cash = payment[open_days] + (1.0 if date == tenor else 0.0)
            value = cash * _exp(-date * (weight * x + (1.0 - weight) * start))
            error = error + value
            slope = slope - weight * date * value
        step = error / slope
        rate[open_days] = x - step
        open_days = open_days[~(np.abs(step) <= _STEP_TOLERANCE)]
        if not open_days.size:
            return rate
    raise InputError(_no_solution(name, tenor, float(coupons[open_days[0]])))


def _known_value(times: F64, zero_rates: F64, payment: F64, node: int, dates: F64) -> F64:
    """Return (n_days,) value of the coupons that fall on or before the last solved node."""
    value = np.zeros_like(payment)
    for date in dates:
        after = int(np.searchsorted(times[:node], date))
        rate = zero_rates[after]
        if after and times[after] > date:
            weight = (date - times[after - 1]) / (times[after] - times[after - 1])
            rate = weight * zero_rates[after] + (1.0 - weight) * zero_rates[after - 1]
        value = value + payment * _exp(-date * rate)
    return value


def _exp(x: F64) -> F64:
    """Take exponentials through the C library: numpy's differ in the last bit between AVX2 and AVX-512 machines."""
    return np.array([math.exp(value) for value in x.tolist()])


def _check_tenors(times: F64, n_yields: int, name: str, period: float) -> None:
    if times.ndim != 1 or times.size != n_yields or not times.size:
        raise InputError(f"curve {name!r} needs one par yield per tenor, got {times.size} tenors, {n_yields} yields")
    for tenor in times:
        _check_tenor(float(tenor), name, period)
    falling = np.flatnonzero(np.diff(times) <= 0.0)
    if falling.size:
        before, after = (tenor_label(float(times[falling[0] + i])) for i in (0, 1))
        raise InputError(f"tenors of curve {name!r} must increase, got {after} after {before}")


def _check_tenor(tenor: float, name: str, period: float) -> None:
    if not 0.0 < tenor < np.inf:
        raise InputError(f"curve {name!r}: a tenor must be a positive number of years, got {tenor!r}")
    if tenor > period and not (tenor / period).is_integer():
        length = {1.0: "a year", 0.5: "half a year", 0.25: "a quarter"}[period]
        raise InputError(f"curve {name!r}: a tenor over {length} must be a multiple of it, got {tenor_label(tenor)}")


def _check_yields(times: F64, par_yields: F64, name: str, period: float) -> None:
    bad = ~np.isfinite(par_yields) | (1.0 + par_yields * np.minimum(times, period)[:, np.newaxis] <= 0.0)
    if bad.any():
        node, day = np.argwhere(bad)[0]
        came = float(par_yields[node, day])
        raise InputError(
            f"par yield of curve {name!r} at {tenor_label(float(times[node]))} must be finite, and a payment of "
            f"yield and par positive, got {came!r}"
        )


def _no_solution(name: str, tenor: float, came: float) -> str:
    return (
        f"curve {name!r}: no positive discount factor gives the {tenor_label(tenor)} par yield {came!r}: the forward "
        f"rate it implies is infinite; check this yield and the shorter ones"
    )
