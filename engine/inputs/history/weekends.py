"""Dates on which nothing is published: a table that was filled by calendar days, or one whose dates are a day off."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from engine.inputs.history.doubt import Doubt, days_of, groups_of

# Japanese banks have closed on all Saturdays since then: the last Saturday in the Ministry's files is 28 January.
_FIRST_WITHOUT = np.datetime64("1989-02-01")


def weekend_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield curves and prices that have values on weekends; `values` is a history's table of a window, of all dates.

    Estimated from, Fridays to Saturdays would count as days without a move, and Sundays to Mondays not at all.
    """
    for group, members in groups_of(values.columns).items():
        frame = values[members].dropna(how="all")
        days, levels = days_of(frame.index), frame.to_numpy(dtype=np.float64)
        found = np.flatnonzero(~np.is_busday(days) & (days >= _FIRST_WITHOUT))
        if not found.size:
            continue
        before = levels[np.maximum(found - 1, 0)]
        is_filled = ((levels[found] == before) | np.isnan(levels[found])).all()
        guess = (
            "all as on the date before: the table seems to be filled by calendar days; leave out what was not published"
            if is_filled
            else "nothing is published then: are the dates a day off?"
        )
        message = f"values on {found.size:,} Saturdays and Sundays until {days[found[-1]]}, {guess}"
        yield Doubt(series=group, day=days[found[0]].item(), message=message)
