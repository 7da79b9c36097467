"""Business days and coupon dates, from QuantLib. All days are counted from the valuation date."""

from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.conventions.currencies import MAX_TERM_YEARS
from kernels.types import F64, I64

_SERIAL_ZERO = date(1899, 12, 30).toordinal()  # the day that QuantLib counts as 0
_DAYS_AHEAD = (MAX_TERM_YEARS + 2) * 366
_DAYS_BACK = 800  # a swap's current period and the one before


_RULES = {
    "Tokyo": ql.Japan,  # public holidays, with 31 December to 3 January
    "New York": lambda: ql.UnitedStates(ql.UnitedStates.GovernmentBond),
    "Tokyo and New York": lambda: ql.JointCalendar(ql.Japan(), ql.UnitedStates(ql.UnitedStates.GovernmentBond)),
}


class Calendar:
    """Business days of a financial centre, or those that two have in common, around one valuation date."""

    def __init__(self, name: str, valuation_date: date) -> None:
        self.name = name
        self._origin = valuation_date.toordinal()
        self.days: I64 = _business_serials(name, valuation_date) + (_SERIAL_ZERO - self._origin)  # (n,) ascending

    def following(self, days: I64 | int) -> I64:
        """Each day, or the next business day if it is none; any shape."""
        return np.asarray(self.days[np.searchsorted(self.days, days)])

    def modified_following(self, day: int) -> int:
        """As `following`, but the last business day of the month when that would leave the month."""
        if day <= self.days[0]:
            return day  # long past: what day it was does not matter
        after = int(self.following(day))
        if self._month(after) == self._month(day):
            return after
        return int(self.days[np.searchsorted(self.days, day) - 1])

    def all_modified_following(self, days: I64) -> I64:
        """As `modified_following`, for many days; those before the first day known stay as they are."""
        place = np.searchsorted(self.days, days)
        after, before = self.days[place], self.days[np.maximum(place - 1, 0)]
        moved = np.where(self._months(after) == self._months(days), after, before)
        return np.asarray(np.where(days <= self.days[0], days, moved))

    def shifted(self, day: int, n: int) -> int:
        """The business day `n` after `day` (before it, if negative); `day` counts as the next one if it is none."""
        return int(self.days[max(int(np.searchsorted(self.days, day)) + n, 0)])

    def next_after(self, day: int) -> int:
        """The first business day after `day`."""
        return int(self.days[np.searchsorted(self.days, day, side="right")])

    def coming(self, n: int) -> I64:
        """The first `n` business days after the valuation date."""
        first = int(np.searchsorted(self.days, 0, side="right"))
        return self.days[first : first + n]

    def _months(self, days: I64) -> I64:
        origin = np.datetime64(date.fromordinal(self._origin), "D")
        return np.asarray((origin + days).astype("datetime64[M]").astype(np.int64))

    def _month(self, day: int) -> int:
        return date.fromordinal(self._origin + day).month


class Calendars:
    """The three calendars that a book needs, for one valuation date."""

    def __init__(self, valuation_date: date) -> None:
        self.valuation_date = valuation_date

    @cached_property
    def tokyo(self) -> Calendar:
        """Japan's public holidays, with 31 December to 3 January."""
        return Calendar("Tokyo", self.valuation_date)

    @cached_property
    def new_york(self) -> Calendar:
        """The US government-bond market."""
        return Calendar("New York", self.valuation_date)

    @cached_property
    def joint(self) -> Calendar:
        """Days that are business days in both."""
        return Calendar("Tokyo and New York", self.valuation_date)


@lru_cache(maxsize=16)
def _business_serials(name: str, valuation_date: date) -> I64:
    first, last = (_ql_date(valuation_date + timedelta(days)) for days in (-_DAYS_BACK, _DAYS_AHEAD))
    return np.array([day.serialNumber() for day in _RULES[name]().businessDayList(first, last)], dtype=np.int64)


def coupon_days(valuation_date: date, maturity: date, *, end_of_month: bool) -> I64:
    """Half-yearly coupon days of a bond, not moved for holidays.

    Parameters
    ----------
    valuation_date, maturity : date
        Days are counted from the first; the last day is the second.
    end_of_month : bool
        A bond that matures on the last day of a month pays on last days of months.

    Returns
    -------
    (n,) int64 [days]
        Ascending, of the regular schedule, whenever the bond was issued. It starts one coupon day before the last one
        that is not after the valuation date.
    """
    halves = 2 * (maturity.year - valuation_date.year) + (maturity.month - valuation_date.month) // 6 + 3
    no_holidays, end = ql.NullCalendar(), _ql_date(maturity)
    keep_end = end_of_month and ql.Date.isEndOfMonth(end)
    start = no_holidays.advance(end, -6 * max(halves, 2), ql.Months, ql.Unadjusted, keep_end)
    backward, as_is = ql.DateGeneration.Backward, ql.Unadjusted
    schedule = ql.Schedule(start, end, ql.Period(6, ql.Months), no_holidays, as_is, as_is, backward, keep_end)
    serials = np.array([day.serialNumber() for day in schedule.dates()], dtype=np.int64)
    days: I64 = serials + (_SERIAL_ZERO - valuation_date.toordinal())
    return days[max(0, int(np.searchsorted(days, 0, side="right")) - 2) :]


@lru_cache(maxsize=65536)
def swap_days(valuation_date: date, start: date, end: date, months: int) -> I64:
    """Period ends of a swap leg, not moved for holidays: ascending, the start first, a short period in front."""
    no_holidays, as_is, backward = ql.NullCalendar(), ql.Unadjusted, ql.DateGeneration.Backward
    period = ql.Period(months, ql.Months)
    schedule = ql.Schedule(_ql_date(start), _ql_date(end), period, no_holidays, as_is, as_is, backward, False)
    serials = np.array([day.serialNumber() for day in schedule.dates()], dtype=np.int64)
    return np.asarray(serials + (_SERIAL_ZERO - valuation_date.toordinal()))


def thirty_360(valuation_date: date, starts: I64, ends: I64) -> F64:
    """Year fractions by 30/360 (bond basis): (n,). Days count from the valuation date."""
    counter, origin = ql.Thirty360(ql.Thirty360.BondBasis), valuation_date.toordinal() - _SERIAL_ZERO
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.array([counter.yearFraction(ql.Date(origin + a), ql.Date(origin + b)) for a, b in pairs])


def add_tenor(day: date, months: int) -> date:
    """A date some months later, the last of its month where there is no such day."""
    moved = _ql_date(day) + ql.Period(months, ql.Months)
    return date(moved.year(), moved.month(), moved.dayOfMonth())


def _ql_date(day: date) -> "ql.Date":
    return ql.Date(day.toordinal() - _SERIAL_ZERO)
