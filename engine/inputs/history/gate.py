"""The gate of a history: what is doubted is refused by date, series and line, unless it is accepted by name."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engine.errors import InputError
from engine.inputs.fields.dates import parse_iso_date
from engine.inputs.history.columns import column_doubts, copy_doubts
from engine.inputs.history.doubt import Doubt, days_of, group_of
from engine.inputs.history.gaps import gap_doubts, tenor_doubts
from engine.inputs.history.load import History
from engine.inputs.history.odd_moves import move_doubts
from engine.inputs.history.stale import stale_doubts
from engine.inputs.history.units import unit_doubts
from engine.inputs.history.weekends import weekend_doubts

MAX_NAMED = 20  # doubts of one refusal; the rest is counted

_CHECKS = (move_doubts, stale_doubts)  # of a date among those around it
_OF_WINDOW = (unit_doubts, column_doubts, copy_doubts)
_AROUND_DAYS = 3 * 366  # before a window: all that these look at; holes are looked for in the whole history


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What was accepted by name of a history that passed the gate."""

    accepted: tuple[Doubt, ...]
    notes: tuple[str, ...]  # warnings: what was accepted, with file and line, and names that accept nothing

    def words_until(self, day: date) -> str:
        """Return what was accepted up to a day, for a market's description; empty where nothing was."""
        until = [f"{each.key} ({each.message})" for each in self.accepted if each.day <= day]
        return f"accepted by name: {', '.join(until)}" if until else ""


def doubts_of(
    values: pd.DataFrame, first: date = date.min, last: date = date.max, within: Collection[date] = ()
) -> tuple[Doubt, ...]:
    """Return all that is doubted in a history's table from `first` to `last`, by date.

    A date is judged by those around it, outside the window too; units, columns and weekends by the window alone, and
    the first two by each that begins on a date of `within` as well.
    """
    days = days_of(values.index)
    is_weekday, is_before = np.is_busday(days), days <= np.datetime64(last)
    weekdays = values[is_weekday]
    near = weekdays[days_of(weekdays.index) >= _before(first)]
    found: list[Doubt] = []
    for start in (first, *within):
        window = values[is_weekday & is_before & (days >= np.datetime64(start))]
        found += [doubt for check in _OF_WINDOW for doubt in check(window)]
    found += weekend_doubts(values[is_before & (days >= np.datetime64(first))])
    found += [*(doubt for check in _CHECKS for doubt in check(near)), *gap_doubts(weekdays)]
    once = {doubt.key: doubt for doubt in reversed(found) if first <= doubt.day <= last}  # a unit explains a move
    return tuple(sorted(once.values(), key=lambda doubt: (doubt.day, doubt.series)))


def _before(first: date) -> np.datetime64:
    """Return the day from which a history is looked at for doubts from `first` on."""
    return np.datetime64(date.fromordinal(max(first.toordinal() - _AROUND_DAYS, 1)))


def pass_gate(
    history: History,
    series: Collection[str],
    first: date,
    days: Sequence[date],
    accepted: Collection[str] = (),
    within: Collection[date] = (),
) -> Passed:
    """Let a window of a history through, if nothing in it is doubted but what is accepted by name.

    Parameters
    ----------
    history : files as read
    series : what is estimated from: names of curves, "JGB", and of prices, "USDJPY"
    first : day of the window's start
    days : valuation dates, on which levels are wanted; the last ends the window. All curves need their usual tenors
    accepted : "DATE:SERIES", such as "2025-04-25:UST_3M"
    within : days on which shorter windows begin, whose units and columns are judged by themselves too

    Raises
    ------
    InputError
        Every doubt with its file, line, series and date, and the name that accepts it; or a name in `accepted` is of
        another form.
    """
    names = [_accepted_name(text) for text in accepted]
    last = max(days)
    found = window_doubts(history.values, series, first, last, within)
    curves = [name for name in series if any(group_of(each) == name for each in map(str, history.values.columns))]
    inside = history.values.loc[pd.Timestamp(first) :]
    found += [doubt for day in days for doubt in tenor_doubts(inside, day, curves)]
    refused = [doubt for doubt in found if doubt.key not in names]
    if refused:
        lines = [f"{located(history, doubt)}; if it is true: --accept {doubt.key}" for doubt in refused[:MAX_NAMED]]
        more = [f"and {len(refused) - MAX_NAMED:,} more"] if len(refused) > MAX_NAMED else []
        raise InputError(
            "\n".join(["the history is doubted; correct the file, or accept what is true:", *lines, *more])
        )
    through = tuple(doubt for doubt in found if doubt.key in names)
    notes = [f"accepted: {located(history, doubt)}" for doubt in through]
    keys = {doubt.key for doubt in through}
    notes += [f"--accept {name}: nothing of that name is doubted" for name in names if name not in keys]
    return Passed(accepted=through, notes=tuple(notes))


def window_doubts(
    values: pd.DataFrame, series: Collection[str], first: date, last: date, within: Collection[date] = ()
) -> list[Doubt]:
    """Return what is doubted of `series`, names of curves and of prices, from `first` to `last`; as `doubts_of`."""
    wanted = values[[column for column in values.columns if group_of(str(column)) in series]]
    return [doubt for doubt in doubts_of(wanted, first, last, within) if group_of(doubt.series) in series]


def located(history: History, doubt: Doubt) -> str:
    """Return a doubt with its file and line."""
    of = [str(name) for name in history.values.columns if group_of(str(name)) == doubt.series] or [doubt.series]
    file, line = history.place(of[0], doubt.day)
    return f"{file}:{f' line {line}:' if line else ''} {doubt.series} on {doubt.day}: {doubt.message}"


def _accepted_name(text: str) -> str:
    day, _, series = text.strip().partition(":")
    if parse_iso_date(day) is None or not re.fullmatch(r"[A-Za-z0-9_.]+", series):
        raise InputError(f"--accept: must be DATE:SERIES, such as 2025-04-25:UST_3M, got {text!r}")
    return f"{day.strip()}:{series.upper()}"
