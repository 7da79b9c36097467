"""Zero rates of what publishers print: par bonds, and the yearly rates of overnight swaps, as spreads over bonds."""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import pandas as pd

from engine.conventions.currencies import HOME, currency_of, currency_of_curve
from engine.inputs.history.doubt import group_of
from engine.market.bootstrap import bootstrap, bootstrap_days
from engine.market.factors import tenor_years
from engine.market.market import Market, ParCurve
from engine.market.spread import SpreadCurve
from kernels.types import F64

_DAYS_PER_YEAR = 365.0  # by which curves count time


def published_zeros(name: str, times: F64, quotes: F64) -> F64:
    """Return the continuous zero rates of a published curve on many days: (n_tenors, n_days).

    Government bonds are par bonds of their currency. A swap curve's rates are those of overnight swaps, paid yearly,
    Actual over the currency's days: a rate of 360 days is one of 365 days by 365 / 360.

    times   (n_tenors,) years
    quotes  (n_tenors, n_days) decimal per year
    """
    currency = currency_of(currency_of_curve(name) or HOME)
    if name == currency.curves.bond:
        return bootstrap_days(times, quotes, name, currency.bonds.coupons_per_year)
    return bootstrap_days(times, quotes * (_DAYS_PER_YEAR / currency.year_days), name, 1)


def swap_curves_of(history: pd.DataFrame, like: Market, day: date) -> tuple[str, ...]:
    """Return the swap curves of a pattern, spreads over published bonds there, that a history has on a date."""
    return tuple(
        name
        for name, spread in like.spreads.items()
        if spread.parent in like.par_curves and currency_of_curve(name) is not None and _on(history, name, day).size
    )


def spreads_of_date(
    history: pd.DataFrame, day: date, names: Collection[str], like: Market, parents: Sequence[ParCurve]
) -> dict[str, SpreadCurve]:
    """Return swap curves of a date as spreads over its bonds, exact at the tenors that are published."""
    zeros, found = {par.name: bootstrap(par) for par in parents}, {}
    for name in names:
        row, pattern = _on(history, name, day), like.spreads[name]
        times = np.array([tenor_years(str(column).rpartition("_")[2]) for column in row.index])
        order = np.argsort(times)
        quotes = row.to_numpy(dtype=np.float64)[order][:, np.newaxis]
        rates = published_zeros(name, times[order], quotes)[:, 0]
        found[name] = SpreadCurve(
            name=name,
            parent=pattern.parent,
            currency=pattern.currency,
            times=times[order],
            spreads=np.round(rates - zeros[pattern.parent].zero_rate(times[order]), 10),
            source=f"history, {day}: overnight swaps, yearly, over the zero rates of {pattern.parent}",
        )
    return found


def _on(history: pd.DataFrame, name: str, day: date) -> pd.Series:
    """Return the tenors of a curve that were published on a date; none, of a date that the history has not."""
    columns = [column for column in history.columns if group_of(str(column)) == name]
    rows = history.loc[history.index == pd.Timestamp(day), columns]
    return rows.iloc[0].dropna() if len(rows) else pd.Series(dtype=np.float64)
