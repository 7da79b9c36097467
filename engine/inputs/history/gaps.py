"""What a history lacks: months without a value, tenors that have ended or are missing on the date that is wanted."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from engine.inputs.history.doubt import Doubt, days_of, groups_of

LONGEST_GAP_DAYS = (
    14  # calendar days: Japan's market was closed for 11 over 1 May 2019, New York's for 6 in September 2001
)
USUAL_SHARE = 0.95  # of the dates up to its last, from which a tenor is missed
_DATES_BEFORE = 60


def gap_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield holes of a curve, a tenor or a price that no holiday explains; `values` is a history's table on weekdays.

    A tenor that begins or ends within the table has no hole there: `tenor_doubts` asks for the one that ends.
    """
    for group, members in groups_of(values.columns).items():
        holes = list(_holes(values[members].dropna(how="all").index))
        for start, end, length in holes:
            message = f"no value for {length:,} days, from {start} to {end}; give the file that has them"
            yield Doubt(series=group, day=end, message=message)
        for name in members if len(members) > 1 else ():
            for start, end, length in _holes(values[name].dropna().index):
                if not any(other_start >= start and other_end <= end for other_start, other_end, _ in holes):
                    message = (
                        f"no value for {length:,} days, from {start} to {end}, but other tenors of {group} have one"
                    )
                    yield Doubt(series=name, day=end, message=message)


def _holes(index: pd.Index) -> Iterator[tuple[date, date, int]]:
    """Yield the date before each hole, the date after it, and the calendar days between them."""
    days = days_of(index)
    lengths = np.diff(days).astype(np.int64)
    for k in np.flatnonzero(lengths > LONGEST_GAP_DAYS):
        yield days[k].item(), days[k + 1].item(), int(lengths[k])


def tenor_doubts(values: pd.DataFrame, day: date, curves: Sequence[str]) -> Iterator[Doubt]:
    """Yield tenors that a curve had on nearly all dates up to some date of `values`, and has not on `day`.

    `values` is a history's table from a window's start: a tenor that ended before it is not missed.
    """
    until = values.loc[values.index <= pd.Timestamp(day)]
    for curve in curves:
        table = until[[str(name) for name in values.columns if str(name).rpartition("_")[0] == curve]].dropna(how="all")
        if table.empty or table.index[-1] != pd.Timestamp(day):
            continue
        there, days = table.notna().to_numpy(), days_of(table.index)
        for j, name in enumerate(table.columns):
            if there[-1, j] or not there[:, j].any():
                continue
            last = int(np.flatnonzero(there[:, j])[-1])
            if there[max(0, last + 1 - _DATES_BEFORE) : last + 1, j].mean() >= USUAL_SHARE:
                message = f"no value, but other tenors of {curve} have one; it was published until {days[last]}"
                yield Doubt(series=str(name), day=day, message=message)
