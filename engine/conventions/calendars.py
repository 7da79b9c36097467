"""Business days and coupon dates, from QuantLib. All days are counted from the valuation date."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import numpy as np
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.conventions.currencies import MAX_TERM_YEARS, STEP_CENTRES, currency_of
from engine.errors import InputError, did_you_mean
from kernels.types import F64, I64

_SERIAL_ZERO = date(1899, 12, 30).toordinal()  # the day that QuantLib counts as 0
_DAYS_AHEAD = (MAX_TERM_YEARS + 2) * 366
_DAYS_BACK = 800  # a swap's current period and the one before


CENTRES: dict[str, Callable[[], "ql.Calendar"]] = {  # by the names that currencies have for them
    "Tokyo": ql.Japan,  # bank holidays: public ones, with 31 December to 3 January
    "New York": lambda: ql.UnitedStates(ql.UnitedStates.GovernmentBond),
    "Federal Reserve": lambda: ql.UnitedStates(ql.UnitedStates.FederalReserve),  # dollars are paid on Good Friday
    "TARGET": ql.TARGET,  # the euro's settlement system
    "Sydney": lambda: ql.Australia(ql.Australia.Settlement),
    "Mexico City": ql.Mexico,  # bank holidays
}
_AND = " and "  # "Tokyo and New York": business days that both have

Use = Literal["bond", "swap"]


class Calendar:
    """Business days of a financial centre, or those that some have in common, around one valuation date."""

    def __init__(self, name: str, valuation_date: date) -> None:
        self.name = name
        self._origin = valuation_date.toordinal()
        self.days: I64 = _business_serials(name, valuation_date) + (_SERIAL_ZERO - self._origin)  # (n,) ascending

    def following(self, days: I64 | int) -> I64:
        """Return each day, or the next business day where it is a holiday [days]; any shape."""
        return np.asarray(self.days[np.searchsorted(self.days, days)])

    def modified_following(self, day: int) -> int:
        """Return what `following` does, or the last business day of the month when that would leave the month."""
        if day <= self.days[0]:
            return day  # long past: what day it was does not matter
        after = int(self.following(day))
        if self._month(after) == self._month(day):
            return after
        return int(self.days[np.searchsorted(self.days, day) - 1])

    def all_modified_following(self, days: I64) -> I64:
        """Return `modified_following` of (n,) days; those before the first day known stay as they are."""
        place = np.searchsorted(self.days, days)
        after, before = self.days[place], self.days[np.maximum(place - 1, 0)]
        moved = np.where(self._months(after) == self._months(days), after, before)
        return np.asarray(np.where(days <= self.days[0], days, moved))

    def shifted(self, day: int, n: int) -> int:
        """Return the business day `n` after `day`, or before it; a holiday counts as the next business day."""
        return int(self.days[max(int(np.searchsorted(self.days, day)) + n, 0)])

    def next_after(self, day: int) -> int:
        """Return the first business day after `day`."""
        return int(self.days[np.searchsorted(self.days, day, side="right")])

    def days_after(self, days: I64, n: int) -> I64:
        """Return the business day `n` after each of (n_days,) days, holidays or not; `n` 0: the days themselves."""
        return np.asarray(days if n == 0 else self.days[np.searchsorted(self.days, days, side="right") + n - 1])

    def coming(self, n: int) -> I64:
        """Return the first `n` business days after the valuation date: (n,) [days]."""
        first = int(np.searchsorted(self.days, 0, side="right"))
        return self.days[first : first + n]

    def _months(self, days: I64) -> I64:
        origin = np.datetime64(date.fromordinal(self._origin), "D")
        return np.asarray((origin + days.astype("timedelta64[D]")).astype("datetime64[M]").astype(np.int64))

    def _month(self, day: int) -> int:
        return date.fromordinal(self._origin + day).month


class Calendars:
    """Calendars by currency, for one valuation date. A currency that is not registered has none: InputError."""

    def __init__(self, valuation_date: date) -> None:
        self.valuation_date = valuation_date
        self._made: dict[str, Calendar] = {}

    def of(self, currency: str, use: Use = "bond") -> Calendar:
        """Return the calendar by which a currency's bonds and loans, or its swaps, pay."""
        return self.common((getattr(currency_of(currency).calendars, use),))

    @property
    def steps(self) -> Calendar:
        """Return the days on which simulated paths step."""
        return self.common(STEP_CENTRES)

    def common(self, centres: Sequence[str]) -> Calendar:
        """Return the business days that centres have in common; a centre may be named twice."""
        name = _AND.join(dict.fromkeys(centres))
        if name not in self._made:
            self._made[name] = Calendar(name, self.valuation_date)
        return self._made[name]


