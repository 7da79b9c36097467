"""Levels of a market for the rows of a table: discount factors by curve name, yen by currency."""

from collections.abc import Callable

import numpy as np

from engine.conventions.currencies import CURRENCIES
from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.lookup import distinct
from engine.market.market import Market
from kernels.types import F64, I64, Words

DAYS_PER_TIME_YEAR = 365.0  # curves count Actual/365F
_MANY = 4096  # rows from which it pays to ask whether they share days


def zero_curve(name: str, market: Market) -> ZeroCurve:
    """Return a curve by name. Raises InputError when the market has none."""
    if name not in market.curves:
        raise InputError(
            f"the market has no curve {name!r}, which the book needs; it has {', '.join(market.curves)};"
            f" {curve_way_out(name)}"
        )
    return market.curves[name]


def curve_way_out(name: str) -> str:
    """Return how a market file gets a curve that it lacks: by par yields of bonds, or by spreads over another."""
    if any(name == currency.curves.bond for currency in CURRENCIES.values()):
        return f"give it a [curves.{name}] table, the par yields of bonds"
    return f"give it a [spreads.{name}] table, spreads over another curve"


def zero_rates(curve: Words, tau: F64, market: Market) -> F64:
    """Return the zero rate of each row's curve at `tau` years, continuous: (n,) decimal per year.

    Parameters
    ----------
    curve : (n,) names
    tau : (n,) years from the market's date, >= 0

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    return _read_off(ZeroCurve.zero_rate, curve, tau, market)


def discounts(curve: Words, tau: F64, market: Market) -> F64:
    """Return the discount factor of each row's curve over `tau` years: (n,). Arguments and errors as `zero_rates`."""
    return _read_off(ZeroCurve.discount, curve, tau, market)


def _read_off(figure: Callable[[ZeroCurve, F64], F64], curve: Words, tau: F64, market: Market) -> F64:
    """Return a figure of each row's curve at `tau` years: (n,).

    A large book's rows share their days: the figure is then worked out once for each day of a curve.
    """
    names, place = distinct(curve)
    curves = [zero_curve(name, market) for name in names]
    if (days := _shared_days(tau, len(names))) is not None:
        years = np.arange(int(days.max()) + 1) / DAYS_PER_TIME_YEAR
        return np.asarray(np.stack([figure(each, years) for each in curves])[place, days])
    found = np.zeros(tau.shape)
    for k, each in enumerate(curves):
        on_it = place == k
        found[on_it] = figure(each, tau[on_it])
    return found


def _shared_days(tau: F64, n_curves: int) -> I64 | None:
    """Return times [years] as days, (n,), where all are whole days, fewer than the rows; else None."""
    if tau.size < _MANY or not 0.0 <= (longest := float(tau.max())) * DAYS_PER_TIME_YEAR * n_curves < tau.size:
        return None
    days = np.rint(tau * DAYS_PER_TIME_YEAR).astype(np.int64)
    are_whole = np.array_equal(days / DAYS_PER_TIME_YEAR, tau) and days.min() >= 0
    return days if are_whole and np.isfinite(longest) else None


def fx_rates(currency: Words, market: Market) -> F64:
    """Return the yen for one unit of each currency: (n,) as `currency`, or of whatever shape that has."""
    names, place = distinct(currency.ravel())
    return np.array([market.rate(name) for name in names])[place].reshape(currency.shape)


def sums(group: I64, values: F64, n_groups: int) -> F64:
    """Return the sum of the values (n,) of each group, added in their order: (n_groups,)."""
    return np.asarray(np.bincount(group, values, minlength=n_groups), dtype=np.float64)
