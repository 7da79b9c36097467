"""Fans: quantiles by day of what headlines name, yields of 10 years, of 40 in Japan, and exchange rates.

Yields are par yields, compounding as the publishers' do: each path's zero rates are turned into the par yield, exactly,
so that history and simulation are the same figure.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.conventions.currencies import HOME, fx_quote, rate_words
from engine.errors import InputError
from engine.levels.quantiles import chunks
from engine.market.bootstrap import coupon_period, coupon_times
from engine.market.curve import ZeroCurve
from engine.market.lookup import curve_factors
from engine.market.market import Market
from engine.run.blocks import Progress
from engine.run.walk import Walk
from kernels.base import PathRange
from kernels.types import F64, Dates

QUANTILES = (0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
YIELDS = (  # curve, tenor, title
    ("JGB", 10.0, "JGB 10 years"),
    ("JGB", 40.0, "JGB 40 years"),
    ("UST", 10.0, "US Treasury 10 years"),
    ("BUND", 10.0, "Bund 10 years"),
)
_COMPOUNDING = {1: "annual", 2: "semi-annual", 4: "quarterly"}  # by coupons in a year
HELD_BYTES = 2**29  # of figures at once
CACHED = 512  # paths whose discount factors stay in the cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """One picture's figures: yields in percent, exchange rates in home units."""

    title: str
    unit: str
    before: float  # on the valuation date, before the scenario
    start: float  # after the scenario's shocks, where all paths start
    quantiles: F64  # (n_quantiles, n_days), of QUANTILES
    history_dates: Dates  # up to the valuation date; none where no history is at hand
    history: F64  # the same shape; NaN: not published


def fans(walk: Walk, paths: PathRange, history: pd.DataFrame | None, progress: Progress) -> tuple[Fan, ...]:
    """Make fans of every yield whose curve the market moves and that is long enough, and of its exchange rates.

    `history` holds par yields as decimals and rates, by date, as `engine.inputs.history.load` reads them.

    Raises
    ------
    InputError
        More paths than fit in memory.
    """
    found = figures(walk, paths, progress)
    levels = np.quantile(found, QUANTILES, axis=2, method="inverted_cdf")  # (n_quantiles, n_figures, n_days)
    yields = _yields(walk)
    drawn = [_yield_fan(walk, each, levels[:, k], history) for k, each in enumerate(yields)]
    rates = [_rate_fan(walk, code, levels[:, len(yields) + k], history) for k, code in enumerate(_rates(walk))]
    return (*drawn, *rates)


def titles(walk: Walk) -> tuple[str, ...]:
    """Return what `figures` are called: yields whose curve the market moves and that is long enough, then rates."""
    return (*(title for _, _, title in _yields(walk)), *(f"{code}/{HOME}" for code in _rates(walk)))


def units(walk: Walk) -> tuple[str, ...]:
    """Return the units of `figures`."""
    often = [_COMPOUNDING[round(1.0 / coupon_period(walk.start.curves[curve]))] for curve, _, _ in _yields(walk)]
    return (*(f"par yield, decimal per year, {each}" for each in often), *(f"{HOME} per {c}" for c in _rates(walk)))


def starts(walk: Walk) -> tuple[float, ...]:
    """Return where all paths of `figures` start: the scenario's shocks included."""
    yields = (_par_yield(walk.start, curve, tenor) for curve, tenor, _ in _yields(walk))
    return (*yields, *(walk.start.rate(code) for code in _rates(walk)))


def figures(walk: Walk, paths: PathRange, progress: Progress) -> F64:
    """Return par yields [decimal], then exchange rates, on every day and path: (n_figures, n_days, n_paths).

    In the order of `titles`.

    Raises
    ------
    InputError
        More paths than fit in memory.
    """
    shape = (len(_yields(walk)) + len(_rates(walk)), walk.dates.size, paths.n)
    if 8 * int(np.prod(shape)) > HELD_BYTES:
        raise InputError(f"{paths.n:,} paths of {walk.dates.size} days are too many for a picture; take fewer")
    found = np.empty(shape)
    for ids in chunks(walk, paths):
        first = int(ids[0]) - paths.first
        for day, deviations in enumerate(walk.deviations(ids)):
            found[:, day, first : first + ids.size] = figures_at(walk, deviations)
        progress(first + ids.size, paths.n)
    return found


