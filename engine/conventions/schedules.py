"""Days on which bonds and swaps pay by their terms alone, holidays not seen. All days count from the valuation date."""

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kernels.types import F64, I64

_DAY, _MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")


def coupon_days(valuation_date: date, maturity: date, *, end_of_month: bool, months: int = 6) -> I64:
    """Lay the coupon days of a bond, not moved for holidays.

    Parameters
    ----------
    valuation_date, maturity : date
        Days are counted from the first; the last day is the second.
    end_of_month : bool
        A bond that matures on the last day of a month pays on last days of months.
    months : int
        Between coupons: 6 is half-yearly, 12 yearly.

    Returns
    -------
    (n,) int64 [days]
        Ascending, of the regular schedule, whenever the bond was issued. It starts one coupon day before the last one
        that is not after the valuation date.
    """
    ahead = 12 * (maturity.year - valuation_date.year) + maturity.month - valuation_date.month
    periods = max(ahead // months + 3, 2)
    days = _months_before(maturity, months * np.arange(periods, -1, -1), end_of_month=end_of_month)
    found = _counted(days, valuation_date)
    return found[max(0, int(np.searchsorted(found, 0, side="right")) - 2) :]


@lru_cache(maxsize=65536)
def swap_days(valuation_date: date, start: date, end: date, months: int) -> I64:
    """Lay the period ends of a swap leg, not moved for holidays: (n + 1,) [days], a short period in front."""
    whole = (12 * (end.year - start.year) + end.month - start.month) // months + 1
    days = _months_before(end, months * np.arange(whole, -1, -1), end_of_month=False)
    first = np.datetime64(start, "D")
    return _counted(np.concatenate([[first], days[days > first]]), valuation_date)


def thirty_360(valuation_date: date, starts: I64, ends: I64) -> F64:
    """Return year fractions by 30/360 (bond basis): (n,) [years]. Days count from the valuation date.

    ISDA 2006 definitions, 4.16 (f): the 31st is the 30th at a start, and at an end where the start is the 30th or 31st.
    """
    start_months, start_days = _months_and_days(valuation_date, starts)
    end_months, end_days = _months_and_days(valuation_date, ends)
    start_days = np.minimum(start_days, 30)
    end_days = np.where((end_days == 31) & (start_days == 30), 30, end_days)
    return np.asarray((30 * (end_months - start_months) + end_days - start_days) / 360.0)


def add_tenor(day: date, months: int) -> date:
    """Return a date some months later, the last of its month where there is no such day."""
    found: date = _months_before(day, np.array([-months]), end_of_month=False)[0].item()
    return found


def _months_before(day: date, months: I64, *, end_of_month: bool) -> NDArray[np.datetime64]:
    """Return the dates (n,) months before a day, the last of a month where that has no such day.

    `end_of_month`: from the last day of a month to last days of months.
    """
    origin = np.datetime64(day, "D")
    firsts = origin.astype("datetime64[M]") - months.astype("timedelta64[M]")
    lasts = (firsts + _MONTH).astype("datetime64[D]") - _DAY
    is_last = (origin + _DAY).astype("datetime64[M]") != origin.astype("datetime64[M]")
    if end_of_month and is_last:
        return np.asarray(lasts)
    return np.asarray(np.minimum(firsts.astype("datetime64[D]") + (day.day - 1) * _DAY, lasts))


def _months_and_days(valuation_date: date, days: I64) -> tuple[I64, I64]:
    """Return months since 1970 and the day of the month, from 1: (n,) each."""
    dates = np.datetime64(valuation_date, "D") + np.asarray(days, "timedelta64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months.astype("datetime64[D]")).astype(np.int64) + 1


def _counted(days: NDArray[np.datetime64], valuation_date: date) -> I64:
    return (days - np.datetime64(valuation_date, "D")).astype(np.int64)
