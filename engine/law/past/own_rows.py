"""Rows that a scenario brings along, as the columns of a market's law."""

from collections.abc import Sequence

import numpy as np

from engine.market.filtered import FilteredState
from engine.mechanisms.rows import PastRow
from kernels.types import F64


def columns_of(rows: Sequence[PastRow], state: FilteredState) -> tuple[F64, F64]:
    """Return a scenario's rows with all columns of the market's, (n_rows, n_columns), and noise beside each column.

    A column that the rows do not name moves by its least-squares regression on those that they do, over the market's
    rows; noise (n_columns,) is the standard deviation of what that leaves, 0 of the others.
    """
    named = dict(rows[0].residuals)
    has = np.array([name in named for name in state.factors])
    found, noise = np.zeros((len(rows), has.size)), np.zeros(has.size)
    places = [dict(row.residuals) for row in rows]
    for k in np.flatnonzero(has).tolist():
        found[:, k] = [row[state.factors[k]] for row in places]
    if not has.all():
        slopes = np.linalg.lstsq(state.rows[:, has], state.rows[:, ~has], rcond=None)[0]
        found[:, ~has] = found[:, has] @ slopes
        noise[~has] = np.sqrt(((state.rows[:, ~has] - state.rows[:, has] @ slopes) ** 2).mean(axis=0))
    return found, noise
