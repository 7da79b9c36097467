"""Dates on which two currencies are dealt, fixed, exercised and delivered: a calendar of its own for each pair.

The rules are the market's: Wikipedia, "Foreign exchange date conventions"; ObjectLab Kit, "Currency date calculation".
`currencies.toml` has what differs from currency to currency.
"""

from datetime import date

import numpy as np

from engine.conventions.calendars import Calendars
from engine.conventions.currencies import DOLLAR, FX_CENTRE, HOME, currency_of, fx_quote
from kernels.types import I64

_SATURDAY = 5


class FxCalendar:
    """Dates of one pair around one valuation date, from which days are counted.

    payable : days on which both currencies are paid: an outright may be agreed for any of them
    """

    def __init__(self, calendars: Calendars, one: str, other: str) -> None:
        self._valuation_date = calendars.valuation_date
        own = sorted(currency_of(code).calendars.fx for code in (one, other))
        waits = any(code != HOME and fx_quote(code).waits for code in (one, other))
        counting = [centre for centre in own if centre != FX_CENTRE]
        counting += [FX_CENTRE] if waits or not counting else []
        self.payable = calendars.common(own)
        self._delivered = calendars.common([*own, FX_CENTRE])
        self._counting = [calendars.common([centre]) for centre in counting]
        self._spot_days = max(_spot_days(code) for code in (one, other))

    def spot_day(self, day: int) -> int:
        """Return the spot date of what is dealt on `day`; both are days."""
        return int(self.spot_days(np.array([day]))[0])

    def spot_days(self, days: I64) -> I64:
        """Return the spot dates of what is dealt on (n,) days.

        Each currency counts business days of its own, the dollar none unless the other waits for it. Then all must be
        open on the same day, and the centre of all exchanges too.
        """
        reached = [centre.days_after(days, self._spot_days) for centre in self._counting]
        return self._delivered.following(np.max(reached, axis=0))

    def expiry_day(self, day: int) -> int:
        """Return the day on which an option that names `day` expires: that day, on any weekday but 1 January.

        From a weekend or 1 January it moves to the next such day, or to the one before where the month would end.
        """
        after = day
        while not self._can_expire(after):
            after += 1
        if self._date(after).month == self._date(day).month:
            return after
        while not self._can_expire(day):
            day -= 1
        return day

    def delivery_day(self, expiry_day: int) -> int:
        """Return the day on which an option that expires on a day delivers: the spot date of its expiry."""
        return self.spot_day(expiry_day)

    def fixing_day(self, settlement_day: int) -> int:
        """Return the day on which a rate for `settlement_day` is fixed: the last whose spot date is no later.

        A fixing is published while both centres are open.
        """
        days = self.payable.days
        place = int(np.searchsorted(days, settlement_day)) - 1
        while place > 0 and self.spot_day(int(days[place])) > settlement_day:
            place -= 1
        return int(days[max(place, 0)])

    def _can_expire(self, day: int) -> bool:
        when = self._date(day)
        return when.weekday() < _SATURDAY and (when.month, when.day) != (1, 1)

    def _date(self, day: int) -> date:
        return date.fromordinal(self._valuation_date.toordinal() + day)


def _spot_days(code: str) -> int:
    """Return the business days to delivery of a currency against the dollar; of the dollar itself 0."""
    if code == DOLLAR:
        return 0
    return fx_quote(DOLLAR if code == HOME else code).spot_days
