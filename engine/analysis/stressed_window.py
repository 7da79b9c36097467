"""The worst year for a book: 250 joint dates since 2007 whose one-day moves would cost it most, as it is held today.

The Basel committee asks for the 12 months in which the portfolio loses most, over a horizon that goes back to 2007 at
least, each observation weighted alike: MAR33.7. The criterion is ES 97.5 % of one-day P&L by full revaluation at
today's levels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from engine.book.compiled import CompiledBook
from engine.calibration.filtered_markets import makes_dates
from engine.calibration.zero_rates import FIRST_DATE, JointChanges, joint_changes
from engine.conventions.currencies import HOME
from engine.errors import InputError
from engine.inputs.book.several import load_books
from engine.market.factors import Factor
from engine.market.filtered import FilteredState, StressedWindow
from engine.market.market import Market
from engine.mechanisms.law import MOST_DAYS, STRESSED_DATES
from engine.pack.pack import pack
from engine.risk.ranks import tail_count
from engine.run.backend import choose_backend, device_errors
from kernels.types import F64, Dates

SINCE = date(2007, 1, 1)  # MAR33.7: the horizon of the search goes back to 2007 at least
CONFIDENCE = 0.975  # of the criterion
LATE_DAYS = 15  # after SINCE: a history that begins later does not cover it


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstWindow:
    """The window with the largest ES, and the worst of those that share no date with it."""

    first: int  # place of its first change; it has `STRESSED_DATES`
    shortfall: float  # in the currency of the P&L, a loss, positive
    other: int | None  # place of the first change of the other; None: all windows share a date with it
    other_shortfall: float


def with_stressed_window(
    market: Market, history: pd.DataFrame, book: Path, say: Callable[[str], None], start: date = FIRST_DATE
) -> tuple[Market, tuple[str, ...]]:
    """Return a calibrated market with the worst year for a book in its law, and notes.

    Parameters
    ----------
    market : with a filtered law, whose factors' moves are searched
    history : as `engine.inputs.history.load.read_history` returns it; nothing after the market's date is looked at
    book : file of positions; of several books, the year is the worst for their sum
    say : is told on what the book was valued
    start : first date of the history that is looked at, as of the filtered law

    Raises
    ------
    InputError
        The market has no filtered law, the book has errors, or the history is too short or has no value of a factor of
        the law, or as `joint_changes`.
    """
    state = market.filtered
    if state is None:
        raise InputError(f"the market of {market.valuation_date} has no law of past days: {market.no_filtered}")
    factors = [factor for factor in market.factors if factor.name in state.factors]
    beside = [factor.name for factor in factors if not makes_dates(factor.curve or factor.name)]
    joint = joint_changes(history, factors, market.valuation_date, start, beside)
    late = _late(joint, factors)
    joint = replace(joint, changes=np.where(np.isnan(joint.changes), 0.0, joint.changes))
    pnl = pnl_of_changes(market, load_books((book,), market.valuation_date), state, joint.changes, say)
    found = worst_window(pnl[_first_place(joint) :])
    window = _window(joint, found, late, book.name, market.valuation_date)
    return replace(market, filtered=replace(state, stressed=window)), _notes(joint, late)


def pnl_of_changes(
    market: Market, book: CompiledBook, state: FilteredState, changes: F64, say: Callable[[str], None]
) -> F64:
    """Return the P&L of a book's total after each change, (n,) in the home currency, by full revaluation today.

    changes  (n, n_columns) of the factors of `state`; the others stand still
    """
    names = [factor.name for factor in market.factors]
    moves = np.zeros((len(names), len(changes)))
    for column, name in enumerate(state.factors):
        moves[names.index(name)] = changes[:, column]
    packed = pack(book, market, [market], horizon_days=1, n_steps=1, currency=HOME, instantaneous=True, direct=True)
    backend = choose_backend("auto", say)
    with device_errors():
        return np.asarray(backend.pnl_of_moves(packed.book, moves)[0])


def worst_window(pnl: F64) -> WorstWindow:
    """Return the window of `STRESSED_DATES` changes with the largest ES of its equally likely P&L; of equals the first.

    pnl  (n,) one-day P&L, gains positive, in the order of the dates

    Raises
    ------
    InputError
        There are fewer changes than a window has.
    """
    if pnl.size < STRESSED_DATES:
        raise InputError(f"a stressed year needs {STRESSED_DATES} changes between joint dates, got {pnl.size:,}")
    shortfalls = _shortfalls(np.lib.stride_tricks.sliding_window_view(0.0 - pnl, STRESSED_DATES))
    first = int(shortfalls.argmax())
    apart = np.abs(np.arange(shortfalls.size) - first) >= STRESSED_DATES
    other = int(np.where(apart, shortfalls, -np.inf).argmax()) if apart.any() else None
    return WorstWindow(
        first=first,
        shortfall=float(shortfalls[first]),
        other=other,
        other_shortfall=0.0 if other is None else float(shortfalls[other]),
    )


def _shortfalls(losses: F64) -> F64:
    """Return the mean of the worst 1 - CONFIDENCE of each row's losses (n, n_losses), the last one in part: (n,)."""
    whole, part = tail_count(CONFIDENCE, losses.shape[1])
    worst = -np.sort(-np.partition(losses, -whole - 1, axis=1)[:, -whole - 1 :], axis=1)
    return np.asarray((worst[:, :whole].sum(axis=1) + part * worst[:, whole]) / (whole + part))


