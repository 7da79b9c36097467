"""What a history holds beside the factors of the market that is its pattern: indices, exchange rates, bonds abroad."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from engine.calibration.diffusion import DATE_SHARE, TENOR_SHARE
from engine.calibration.market_of_date import needed_prices
from engine.calibration.swap_curves import swap_curves_of
from engine.conventions.currencies import FOREIGN, HOME, currency_of, currency_of_curve, fx_quote
from engine.conventions.indices import INDICES
from engine.inputs.history.doubt import group_of
from engine.inputs.history.load import is_yield
from engine.market.factors import Factor, FactorKind, parse_factor, tenor_years
from engine.market.market import Market

PILLARS = (0.25, 1.0, 2.0, 5.0, 7.0, 10.0, 20.0, 30.0, 40.0)  # tenors of a curve that become factors, where published


def extras_of(history: pd.DataFrame, day: date, like: Market, start: date) -> list[Factor]:
    """Return the factors of a history that a market of `day` has beside those of `like`, taken by their names.

    Indices and exchange rates that are published on the date and on most weekdays of the window from `start`; and the
    government bonds of a currency whose exchange rate the market has.
    """
    names = [factor.name for factor in like.factors]
    inside = history.loc[pd.Timestamp(start) : pd.Timestamp(day)]
    if inside.index[-1:] != pd.Timestamp(day):
        return []
    weekdays = max(int(np.busday_count(start, day + timedelta(days=1))), 1)
    held = {
        name
        for name in dict.fromkeys(group_of(str(column)) for column in inside.columns)
        if _is_published(inside, name, DATE_SHARE * weekdays)
    }
    rates = {code: fx_quote(code).factor for code in FOREIGN}
    prices = [Factor(name=n, kind=FactorKind.PRICE, currency=each.currency) for n, each in INDICES.items() if n in held]
    prices += [parse_factor(rate) for rate in rates.values() if rate in held]
    found = [factor for factor in prices if factor.name not in names]
    for code, rate in rates.items():
        curve = currency_of(code).curves.bond
        if curve in held and curve not in like.curves and (code in like.fx or rate in held):
            found += [factor for factor in _pillars(inside, history, curve) if factor.name not in names]
    return found


def series_needed(history: pd.DataFrame, like: Market, windows: Sequence[tuple[date, date]]) -> list[str]:
    """Return the curves and prices that markets are made from; windows: first day of estimation and date of each."""
    extras = [f.curve or f.name for first, day in windows for f in extras_of(history, day, like, first)]
    swaps = [name for _, day in windows for name in swap_curves_of(history, like, day)]
    return list(dict.fromkeys([*like.par_curves, *needed_prices(like), *extras, *swaps]))


def extra_notes(history: pd.DataFrame, windows: Sequence[tuple[date, date]], like: Market) -> tuple[str, ...]:
    """Return what a history holds and a market of each date lacks, and why, in words; windows as in `series_needed`."""
    known = {*(factor.curve or factor.name for factor in like.factors), *like.curves}
    groups = dict.fromkeys(group_of(str(column)) for column in history.columns)
    notes = []
    for _, day in windows:
        held = swap_curves_of(history, like, day)
        if left := [name for name in groups if name in like.spreads and name not in held]:
            notes.append(
                f"{day}: the history's {', '.join(left)} is not taken: not published on it, or no spread over bonds in"
                f" the market of {like.valuation_date}, the pattern"
            )
    names = [name for name in groups if name not in known and not _is_swap_curve(name)]
    for first, day in windows:
        have = {factor.curve or factor.name for factor in extras_of(history, day, like, first)}
        rateless = [name for name in names if name not in have and _lacks_rate(name, like, have)]
        if rateless:
            notes.append(
                f"{', '.join(rateless)} is not in the market: the history has no exchange rate of its currency"
            )
        if lacks := [name for name in names if name not in have and name not in rateless]:
            notes.append(
                f"{day}: no {', '.join(lacks)} in the market: not published on it, or on few dates of the window"
            )
    swaps = [name for name in groups if name not in known and _is_swap_curve(name)]
    if swaps:
        notes.append(f"{', '.join(swaps)} is not in the market: give --like a market with it, as spreads over bonds")
    return tuple(notes)


def _is_published(inside: pd.DataFrame, name: str, least: float) -> bool:
    """Return whether a curve, or a price, has a value on the last date and on `least` dates in all."""
    columns = [str(column) for column in inside.columns if group_of(str(column)) == name]
    there = inside[columns].notna().any(axis="columns").to_numpy()
    return bool(there[-1]) and float(there.sum()) >= least


def _pillars(inside: pd.DataFrame, history: pd.DataFrame, curve: str) -> list[Factor]:
    """Return the usual pillars of a curve that it has had throughout: on all but few of its dates, to the last."""
    until = history.loc[: inside.index[-1]]
    columns = [str(column) for column in until.columns if is_yield(str(column)) and group_of(str(column)) == curve]
    dates = until[columns].dropna(how="all")
    kept = [c for c in columns if bool(dates[c].notna().iloc[-1]) and dates[c].notna().mean() >= TENOR_SHARE]
    usual = [column for column in kept if tenor_years(column.rpartition("_")[2]) in PILLARS]
    return [parse_factor(column) for column in usual or kept]


def _is_swap_curve(name: str) -> bool:
    code = currency_of_curve(name)
    return code is not None and currency_of(code).curves.bond != name


def _lacks_rate(name: str, like: Market, have: set[str]) -> bool:
    """Return whether a curve of the history is in a currency whose exchange rate the market has not."""
    code = currency_of_curve(name)
    return code is not None and code != HOME and code not in like.fx and fx_quote(code).factor not in have