def is_holiday(name: str, day: date) -> bool:
    """Return whether a weekday is no business day of a calendar, in any year that QuantLib knows."""
    return day.weekday() < 5 and not all(CENTRES[each]().isBusinessDay(_ql_date(day)) for each in name.split(_AND))


@lru_cache(maxsize=64)
def _business_serials(name: str, valuation_date: date) -> I64:
    """Days that are business days in each centre that the name joins, as QuantLib counts them: (n,) ascending."""
    first, last = (_ql_date(valuation_date + timedelta(days)) for days in (-_DAYS_BACK, _DAYS_AHEAD))
    found: I64 | None = None
    for centre in name.split(_AND):
        if centre not in CENTRES:
            raise InputError(
                f"there is no calendar of {centre!r}{did_you_mean(centre, list(CENTRES))}; there are "
                f"{', '.join(CENTRES)}: another one is a line in engine/conventions/calendars.py"
            )
        days = np.array([day.serialNumber() for day in CENTRES[centre]().businessDayList(first, last)], dtype=np.int64)
        found = days if found is None else np.intersect1d(found, days, assume_unique=True)
    assert found is not None
    return found


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
    no_holidays, end = ql.NullCalendar(), _ql_date(maturity)
    keep_end = end_of_month and ql.Date.isEndOfMonth(end)
    start = no_holidays.advance(end, -months * periods, ql.Months, ql.Unadjusted, keep_end)
    backward, as_is = ql.DateGeneration.Backward, ql.Unadjusted
    schedule = ql.Schedule(start, end, ql.Period(months, ql.Months), no_holidays, as_is, as_is, backward, keep_end)
    serials = np.array([day.serialNumber() for day in schedule.dates()], dtype=np.int64)
    days: I64 = serials + (_SERIAL_ZERO - valuation_date.toordinal())
    return days[max(0, int(np.searchsorted(days, 0, side="right")) - 2) :]


@lru_cache(maxsize=65536)
def swap_days(valuation_date: date, start: date, end: date, months: int) -> I64:
    """Lay the period ends of a swap leg, not moved for holidays: (n + 1,) [days], a short period in front."""
    no_holidays, as_is, backward = ql.NullCalendar(), ql.Unadjusted, ql.DateGeneration.Backward
    period = ql.Period(months, ql.Months)
    schedule = ql.Schedule(_ql_date(start), _ql_date(end), period, no_holidays, as_is, as_is, backward, False)
    serials = np.array([day.serialNumber() for day in schedule.dates()], dtype=np.int64)
    return np.asarray(serials + (_SERIAL_ZERO - valuation_date.toordinal()))


def thirty_360(valuation_date: date, starts: I64, ends: I64) -> F64:
    """Return year fractions by 30/360 (bond basis): (n,) [years]. Days count from the valuation date."""
    counter, origin = ql.Thirty360(ql.Thirty360.BondBasis), valuation_date.toordinal() - _SERIAL_ZERO
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.array([counter.yearFraction(ql.Date(origin + a), ql.Date(origin + b)) for a, b in pairs])


def add_tenor(day: date, months: int) -> date:
    """Return a date some months later, the last of its month where there is no such day."""
    moved = _ql_date(day) + ql.Period(months, ql.Months)
    return date(moved.year(), moved.month(), moved.dayOfMonth())


def _ql_date(day: date) -> "ql.Date":
    return ql.Date(day.toordinal() - _SERIAL_ZERO)
