"""Dates of a position as days from the valuation date, on the calendars of its currency."""

from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar

import numpy as np

from engine.conventions.calendars import Calendar, Calendars, Use
from engine.conventions.currencies import HOME
from engine.conventions.currency import BondConvention
from engine.conventions.fx_calendar import FxCalendar
from engine.conventions.schedules import add_tenor, coupon_days, swap_days, thirty_360
from engine.instruments.pairs import Pair
from engine.payoffs.spot_days import SpotPart
from kernels.types import F64, I64

T = TypeVar("T")

N_BUSINESS_DAYS = 400  # compiled into a book: steps of paths, spot dates; the longest horizon is shorter


class Days:
    """Day counting for one valuation date. Keeps what it has worked out, since positions share dates."""

    def __init__(self, valuation_date: date, calendars: Calendars | None = None) -> None:
        self.valuation_date = valuation_date
        self._calendars = Calendars(valuation_date) if calendars is None else calendars
        self._kept: dict[Hashable, object] = {}

    def centre(self, currency: str, use: Use = "bond") -> Calendar:
        """Return the business days of a currency's own centre, for its bonds and loans or its swaps."""
        return self._calendars.of(currency, use)

    def pair(self, pair: Pair) -> FxCalendar:
        """Return the dates of a pair."""
        return self.kept(("pair", pair), lambda: FxCalendar(self._calendars, pair.foreign, pair.domestic))

    def spot_parts(self, pair: Pair) -> list[SpotPart]:
        """Return the spot dates of a pair, and of each of its currencies against the home currency.

        As the part of a position: of the valuation date and of the days on which paths step.
        """
        needed = dict.fromkeys([pair, *(Pair(foreign=code, domestic=HOME) for code in pair.codes if code != HOME)])
        return [self._spot_part(each) for each in needed]

    def _spot_part(self, pair: Pair) -> SpotPart:
        def made() -> SpotPart:
            """Return the spot dates of a pair."""
            days = np.concatenate([[0], self.coming(N_BUSINESS_DAYS)])
            return SpotPart(pair=pair.foreign + pair.domestic, days=days, spot_days=self.pair(pair).spot_days(days))

        return self.kept(("spot days", pair), made)

    def coming(self, n: int) -> I64:
        """Return the next `n` days on which simulated paths step: (n,) days from the valuation date, ascending."""
        return self._calendars.steps.coming(n)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` made for `key`, making it the first time. Keys begin with the name of their family."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]  # a key is made by one function

    def day(self, when: date) -> int:
        """Return the calendar days from the valuation date."""
        return (when - self.valuation_date).days

    def after(self, when: date, months: int) -> date:
        """Return the date some months after another, the last of its month where there is no such day."""
        return add_tenor(when, months)

    def date_of(self, day: int) -> date:
        """Return the date so many days from the valuation date."""
        return date.fromordinal(self.valuation_date.toordinal() + day)

    def payment_day(self, calendar: Calendar, when: date) -> int:
        """Return the day on which a contract that names `when` pays: modified following. Long past dates stay."""

        def moved() -> int:
            day = self.day(when)
            return calendar.modified_following(day) if day > calendar.days[0] else day

        return self.kept(("paid", calendar.name, when), moved)

    def is_moved(self, calendar: Calendar, *dates: date | None) -> bool:
        """Return whether a date is no business day, so that what is due on it is paid on another."""
        return any(when is not None and self.payment_day(calendar, when) != self.day(when) for when in dates)

    def coupon_days(self, maturity: date, bonds: BondConvention) -> I64:
        """Return a bond's coupon days, as `engine.conventions.calendars.coupon_days`: (n,)."""
        months, end_of_month = bonds.period_months, bonds.end_of_month
        return coupon_days(self.valuation_date, maturity, end_of_month=end_of_month, months=months)

    def period_ends(self, calendar: Calendar, start: date, end: date, months: int) -> I64:
        """Return the ends of the periods running or to come, the start of the first in front: (n + 1,) ascending days.

        Periods run back from `end`, a short one in front, and end on modified-following business days.
        """

        def made() -> I64:
            """Return the ends: (n + 1,) days."""
            days = calendar.all_modified_following(swap_days(self.valuation_date, start, end, months))
            days = np.unique(days) if days[-1] > days[0] else days[[0, -1]]  # a holiday may leave a period empty
            current = max(int(np.searchsorted(days, 0, side="right")) - 1, 0)
            return days[min(current, days.size - 2) :]

        return self.kept(("periods", calendar.name, start, end, months), made)

    def thirty_360(self, starts: I64, ends: I64) -> F64:
        """Return year fractions by 30/360 (bond basis): (n,)."""
        return thirty_360(self.valuation_date, starts, ends)
