"""The markets of a range of dates with their laws, from a history that passes its gate."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from math import log

from engine.calibration.filtered_markets import with_filtered_laws
from engine.calibration.history_extras import extra_notes, extras_of, series_needed
from engine.calibration.market_of_date import carried_notes, days_with_levels, market_of_date
from engine.calibration.swap_curves import swap_curves_of
from engine.calibration.zero_rates import FIRST_DATE
from engine.errors import InputError
from engine.inputs.history.check import weekend_note
from engine.inputs.history.gate import pass_gate
from engine.inputs.history.load import History
from engine.market.market import Market

WINDOW_YEARS = 3  # of vols and correlations, from the first of the date's month


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedMarkets:
    """Markets, oldest first, and what is worth knowing of them."""

    markets: tuple[Market, ...]
    notes: tuple[str, ...]  # warnings: days left out, what was carried over, what was accepted

    def window_words(self) -> str:
        """Return how old the days are that vols and correlations come from."""
        windows = [each.sampling for each in self.markets if each.sampling is not None]
        first, last = windows[0], windows[-1]
        years = (last.last - last.first).days / 365.25
        if first == last:
            span = f"{first.first} to {first.last}"
        elif first.first == last.first:
            span = f"{first.first} to each date, {first.last} to {last.last}"
        else:
            span = f"{first.first}..{first.last} to {last.first}..{last.last}"
        return f"vols and correlations, for normal moves, are of the window from {span}: {years:.1f} years"

    def law_words(self) -> str:
        """Return how old the changes are that filtered laws come from, and how fast their vols forget."""
        states = [(each.valuation_date, each.filtered) for each in self.markets if each.filtered is not None]
        if not states:
            return "no market has a law of past days"
        day, state = states[-1]
        some = "" if len(states) == len(self.markets) else f", of {len(states):,} of {len(self.markets):,} markets,"
        dates = f"{day}" if len(states) == 1 else f"each date, {states[0][0]} to {day}"
        lives = " and ".join((", ".join(half_lives(state.decays[:-1].tolist())), *half_lives([state.decays[-1]])))
        return (
            f"vols of the day{some} are of {state.first} to {dates}: their four averages forget half in {lives} joint"
            f" dates; rows are of the last {len(state.rows):,}"
        )


def half_lives(decays: Collection[float]) -> list[str]:
    """Return the joint dates in which averages forget half of what they hold, as text."""
    return [f"{log(0.5) / log(decay):.3g}" if decay > 0.0 else "0" for decay in decays]


def markets_of_dates(
    history: History,
    first: date,
    last: date,
    *,
    like: Market,
    window_start: date | None = None,
    law_start: date = FIRST_DATE,
    accepted: Collection[str] = (),
) -> DatedMarkets:
    """Return the markets, with their filtered laws, of the dates from `first` to `last` on which all was published.

    Parameters
    ----------
    history : files as `engine.inputs.history.load.load_history` returns them
    like : market whose factors are wanted, as in `engine.calibration.market_of_date.market_of_date`
    window_start : first day that vols and correlations are estimated from; None: three years before each date
    law_start : first day that the filtered laws look at
    accepted : doubted values that are true, "DATE:SERIES"

    Raises
    ------
    InputError
        No date has all levels; the window is empty or short; something in it, or from `law_start` on, is doubted, and
        not accepted by name. A date whose history is too short for a filtered law has a market without, and a note.
    """
    if first > last:
        raise InputError(f"the first valuation date, {first}, lies after the last, {last}")
    values = history.values
    days, skipped = days_with_levels(values, like, first, last)
    windows = [(window_start or window_before(day), day) for day in days]
    begin = windows[0][0]
    if days[0] <= begin:
        raise InputError(f"--window-start {begin} must lie before the first valuation date, {days[0]}")
    series = series_needed(values, like, windows)
    passed = pass_gate(history, series, min(begin, law_start), days, accepted, within=[max(begin, law_start)])
    markets = [
        market_of_date(
            values,
            day,
            like,
            start,
            extras=extras_of(values, day, like, start),
            accepted=passed.words_until(day),
        )
        for start, day in windows
    ]
    lawful = with_filtered_laws(markets, values, law_start)
    inside = values.loc[str(begin) : str(days[-1])]
    notes = [
        *history.notes,
        *weekend_note(inside),
        *skipped,
        *carried_notes(like, days, [name for day in days for name in swap_curves_of(values, like, day)]),
        *extra_notes(values, windows, like),
        *passed.notes,
        *(note for each in lawful for note in each.notes),
    ]
    return DatedMarkets(markets=tuple(each.market for each in lawful), notes=tuple(dict.fromkeys(notes)))


def window_before(day: date) -> date:
    """Return the first day of the usual window of a date's vols and correlations."""
    return day.replace(year=day.year - WINDOW_YEARS, day=1)


def calibrated_market(
    history: History,
    day: date,
    *,
    like: Market,
    window_start: date | None = None,
    law_start: date = FIRST_DATE,
    accepted: Collection[str] = (),
) -> DatedMarkets:
    """Return the market of one date with its filtered law; as `markets_of_dates`.

    Raises InputError where there is no such law, too.
    """
    found = markets_of_dates(
        history, day, day, like=like, window_start=window_start, law_start=law_start, accepted=accepted
    )
    if found.markets[0].filtered is None:
        raise InputError(found.markets[0].no_filtered)
    return found
