"""Regimes of a filtered law's rows, as of a date: estimated each January on the past, filtered up to the date."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from engine.calibration.hidden_regimes import HiddenRegimes, estimated_regimes
from engine.market.factors import PRICE_FACTOR
from engine.market.row_regimes import RowRegimes
from kernels.types import F64, Dates

TOLD_BY = (PRICE_FACTOR, "JGB_10Y", "JGB_30Y", "UST_10Y")  # of which each market has those that it has
LEAST_SERIES = 2  # one series alone says nothing of what moves together
_ROUNDS = 1000  # of fitting flows between regimes to their long run


def row_regimes(
    z: F64,
    days: Dates,
    names: Sequence[str],
    day: date,
    *,
    n_rows: int,
    cap: float,
    warm_up: int,
    known: dict[int, HiddenRegimes] | None = None,
) -> RowRegimes | None:
    """Return the regimes of a law's rows on a date; None where too few of the series that tell them apart are there.

    Parameters
    ----------
    z : (n_dates, n_factors) standardised changes, the last one that of `day`
    days : (n_dates,) to which they lead
    names : (n_factors,)
    n_rows : of the table, the last of `z`
    cap : a residual counts up to this, either way
    warm_up : dates at the start that are left out, since the averages begin with them
    known : estimates of this history by the dates behind them: one that is there is taken, a new one is put in
    """
    told_by = series_of(names)
    if len(told_by) < LEAST_SERIES:
        return None
    series = regime_series(z, names, told_by, cap, warm_up)
    n = dates_before_january(days[warm_up:], day)
    estimates = {} if known is None else known
    regimes = estimates[n] if n in estimates else estimates.setdefault(n, estimated_regimes(series[:n]))
    return rows_of(regimes, regimes.memberships(series), told_by, days[warm_up + n - 1].astype(object), n_rows)


def series_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the factors by which regimes are told apart, among those of a law."""
    return tuple(name for name in TOLD_BY if name in names)


def regime_series(z: F64, names: Sequence[str], told_by: Sequence[str], cap: float, warm_up: int) -> F64:
    """Return the residuals that tell regimes apart, cut: (n_dates - warm_up, n_series)."""
    return np.clip(z[warm_up:, [list(names).index(name) for name in told_by]], -cap, cap)


def dates_before_january(days: Dates, day: date) -> int:
    """Return how many of days (n,), ascending, lie before the January of a date's year."""
    return int(np.searchsorted(days, np.datetime64(date(day.year, 1, 1))))


def rows_of(
    regimes: HiddenRegimes, memberships: F64, told_by: tuple[str, ...], estimated_to: date, n_rows: int
) -> RowRegimes:
    """Return the regimes of the last `n_rows` dates, the last of which is tonight: memberships (n_dates, n_regimes).

    The long run is what the table's own dates were on average; the estimated flows between regimes are fitted to it by
    rows and columns in turn, so that the chain leaves it as it is. Deming & Stephan (1940), Ann. Math. Statist. 11(4).
    """
    of_rows = memberships[-n_rows:]
    long_run = of_rows.mean(axis=0)
    flows = long_run[:, None] * regimes.transitions
    for _ in range(_ROUNDS):
        flows = flows * (long_run / flows.sum(axis=0))
        flows = flows * (long_run / flows.sum(axis=1))[:, None]
        if np.abs(flows.sum(axis=0) - long_run).max() < 1e-15:
            break
    return RowRegimes(
        series=told_by,
        estimated_to=estimated_to,
        means=regimes.means,
        covariances=regimes.covariances,
        transitions=flows / flows.sum(axis=1, keepdims=True),
        long_run=long_run,
        tonight=memberships[-1],
        memberships=of_rows,
    )
