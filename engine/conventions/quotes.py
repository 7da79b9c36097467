"""Market quotes of bonds and bills: prices and yields by the conventions of their markets. Arrays in, arrays out.

Prices are per 100 of face; yields are decimals per year. Every argument may be an array, and they broadcast.
"""

from datetime import date

import numpy as np

from kernels.types import F64, I64, Dates

_MAX_STEPS = 60  # of Newton's method; 6 to 8 are usual
_TOLERANCE = 1e-15  # last change of a yield


def simple_yield(clean: F64, coupon: F64, remaining_years: F64) -> F64:
    """Return the yield as JGBs are quoted: coupon and the pull to par spread evenly over the remaining life.

    (100 c + (100 - P) / T) / P, with T from `remaining_years`: JSDA, "Yield calculation". All (n,): clean per 100 of
    face, coupon and yield decimal per year, T in years.
    """
    clean = np.asarray(clean)
    return np.asarray((100.0 * np.asarray(coupon) + (100.0 - clean) / remaining_years) / clean)


def simple_price(simple_yield: F64, coupon: F64, remaining_years: F64) -> F64:
    """Return the clean price of a JGB [per 100 of face] from its simple yield, (n,): the inverse of `simple_yield`."""
    return np.asarray((100.0 + 100.0 * np.asarray(coupon) * remaining_years) / (1.0 + simple_yield * remaining_years))


def remaining_years(valuation_date: date, settlement_day: I64, maturity_day: I64) -> F64:
    """Return the remaining life in a JGB's simple yield, (n,) [years].

    Days from settlement to maturity over 365. 29 February is left out when the life is a year or more.
    Days are counted from the valuation date.
    """
    origin = np.datetime64(valuation_date, "D")
    settlement, maturity = (origin + np.asarray(day) for day in (settlement_day, maturity_day))
    without_leap_days = _no_leap(maturity) - _no_leap(settlement)
    actual = np.asarray(maturity_day) - np.asarray(settlement_day)
    return np.asarray(np.where(without_leap_days >= 365, without_leap_days, actual) / 365.0)


def street_price(
    street_yield: F64,
    coupon: F64,
    period_fraction: F64,
    coupons_left: I64,
    first_coupon: F64,
    coupons_per_year: I64 | int = 2,
) -> F64:
    """Return the dirty price of a bond from its street yield, which compounds as often as coupons are paid.

    sum_i (100 c / f) (1 + y/f)^-(w + i) + 100 (1 + y/f)^-(w + n - 1), the first coupon times `first_coupon`;
    simple interest, 1 / (1 + w y / f), when one coupon is left. With f = 2: 31 CFR 356, Appendix B; with f = 1 the
    ICMA's yield: ICMA, "Rule 803".

    Parameters
    ----------
    street_yield, coupon : (n,) [decimal per year]
    period_fraction : (n,) w, days from settlement to the next coupon over days in its period
    coupons_left : (n,) n >= 1, coupons paid after settlement
    first_coupon : (n,) the next coupon as a part of a full one
    coupons_per_year : (n,) f, coupons in a year

    Returns
    -------
    (n,) [per 100 of face]
    """
    return _price_and_slope(street_yield, coupon, period_fraction, coupons_left, first_coupon, coupons_per_year)[0]


def street_yield(
    dirty: F64,
    coupon: F64,
    period_fraction: F64,
    coupons_left: I64,
    first_coupon: F64,
    coupons_per_year: I64 | int = 2,
) -> F64:
    """Return the street yield of a bond from its dirty price > 0: the inverse of `street_price`, (n,).

    Newton's method on the logarithm of the price, which is convex in the yield. NaN where there is no yield above
    -100 % per period.
    """
    dirty, coupon, fraction, n, first, per_year = np.broadcast_arrays(
        dirty, coupon, period_fraction, coupons_left, first_coupon, np.asarray(coupons_per_year, np.float64)
    )
    found = np.array(coupon, dtype=np.float64)  # a par bond yields its coupon
    for _ in range(_MAX_STEPS):
        price, slope = _price_and_slope(found, coupon, fraction, n, first, per_year)
        step = np.log(price / dirty) * price / slope
        moved = np.maximum(found - step, 0.5 * (found - per_year))  # halfway to -100 % a period at most
        change, found = np.abs(moved - found), moved
        if not (change > _TOLERANCE * np.maximum(1.0, np.abs(found))).any():
            break
    last = 100.0 * (1.0 + coupon * first / per_year)
    simple = (last / dirty - 1.0) * per_year / np.where(n == 1, fraction, 1.0)
    return np.asarray(np.where(n == 1, simple, found))


