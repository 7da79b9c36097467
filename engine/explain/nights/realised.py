"""Realised P&L from one night to another, by scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import InputError
from engine.explain.nights.recorded_night import RecordedNight
from engine.inputs.history.realised_pnl import read_realised

TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """What was gained or lost since the earlier night."""

    by_scope: Mapping[str, float] = field(default_factory=dict)  # [currency of the runs]; "total" or "book:NAME"
    notes: tuple[str, ...] = ()


def realised_between(nights: Sequence[RecordedNight], file: Path | None) -> Realised:
    """Add up the realised P&L of the dates after the earlier night, up to the later.

    Parameters
    ----------
    file : None: the one that the later night names, which may be silent on the dates

    Raises
    ------
    InputError
        A file that was given has errors, or nothing on the total of the later date.
    """
    path = file or nights[1].realised
    if path is None:
        return Realised()
    try:
        rows = read_realised(path)
    except InputError as error:
        if file is not None:
            raise
        return Realised(notes=(f"realised P&L that the night names cannot be read: {error}",))
    first, last = (night.valuation_date for night in nights)
    within = [row for row in rows if first < row.valuation_date <= last]
    dates = sorted({row.valuation_date for row in within})
    if not any(row.valuation_date == last and row.scope == TOTAL for row in within):
        if file is not None:
            raise InputError(f"{file} has no realised P&L of the total on {last}: add a row {last},total,PNL")
        return Realised()
    found: dict[str, float] = {}
    for row in within:
        found[row.scope] = found.get(row.scope, 0.0) + row.pnl
    several = f"realised P&L is that of {len(dates)} dates added up, {dates[0]} to {last}"
    return Realised(by_scope=found, notes=(several,) if len(dates) > 1 else ())
