"""Business days of financial centres. All days are counted from the valuation date.

Their holidays stand in `holidays.csv`, a line a centre and year, which `python -m cli.pages.holidays` writes.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from engine.conventions.currencies import MAX_TERM_YEARS, STEP_CENTRES, currency_of
from engine.errors import InputError, did_you_mean
from kernels.types import I64, Dates

HOLIDAYS = Path(__file__).with_name("holidays.csv")
_DAYS_AHEAD = (MAX_TERM_YEARS + 2) * 366
_DAYS_BACK = 800  # a swap's current period and the one before

_AND = " and "  # "Tokyo and New York": business days that both have

Use = Literal["bond", "swap"]


class Calendar:
    """Business days of a financial centre, or those that some have in common, around one valuation date."""

    def __init__(self, name: str, valuation_date: date) -> None:
        self.name = name
        self._origin = valuation_date.toordinal()
        self.days = _business_days(name, valuation_date)  # (n,) ascending

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


def centres() -> tuple[str, ...]:
    """Return the names of the centres whose holidays are known."""
    return tuple(_holidays_by_year())


def is_holiday(name: str, day: date) -> bool:
    """Return whether a weekday is no business day of a calendar. Raises InputError outside the years that are known."""
    return any(np.datetime64(day, "D") in _holidays(each, day, day) for each in name.split(_AND))


@lru_cache(maxsize=64)
def _business_days(name: str, valuation_date: date) -> I64:
    """Days that are business days in each centre that the name joins, around a valuation date: (n,) ascending."""
    first, last = (valuation_date + timedelta(days) for days in (-_DAYS_BACK, _DAYS_AHEAD))
    holidays = np.concatenate([_holidays(centre, first, last) for centre in name.split(_AND)])
    dates = np.arange(np.datetime64(first, "D"), np.datetime64(last + timedelta(1), "D"))
    return np.flatnonzero(np.is_busday(dates, holidays=holidays)) - _DAYS_BACK


def _holidays(centre: str, first: date, last: date) -> Dates:
    """Return a centre's holidays that are no Saturday or Sunday, in the years from one day to another: (n,)."""
    known = _holidays_by_year()
    if centre not in known:
        raise InputError(
            f"there is no calendar of {centre!r}{did_you_mean(centre, list(known))}; there are "
            f"{', '.join(known)}: another one is a line in cli/pages/holidays.py"
        )
    years = known[centre]
    if first.year not in years or last.year not in years:
        raise InputError(
            f"holidays of {centre} are known from {min(years)} to {max(years)}, and those from {first} to {last} are"
            " asked for: take a date nearer to today"
        )
    named = [f"{year}-{day}" for year in range(first.year, last.year + 1) for day in years[year].split()]
    return np.array(named, "datetime64[D]")


@cache
def _holidays_by_year() -> dict[str, dict[int, str]]:
    """Return the lines of the file: by centre and year, each day as month-day."""
    found: dict[str, dict[int, str]] = {}
    for line in HOLIDAYS.read_text(encoding="utf-8").splitlines()[1:]:
        centre, year, days = line.split(",")
        found.setdefault(centre, {})[int(year)] = days
    return found