def bond_equivalent_yield(price: F64, days: F64, year_days: F64) -> F64:
    """Return the yield of a Treasury bill comparable to a bond's: (n,) [decimal per year].

    Simple interest up to half a year; beyond, the root of the Treasury's quadratic with interest paid at half-year
    (31 CFR 356, Appendix B). `year_days` is 366 when the year after settlement holds a 29 February, else 365.
    """
    price, days, year = (np.asarray(x, dtype=np.float64) for x in (price, days, year_days))
    part = days / year
    short = (100.0 - price) / price / part
    a, b, c = part / 2.0 - 0.25, part, (price - 100.0) / price
    long = (-b + np.sqrt(np.maximum(b * b - 4.0 * a * c, 0.0))) / np.where(a == 0.0, 1.0, 2.0 * a)
    return np.asarray(np.where(days > year / 2.0, long, short))


def bond_equivalent_price(bond_equivalent_yield: F64, days: F64, year_days: F64) -> F64:
    """Return the price of a Treasury bill [per 100], (n,), from its yield: the inverse of `bond_equivalent_yield`."""
    y, days, year = (np.asarray(x, dtype=np.float64) for x in (bond_equivalent_yield, days, year_days))
    part = days / year
    long = (1.0 + y / 2.0) * (1.0 + (part - 0.5) * y)
    return np.asarray(100.0 / np.where(days > year / 2.0, long, 1.0 + part * y))


def days_in_year_after(valuation_date: date, settlement_day: I64) -> I64:
    """Return (n,) 365, or 366 where the year after settlement holds a 29 February. Days from the valuation date."""
    start = np.datetime64(valuation_date, "D") + np.asarray(settlement_day).astype("timedelta64[D]")
    month = start.astype("datetime64[M]")
    end = (month + np.timedelta64(12, "M")).astype("datetime64[D]") + (start - month.astype("datetime64[D]"))
    return np.asarray((end - start).astype(np.int64))


def _price_and_slope(
    y: F64, coupon: F64, fraction: F64, n: I64, first: F64, coupons_per_year: F64 | I64 | int
) -> tuple[F64, F64]:
    """Return the dirty street price and its derivative in the yield."""
    per_year = np.asarray(coupons_per_year, np.float64)
    y, coupon, fraction, n, first, f = np.broadcast_arrays(y, coupon, fraction, n, first, per_year)
    whole = 100.0 * coupon / f
    base = 1.0 + y / f
    price, slope = np.zeros(y.shape), np.zeros(y.shape)
    for i in range(int(n.max(initial=0))):
        paid = whole * (first if i == 0 else 1.0) + np.where(n == i + 1, 100.0, 0.0)
        value = np.where(i < n, paid * base ** -(fraction + i), 0.0)
        price += value
        slope -= value * (fraction + i) / (f * base)
    simple = 1.0 + fraction * y / f
    last = whole * first + 100.0
    price = np.where(n == 1, last / simple, price)
    return price, np.where(n == 1, -last * fraction / f / simple**2, slope)


def _no_leap(days: Dates) -> I64:
    """Return days since some day, on a calendar without 29 February (which counts as the 28th)."""
    year = days.astype("datetime64[Y]")
    year_start = year.astype("datetime64[D]")
    day_of_year = (days - year_start).astype(np.int64)
    is_leap = ((year + np.timedelta64(1, "Y")).astype("datetime64[D]") - year_start).astype(np.int64) == 366
    return np.asarray(year.astype(np.int64) * 365 + day_of_year - (is_leap & (day_of_year >= 59)))
