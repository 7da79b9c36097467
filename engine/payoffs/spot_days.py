"""Spot dates of pairs of currencies, and what a unit of a currency is worth on the day itself.

A market's rate S is for the spot date, some days after the day it is quoted on. One unit of a foreign currency that is
there today is worth S D(spot) / P(spot), D and P the discount factors of the home and the foreign currency: borrowed or
lent to the spot date, it can be exchanged then. A forward to T is hence S P(T) / P(spot) over D(T) / D(spot), on the
curves of what is paid against another currency.
"""

from dataclasses import dataclass

import numpy as np

from engine.conventions.currencies import HOME, currency_of
from engine.market.lookup import distinct
from engine.market.market import Market
from engine.payoffs.column import joined_days, words
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, zero_curve
from engine.payoffs.payoff import Book, Claim, PartRows, Payoff
from engine.payoffs.stored import Columns, Stored
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpotPart:
    """Spot dates of one pair that a position is dealt in, or of one of its currencies against the home currency."""

    pair: str  # "EURUSD", foreign and domestic code
    days: I64  # (n,) on which spot is dealt, calendar days from the valuation date, ascending
    spot_days: I64  # (n,) on which it is delivered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpotDays:
    """Spot dates of every pair that a book needs: of the valuation date and of each day on which paths step."""

    pair: Words  # (n_rows,) "USDJPY"
    day: I64  # (n_rows,) on which spot is dealt, calendar days from the valuation date
    spot_day: I64  # (n_rows,) on which it is delivered, the same

    def of(self, pair: str, day: int) -> int:
        """Return the spot date of a pair dealt on `day`, or on the first day after it that has one; `day` without."""
        mine = np.flatnonzero(self.pair == pair)
        if not mine.size:
            return day
        ahead = mine[self.day[mine] >= day]
        nearest = ahead[np.argmin(self.day[ahead])] if ahead.size else mine[np.argmax(self.day[mine])]
        return max(int(self.spot_day[nearest]), day)

    def lag(self, currency: str, day: int) -> float:
        """Return the years from `day` to the spot date of a currency against the home currency; of that itself 0."""
        return 0.0 if currency == HOME else (self.of(currency + HOME, day) - day) / DAYS_PER_TIME_YEAR

    def factor(self, currency: str, market: Market, day: int) -> float:
        """Return what a currency is worth on `day` over what its spot rate says, D(spot) / P(spot).

        Raises InputError when the market lacks a curve of what is paid against another currency.
        """
        lag = self.lag(currency, day)
        if lag == 0.0:
            return 1.0
        home, foreign = (zero_curve(currency_of(code).curves.fx, market).discount(lag) for code in (HOME, currency))
        return float(home / foreign)

    def factors(self, currency: Words, market: Market, day: int) -> F64:
        """Return `factor` of each row's currency: (n,), no unit."""
        names, place = distinct(currency)
        return np.array([self.factor(name, market, day) for name in names], np.float64)[place]


def spot_days_of(rows: PartRows[SpotPart]) -> SpotDays:
    """Lay spot dates out as one table, each pair once: (n_rows,)."""
    first = {part.pair: part for part in reversed(rows.parts)}
    return SpotDays(
        pair=np.repeat(words(first), [part.days.size for part in first.values()]),
        day=joined_days(part.days for part in first.values()),
        spot_day=joined_days(part.spot_days for part in first.values()),
    )


def _written(spots: SpotDays) -> dict[str, Columns]:
    return {"spot_days": {"pair": spots.pair, "day": spots.day, "spot_day": spots.spot_day}}


def _claims(book: Book) -> list[Claim]:
    spots = book.table(SpotDays)
    return [(bool((spots.spot_day >= spots.day).all()), "a spot date is before its trade")]


SPOT_DAYS = Payoff(
    part=SpotPart,
    table=SpotDays,
    tabulate=spot_days_of,
    stored=Stored(
        lists={"spot_days": {"pair": "text", "day": "whole", "spot_day": "whole"}},
        columns=_written,
        table=lambda lists: SpotDays(**lists["spot_days"]),
        is_beside=True,
    ),
    claims=_claims,
)
