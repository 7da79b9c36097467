"""Fans: quantiles by day of what headlines name, the 10- and 40-year JGB, the 10-year Treasury, USD/JPY.

Yields are par yields, semi-annual compounding, as the Ministry of Finance and the Treasury publish them: each path's
zero rates are turned into the par yield, exactly, so that history and simulation are the same figure.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.errors import InputError
from engine.levels.quantiles import chunks
from engine.market.bootstrap import PERIOD
from engine.market.curve import ZeroCurve
from engine.market.factors import PRICE_FACTOR
from engine.market.lookup import curve_factors
from engine.market.market import Market
from engine.run.blocks import Progress
from engine.run.walk import Walk
from kernels.base import PathRange
from kernels.types import F64, Dates

QUANTILES = (0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
YIELDS = (("JGB", 10.0, "JGB 10 years"), ("JGB", 40.0, "JGB 40 years"), ("UST", 10.0, "US Treasury 10 years"))
USDJPY_TITLE = "USD/JPY"
HELD_BYTES = 2**29  # of figures at once
CACHED = 512  # paths whose discount factors stay in the cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """One picture's figures: yields in percent, USD/JPY in yen."""

    title: str
    unit: str
    before: float  # on the valuation date, before the scenario
    start: float  # after the scenario's shocks, where all paths start
    quantiles: F64  # (n_quantiles, n_days), of QUANTILES
    history_dates: Dates  # up to the valuation date; none where no history is at hand
    history: F64  # the same shape; NaN: not published


def fans(walk: Walk, paths: PathRange, history: pd.DataFrame | None, progress: Progress) -> tuple[Fan, ...]:
    """Fans of every yield whose curve the market moves and that is long enough, and of USD/JPY.

    `history` holds par yields as decimals and USDJPY, by date, as `engine.inputs.history.load` reads them.

    Raises
    ------
    InputError
        More paths than fit in memory.
    """
    found = figures(walk, paths, progress)
    levels = np.quantile(found, QUANTILES, axis=2, method="inverted_cdf")  # (n_quantiles, n_figures, n_days)
    drawn = [_yield_fan(walk, each, levels[:, k], history) for k, each in enumerate(_yields(walk))]
    return (*drawn, _usdjpy_fan(walk, levels[:, -1], history))


def titles(walk: Walk) -> tuple[str, ...]:
    """What `figures` are called: yields whose curve the market moves and that is long enough, and USD/JPY."""
    return (*(title for _, _, title in _yields(walk)), USDJPY_TITLE)


def units(walk: Walk) -> tuple[str, ...]:
    """Units of `figures`."""
    return (*("par yield, decimal per year, semi-annual" for _ in _yields(walk)), "JPY per USD")


def starts(walk: Walk) -> tuple[float, ...]:
    """Where all paths of `figures` start: the scenario's shocks included."""
    return (*(_par_yield(walk.start, curve, tenor) for curve, tenor, _ in _yields(walk)), walk.start.usdjpy)


def figures(walk: Walk, paths: PathRange, progress: Progress) -> F64:
    """Par yields as decimals, then USD/JPY, on every day and path: (n_figures, n_days, n_paths), by `titles`.

    Raises
    ------
    InputError
        More paths than fit in memory.
    """
    yields = _yields(walk)
    shape = (1 + len(yields), walk.dates.size, paths.n)
    if 8 * int(np.prod(shape)) > HELD_BYTES:
        raise InputError(f"{paths.n:,} paths of {walk.dates.size} days are too many for a picture; take fewer")
    found = np.empty(shape)
    for ids in chunks(walk, paths):
        first = int(ids[0]) - paths.first
        deviations = walk.deviations(ids)
        at = slice(first, first + ids.size)
        for k, (curve, tenor, _) in enumerate(yields):
            pillars, numbers = curve_factors(walk.start, curve)
            moved = deviations[:, numbers]
            found[k, :, at] = [par_yields(walk.start.curves[curve], tenor, pillars, day) for day in moved]
        found[-1, :, at] = walk.start.usdjpy * np.exp(deviations[:, walk.series.index(PRICE_FACTOR)])
        progress(first + ids.size, paths.n)
    return found


def par_yields(curve: ZeroCurve, tenor: float, pillars: F64, deviations: F64) -> F64:
    """Par yields of `tenor` years, a multiple of a half, with the curve's zero rates moved: (n_paths,) decimal.

    deviations (n_pillars, n_paths) at the pillars, linear in time between them and flat beyond.
    """
    times = PERIOD * np.arange(1.0, round(tenor / PERIOD) + 1.0, dtype=np.float64)
    weights = np.stack([np.interp(times, pillars, each) for each in np.eye(pillars.size)], axis=1)
    start = curve.zero_rate(times)[:, np.newaxis]
    found = np.empty(deviations.shape[1])
    for first in range(0, found.size, CACHED):
        part = slice(first, first + CACHED)
        discounts = weights @ deviations[:, part]  # (n_times, n), then in place
        discounts += start
        discounts *= -times[:, np.newaxis]
        np.exp(discounts, out=discounts)
        found[part] = (1.0 - discounts[-1]) / (PERIOD * discounts.sum(axis=0))
    return found


def _yields(walk: Walk) -> list[tuple[str, float, str]]:
    return [each for each in YIELDS if _has(walk, each[0], each[1])]


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


def _usdjpy_fan(walk: Walk, levels: F64, history: pd.DataFrame | None) -> Fan:
    dates, past = _past(history, PRICE_FACTOR)
    return Fan(
        title=USDJPY_TITLE,
        unit="yen for one dollar",
        before=walk.base.usdjpy,
        start=walk.start.usdjpy,
        quantiles=levels,
        history_dates=dates,
        history=past,
    )


def _past(history: pd.DataFrame | None, name: str) -> tuple[Dates, F64]:
    if history is None or name not in history.columns:
        return np.empty(0, "datetime64[D]"), np.empty(0)
    published = history[name].dropna()
    return published.index.to_numpy().astype("datetime64[D]"), published.to_numpy(dtype=np.float64, copy=True)
