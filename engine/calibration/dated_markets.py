"""The markets of a range of dates, from a history that passes its gate."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from engine.calibration.market_of_date import (
    carried_notes,
    days_with_levels,
    index_notes,
    indices_of,
    market_of_date,
    series_needed,
)
from engine.errors import InputError
from engine.inputs.history.check import weekend_note
from engine.inputs.history.gate import pass_gate
from engine.inputs.history.load import History
from engine.market.market import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedMarkets:
    """Markets, oldest first, and what is worth knowing of them."""

    markets: tuple[Market, ...]
    window_start: date
    notes: tuple[str, ...]  # warnings: days left out, what was carried over, what was accepted

    def window_words(self) -> str:
        """Return how old the days are that vols and correlations come from."""
        first, last = self.markets[0].valuation_date, self.markets[-1].valuation_date
        years = (last - self.window_start).days / 365.25
        end = f"{last}" if first == last else f"each date, {first} to {last}"
        return f"vols and correlations are of the window from {self.window_start} to {end}: {years:.1f} years"


def markets_of_dates(
    history: History,
    first: date,
    last: date,
    *,
    like: Market,
    window_start: date,
    accepted: Collection[str] = (),
) -> DatedMarkets:
    """Return the markets of the dates from `first` to `last` on which all that `like` has was published.

    Parameters
    ----------
    history : files as `engine.inputs.history.load.load_history` returns them
    like : market whose factors are wanted, as in `engine.calibration.market_of_date.market_of_date`
    window_start : first day that vols and correlations are estimated from
    accepted : doubted values that are true, "DATE:SERIES"

    Raises
    ------
    InputError
        No date has all levels; the window is empty or short; something in it is doubted, and not accepted by name.
    """
    if first > last:
        raise InputError(f"the first valuation date, {first}, lies after the last, {last}")
    values = history.values
    days, skipped = days_with_levels(values, like, first, last)
    if days[0] <= window_start:
        raise InputError(f"--window-start {window_start} must lie before the first valuation date, {days[0]}")
    passed = pass_gate(history, series_needed(values, like, days, window_start), window_start, days, accepted)
    markets = [
        market_of_date(
            values,
            day,
            like,
            window_start,
            indices=indices_of(values, day, like, window_start),
            accepted=passed.words_until(day),
        )
        for day in days
    ]
    inside = values.loc[str(window_start) : str(days[-1])]
    notes = [
        *history.notes,
        *weekend_note(inside),
        *skipped,
        *carried_notes(like, days),
        *index_notes(values, days, like, window_start),
        *passed.notes,
    ]
    return DatedMarkets(markets=tuple(markets), window_start=window_start, notes=tuple(dict.fromkeys(notes)))
