"""Par yields to zero rates, so that every published bond is worth exactly par."""

import math

import numpy as np

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.factors import tenor_label
from engine.market.market import ParCurve
from kernels.types import F64

PERIOD = 0.5  # years between coupons
_MAX_ITERATIONS = 60
_STEP_TOLERANCE = 1e-15  # on a zero rate: 4e-14 of par at 40 years


def bootstrap(par: ParCurve) -> ZeroCurve:
    """Zero curve with a node at every published tenor that reprices each par bond.

    Parameters
    ----------
    par : par yields, decimal per year, semi-annual compounding
        A tenor is one half year or a multiple of it, paying half the par yield each half year and par at the end;
        or shorter, with one payment of 1 + yield * tenor.

    Returns
    -------
    ZeroCurve
        Continuously compounded, linear in time between nodes, flat beyond. Par inputs are repriced to 1e-12.

    Raises
    ------
    InputError
        Tenors that do not increase, or are over half a year and no multiple of it; a yield that is not finite; a
        par bond that no positive discount factor reprices.

    Notes
    -----
    Nodes are solved one after the other, shortest first, by Newton's method: the bond's value falls and is convex
    in the last zero rate, so the iteration converges from any start. Coupon dates between two nodes take part
    through the interpolation weight. Hagan & West (2006), "Interpolation methods for curve construction".
    """
    zero_rates = bootstrap_days(par.times, par.par_yields[:, np.newaxis], par.name)[:, 0]
    return ZeroCurve(name=par.name, currency=par.currency, times=par.times.copy(), zero_rates=zero_rates)


def bootstrap_days(times: F64, par_yields: F64, name: str) -> F64:
    """Bootstrap the same tenors on many days at once; as `bootstrap`, day by day.

    times       (n_tenors,) years
    par_yields  (n_tenors, n_days) decimal per year
    returns     (n_tenors, n_days) continuous zero rates at `times`
    """
    _check_tenors(times, par_yields.shape[0], name)
    _check_yields(times, par_yields, name)
    zero_rates = np.empty_like(par_yields, dtype=np.float64, order="C")
    for node in range(times.size):
        zero_rates[node] = _solve_node(times, zero_rates, par_yields[node], node, name)
    return zero_rates


def par_yield(curve: ZeroCurve, tenor: float) -> float:
    """Yield at which a bond of `tenor` years is worth par on `curve`; the inverse of `bootstrap`.

    Returns a decimal per year, semi-annual compounding (simple up to half a year). Raises InputError for a tenor
    over half a year that is no multiple of it.
    """
    _check_tenor(tenor, curve.name)
    if tenor <= PERIOD:
        return float((1.0 / curve.discount(tenor) - 1.0) / tenor)
    discounts = curve.discount(_coupon_times(tenor))
    return float((1.0 - discounts[-1]) / (PERIOD * discounts.sum()))


def _solve_node(times: F64, zero_rates: F64, coupons: F64, node: int, name: str) -> F64:
    """(n_days,) zero rate at `times[node]`, given those of the nodes before it."""
    tenor = float(times[node])
    last = float(times[node - 1]) if node else 0.0
    payment = coupons * min(PERIOD, tenor)  # (n_days,) per unit of par
    dates = _coupon_times(tenor)
    known = _known_value(times, zero_rates, payment, node, dates[dates <= last])
    open_dates = dates[dates > last]  # the last of them is the maturity
    weights = (open_dates - last) / (tenor - last) if node else np.ones_like(open_dates)
    before = zero_rates[node - 1] if node else np.zeros_like(coupons)
    if (hopeless := np.flatnonzero(known >= 1.0)).size:
        raise InputError(_no_solution(name, tenor, float(coupons[hopeless[0]])))

    rate = before.copy() if node else coupons.copy()
    for _ in range(_MAX_ITERATIONS):
        error, slope = known - 1.0, np.zeros_like(rate)
        for date, weight in zip(open_dates, weights, strict=True):
            cash = payment + (1.0 if date == tenor else 0.0)
            value = cash * _exp(-date * (weight * rate + (1.0 - weight) * before))
            error = error + value
            slope = slope - weight * date * value
        step = error / slope
        rate = rate - step
        if np.all(np.abs(step) <= _STEP_TOLERANCE):
            return rate
    raise InputError(_no_solution(name, tenor, float(coupons[np.argmax(np.abs(step))])))


def _known_value(times: F64, zero_rates: F64, payment: F64, node: int, dates: F64) -> F64:
    """(n_days,) value of the coupons that fall on or before the last solved node."""
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
    """Through the C library: numpy's own exp differs in the last bit between AVX2 and AVX-512 machines."""
    return np.array([math.exp(value) for value in x.tolist()])


def _coupon_times(tenor: float) -> F64:
    """Years of a par bond's payments; exact, since halves are binary fractions."""
    if tenor <= PERIOD:
        return np.array([tenor])
    return np.arange(1, round(tenor / PERIOD) + 1, dtype=np.float64) * PERIOD


def _check_tenors(times: F64, n_yields: int, name: str) -> None:
    if times.ndim != 1 or times.size != n_yields or not times.size:
        raise InputError(f"curve {name!r} needs one par yield per tenor, got {times.size} tenors, {n_yields} yields")
    for tenor in times:
        _check_tenor(float(tenor), name)
    falling = np.flatnonzero(np.diff(times) <= 0.0)
    if falling.size:
        before, after = (tenor_label(float(times[falling[0] + i])) for i in (0, 1))
        raise InputError(f"tenors of curve {name!r} must increase, got {after} after {before}")


def _check_tenor(tenor: float, name: str) -> None:
    if not 0.0 < tenor < np.inf:
        raise InputError(f"curve {name!r}: a tenor must be a positive number of years, got {tenor!r}")
    if tenor > PERIOD and not (tenor / PERIOD).is_integer():
        raise InputError(f"curve {name!r}: a tenor over half a year must be a multiple of it, got {tenor_label(tenor)}")


def _check_yields(times: F64, par_yields: F64, name: str) -> None:
    bad = ~np.isfinite(par_yields) | (1.0 + par_yields * np.minimum(times, PERIOD)[:, np.newaxis] <= 0.0)
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