def _first_place(joint: JointChanges) -> int:
    """Return the first change that a year may begin with: since 2007, with those before it that ten days need."""
    since = int(np.searchsorted(joint.days, np.datetime64(SINCE)))
    place = max(since, MOST_DAYS - 1)
    if joint.days.size - place < STRESSED_DATES:
        raise InputError(
            f"a stressed year needs {STRESSED_DATES + MOST_DAYS - 1} changes between joint dates since {SINCE}, and the"
            f" history has {joint.days.size - since}: give files that reach further back"
        )
    return place


def _late(joint: JointChanges, factors: Sequence[Factor]) -> str:
    """Return which curves and prices begin after the first change that is searched, with their first one, in words."""
    moves = np.isfinite(joint.changes)
    if never := [factor.name for factor, has in zip(factors, moves[-1], strict=True) if not has]:
        raise InputError(
            f"the history has no value of {', '.join(never)} on a joint date, and the law of {joint.days[-1]} has:"
            " give the files that the law was made of"
        )
    looked_at, firsts = _first_place(joint) - MOST_DAYS + 1, moves.argmax(axis=0).tolist()
    begins = {
        f.curve or f.name: joint.days[first] for f, first in zip(factors, firsts, strict=True) if first > looked_at
    }
    return ", ".join(f"{name} before {day}" for name, day in begins.items())


def _window(joint: JointChanges, found: WorstWindow, late: str, book: str, day: date) -> StressedWindow:
    place = _first_place(joint)
    begin = place + found.first
    end = begin + STRESSED_DATES
    n_windows, since = joint.days.size - place - STRESSED_DATES + 1, joint.days[place]
    description = (
        f"the largest ES {100.0 * CONFIDENCE:g} % of one day, {_billions(found.shortfall)}, of the book as held on"
        f" {day}, by full revaluation, among {n_windows:,} windows of {STRESSED_DATES} joint dates from {since} on"
        " (MAR33.7)"
    )
    if found.other is not None:
        a, b = _days(joint.days, place + found.other)
        description += f"; the worst that shares no date with it is {a} to {b}, {_billions(found.other_shortfall)}"
    if late:
        description += f"; without a history, these stood still: {late}"
    first, last = _days(joint.days, begin)
    return StressedWindow(
        first=first,
        last=last,
        book=book,
        moves=joint.changes[begin - MOST_DAYS + 1 : end].copy(),
        description=description,
    )


def _days(days: Dates, place: int) -> tuple[date, date]:
    """Return the first and the last date of a window."""
    ends = days[place], days[place + STRESSED_DATES - 1]
    return ends[0].astype(object), ends[1].astype(object)


def _billions(amount: float) -> str:
    return f"{HOME} {amount / 1e9:,.3g} bn"


def _notes(joint: JointChanges, late: str) -> tuple[str, ...]:
    first, notes = joint.days[_first_place(joint)], []
    if first > np.datetime64(SINCE) + np.timedelta64(LATE_DAYS, "D"):
        notes.append(
            f"the stressed year is searched from {first} on, where the history begins, not from {SINCE}: MAR33.7"
        )
    if late:
        notes.append(
            f"in the search for the stressed year these stand still, as they have no history there: {late}; give files"
            " that reach further back"
        )
    return tuple(notes)
