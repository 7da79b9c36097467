"""A history as a backtest walks it: levels on joint dates, and the factors' changes from each to the next.

A joint date has a value of every factor. Where Tokyo or New York is shut nothing moves, and the next joint date carries
the weekdays since the last, its span. Levels are all that was published on a date; changes are those of the laws
(`engine.calibration.zero_rates`), by one set of tenors. Nothing is filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engine.calibration.zero_rates import joint_changes
from engine.conventions.currencies import currency_of, currency_of_curve
from engine.errors import InputError
from engine.market.bootstrap import bootstrap_days
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor, FactorKind, tenor_years
from kernels.types import F64, I64, Dates

ALIVE_DAYS = 31  # calendar days before the end of a history in which a series that goes on has a value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveHistory:
    """Zero rates of one curve on all joint dates: every tenor that was published on each."""

    name: str
    currency: str
    times: F64  # (n_tenors,) years, ascending
    zero_rates: F64  # (n_tenors, n_dates) continuous, decimal per year; NaN where a tenor was not published

    def on(self, place: int) -> ZeroCurve:
        """Return the curve of one joint date."""
        live = ~np.isnan(self.zero_rates[:, place])
        rates = self.zero_rates[live, place]
        return ZeroCurve(name=self.name, currency=self.currency, times=self.times[live], zero_rates=rates)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointHistory:
    """Levels on joint dates, and the changes that led to each. Place k is the k-th date: known are changes up to k."""

    factors: tuple[Factor, ...]
    dates: Dates  # (n_dates,) ascending: the later date of each change
    changes: F64  # (n_dates, n_factors) of zero rates, decimal, and of logarithms of prices, from the date before
    spans: F64  # (n_dates,) weekdays from the date before, 1 at least
    curves: Mapping[str, CurveHistory]
    prices: Mapping[str, F64]  # by factor: (n_dates,) levels
    notes: tuple[str, ...]  # what a reader should know of how it was made

    def day(self, place: int) -> date:
        """Return a joint date."""
        found: date = self.dates[place].astype(object)
        return found

    def realised(self, place: int, horizon_days: int) -> F64:
        """Return the factors' moves over the next `horizon_days` joint dates: (n_factors,)."""
        return np.asarray(self.changes[place + 1 : place + 1 + horizon_days].sum(axis=0))

    def spans_ahead(self, place: int, horizon_days: int) -> F64:
        """Return the weekdays of each step to come, (n_steps,): the joint calendar ahead is known on the date.

        Steps beyond the end of the data take one weekday.
        """
        ahead = self.spans[place + 1 : place + 1 + horizon_days]
        return np.concatenate([ahead, np.ones(horizon_days - ahead.size)])

    def places(self, first: date, last: date) -> I64:
        """Return the places of the joint dates from `first` to `last`: (n,). Raises InputError beyond the data."""
        end = self.day(-1)
        if last > end:
            raise InputError(f"--to {last} lies beyond the data: their last date with every factor is {end}; end on it")
        found = np.flatnonzero((self.dates >= np.datetime64(first)) & (self.dates <= np.datetime64(last)))
        if not found.size:
            before = self.dates[self.dates < np.datetime64(first)]
            near = f"the last before it is {before[-1]}" if before.size else f"the first is {self.dates[0]}"
            raise InputError(f"the history has no date with every factor from {first} to {last}; {near}")
        return found.astype(np.int64)


def joint_history(history: pd.DataFrame, factors: Sequence[Factor], *, since: date) -> JointHistory:
    """Lay a history out on its joint dates from `since` on.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    factors : zero rates of published curves, and prices, each with a history

    Raises
    ------
    InputError
        A series is not in the history, has a hole or has ended, or as `engine.calibration.zero_rates.joint_changes`.
    """
    joint = joint_changes(history, factors, _last_joint_date(history, factors), since)
    rows = history.loc[pd.DatetimeIndex(joint.days).as_unit("us")]
    names = list(dict.fromkeys(factor.curve for factor in factors if factor.curve is not None))
    prices = [factor.name for factor in factors if factor.kind is not FactorKind.RATE]
    return JointHistory(
        factors=tuple(factors),
        dates=joint.days,
        changes=np.ascontiguousarray(joint.changes),
        spans=joint.spans,
        curves={name: _curve(rows, name) for name in names},
        prices={name: rows[name].to_numpy(dtype=np.float64, copy=True) for name in prices},
        notes=joint.notes,
    )


def _last_joint_date(history: pd.DataFrame, factors: Sequence[Factor]) -> date:
    """Return the last date on which all that is still published of the factors' curves and prices has a value."""
    curves = {factor.curve for factor in factors if factor.curve is not None}
    wanted = [
        str(name)
        for name in history.columns
        if str(name).rpartition("_")[0] in curves or str(name) in {factor.name for factor in factors}
    ]
    if not wanted:
        raise InputError("the history has no series of the factors; add the files that publish them")
    recent = history.loc[history.index > history.index[-1] - pd.Timedelta(days=ALIVE_DAYS), wanted]
    alive = recent.dropna(axis="columns", how="all").dropna()
    if alive.empty:
        raise InputError(f"no date of the history's last {ALIVE_DAYS} days has a value of every series")
    found: date = alive.index[-1].date()
    return found


def _curve(rows: pd.DataFrame, name: str) -> CurveHistory:
    """Bootstrap a curve on all dates, each group of dates with the same tenors at once."""
    code = currency_of_curve(name)
    if code is None:
        raise InputError(f"the history has no curve {name!r} of any currency")
    columns = sorted((str(c) for c in rows.columns if str(c).rpartition("_")[0] == name), key=_years)
    times = np.array([_years(column) for column in columns])
    quotes = rows[columns].to_numpy(dtype=np.float64).T
    zero_rates = np.full(quotes.shape, np.nan)
    patterns, group = np.unique(~np.isnan(quotes), axis=1, return_inverse=True)
    for k, pattern in enumerate(patterns.T):
        mine = group.ravel() == k
        part = np.ascontiguousarray(quotes[np.ix_(pattern, mine)])
        often = currency_of(code).bonds.coupons_per_year
        zero_rates[np.ix_(pattern, mine)] = bootstrap_days(times[pattern], part, name, often)
    return CurveHistory(name=name, currency=code, times=times, zero_rates=zero_rates)


def _years(column: str) -> float:
    return tenor_years(column.rpartition("_")[2])