def figures_at(walk: Walk, deviations: F64) -> F64:
    """Return the same figures of moved factors: (n_figures, n_paths).

    deviations   (n_series, n_paths) of the factors from where all paths start, and of nothing else or of more series
    """
    found = []
    for curve, tenor, _ in _yields(walk):
        pillars, numbers = curve_factors(walk.start, curve)
        found.append(par_yields(walk.start.curves[curve], tenor, pillars, deviations[numbers]))
    for code in _rates(walk):
        found.append(walk.start.rate(code) * np.exp(deviations[walk.series.index(fx_quote(code).factor)]))
    return np.array(found).reshape(-1, deviations.shape[1])


def par_yields(curve: ZeroCurve, tenor: float, pillars: F64, deviations: F64) -> F64:
    """Return par yields of `tenor` years, a multiple of the coupons' period, of moved zero rates: (n_paths,) decimal.

    deviations (n_pillars, n_paths) at the pillars, linear in time between them and flat beyond.
    """
    period = coupon_period(curve)
    times = coupon_times(tenor, period)
    weights = np.stack([np.interp(times, pillars, each) for each in np.eye(pillars.size)], axis=1)
    start = curve.zero_rate(times)[:, np.newaxis]
    found = np.empty(deviations.shape[1])
    for first in range(0, found.size, CACHED):
        part = slice(first, first + CACHED)
        discounts = weights @ deviations[:, part]  # (n_times, n), then in place
        discounts += start
        discounts *= -times[:, np.newaxis]
        np.exp(discounts, out=discounts)
        found[part] = (1.0 - discounts[-1]) / (period * discounts.sum(axis=0))
    return found


def _yields(walk: Walk) -> list[tuple[str, float, str]]:
    return [each for each in YIELDS if _has(walk, each[0], each[1])]


def _rates(walk: Walk) -> list[str]:
    """Return the currencies whose exchange rates the market moves, in its factors' order."""
    codes = (walk.start.exchanged(factor) for factor in walk.factors)
    return [code for code in codes if code is not None]


def _has(walk: Walk, curve: str, tenor: float) -> bool:
    if curve not in walk.start.curves:
        return False
    return bool(curve_factors(walk.start, curve)[0].size) and float(walk.start.curves[curve].times[-1]) >= tenor


def _yield_fan(walk: Walk, which: tuple[str, float, str], levels: F64, history: pd.DataFrame | None) -> Fan:
    curve, tenor, title = which
    before, start = (_par_yield(market, curve, tenor) for market in (walk.base, walk.start))
    dates, past = _past(history, f"{curve}_{tenor:g}Y")
    return Fan(
        title=title,
        unit="par yield, % a year",
        before=100.0 * before,
        start=100.0 * start,
        quantiles=100.0 * levels,
        history_dates=dates,
        history=100.0 * past,
    )


def _par_yield(market: Market, curve: str, tenor: float) -> float:
    return float(par_yields(market.curves[curve], tenor, np.ones(1), np.zeros((1, 1)))[0])


def _rate_fan(walk: Walk, code: str, levels: F64, history: pd.DataFrame | None) -> Fan:
    dates, past = _past(history, fx_quote(code).factor)
    return Fan(
        title=f"{code}/{HOME}",
        unit=rate_words(code),
        before=walk.base.rate(code),
        start=walk.start.rate(code),
        quantiles=levels,
        history_dates=dates,
        history=past,
    )


def _past(history: pd.DataFrame | None, name: str) -> tuple[Dates, F64]:
    if history is None or name not in history.columns:
        return np.empty(0, "datetime64[D]"), np.empty(0)
    published = history[name].dropna()
    return published.index.to_numpy().astype("datetime64[D]"), published.to_numpy(dtype=np.float64, copy=True)
