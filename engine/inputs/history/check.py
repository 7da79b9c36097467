"""What a history holds, series by series, and what is odd in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engine.conventions.spans import weekday_spans
from engine.inputs.history.doubt import days_of, move_words
from engine.inputs.history.load import is_yield
from kernels.types import F64, Dates

ODD_MOVE = 12.0  # times the usual size of a day's move, the median's: beyond, a move is pointed out
_USUAL_OVER = 500  # moves, half of them before
_LEAST = 1e-4  # below which no move is odd
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCheck:
    """One series of a history."""

    name: str
    first: date
    last: date
    n_values: int
    n_missing: int  # dates of the history between the two that have none
    largest_move: float  # over neighbouring weekdays; decimal rate, or ln(price)
    largest_on: date | None  # None: no two values on neighbouring weekdays


def check_series(history: pd.DataFrame) -> list[SeriesCheck]:
    """Return every series that has a value, in the history's order; `history` as `read_history` returns it."""
    dates = days_of(history.index)
    return [_check(name, days, values, dates) for name, days, values in _series(history)]


def odd_moves(history: pd.DataFrame) -> tuple[str, ...]:
    """Return what is worth a look: dates on weekends, moves far beyond the usual. Nothing is repaired."""
    oddities = [*weekend_note(history)]
    for name, days, values in _series(history):
        oddities += _odd(name, days, values)
    return tuple(oddities)


def weekend_note(history: pd.DataFrame) -> tuple[str, ...]:
    """Say how many dates of a history fall on a weekend, if any does: no move is counted from them."""
    dates = days_of(history.index)
    weekend = dates[~np.is_busday(dates)]
    if not weekend.size:
        return ()
    return (f"{weekend.size:,} dates fall on a weekend, the last on {weekend[-1].item():%Y-%m-%d, %A}",)


def _series(history: pd.DataFrame) -> list[tuple[str, Dates, F64]]:
    """Name, dates and values of each series that has any."""
    dates = days_of(history.index)
    columns = [(str(name), history[name].to_numpy(dtype=np.float64)) for name in history.columns]
    there = [(name, ~np.isnan(values), values) for name, values in columns]
    return [(name, dates[has], values[has]) for name, has, values in there if has.any()]


def _check(name: str, days: Dates, values: F64, dates: Dates) -> SeriesCheck:
    when, moves = _one_day_moves(name, days, values)
    largest = int(np.abs(moves).argmax()) if moves.size else -1
    return SeriesCheck(
        name=name,
        first=days[0].item(),
        last=days[-1].item(),
        n_values=days.size,
        n_missing=int(((dates >= days[0]) & (dates <= days[-1])).sum()) - days.size,
        largest_move=float(moves[largest]) if moves.size else 0.0,
        largest_on=when[largest].item() if moves.size else None,
    )


def _one_day_moves(name: str, days: Dates, values: F64) -> tuple[Dates, F64]:
    """Return changes over neighbouring weekdays, Friday and Monday too: of a rate, or of a price's logarithm."""
    weekday = np.is_busday(days)
    days, states = days[weekday], values[weekday] if is_yield(name) else np.log(values[weekday])
    near = weekday_spans(days) == 1
    return days[1:][near], np.diff(states)[near]


def _odd(name: str, days: Dates, values: F64) -> Sequence[str]:
    """Return the moves that a usual one does not explain; usual is the median size of the moves around."""
    when, moves = _one_day_moves(name, days, values)
    sizes = pd.Series(np.abs(moves))
    usual = sizes.rolling(_USUAL_OVER, center=True, min_periods=min(50, max(1, sizes.size))).median()
    odd = np.flatnonzero((sizes > ODD_MOVE * usual.clip(lower=_LEAST)).to_numpy())
    if not odd.size:
        return []
    largest = odd[np.argsort(-np.abs(moves[odd]), kind="stable")][:_NAMED]
    words = ", ".join(f"{move_words(name, float(moves[k]))} on {when[k]}" for k in largest)
    return [f"{name}: {odd.size:,} moves over {ODD_MOVE:g} times the usual size of their years: {words}"]
