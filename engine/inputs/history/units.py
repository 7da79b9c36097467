"""Values of a history in the wrong unit, and levels that no market had: decimals for percent, dollars for one yen."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from engine.conventions.currencies import currency_of, currency_of_curve, currency_of_factor, fx_quote, rate_words
from engine.conventions.indices import INDICES
from engine.inputs.history.doubt import Doubt, days_of, value_words
from engine.inputs.history.load import is_yield
from engine.market.factors import DAYS_PER_YEAR, tenor_years
from engine.market.sane_levels import DECIMAL_LEVEL, DECIMAL_VOL, LOWEST_YIELD
from kernels.types import F64

_LONG_YEARS = (
    5.0  # a tenor so long must be there, where the history is too short for a vol: bills were near 0 for years
)
_FEWEST_MOVES = 20
_COLUMN_SHARE = 0.05  # of the neighbours' level and vol, under which one column is taken for decimals among percent
_COLUMN_LEVEL = 0.003
_EACH = 20  # values out of range of a series are named one by one up to so many


def unit_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield what is doubted of units and levels; `values` is a history's table on weekdays."""
    names = [str(name) for name in values.columns]
    for curve in dict.fromkeys(name.rpartition("_")[0] for name in names if is_yield(name)):
        tenors = [name for name in names if is_yield(name) and name.rpartition("_")[0] == curve]
        yield from _decimal_doubts(curve, values[tenors].dropna(how="all").dropna(axis=1, how="all"))
    for name in names:
        yield from _range_doubts(name, values[name].dropna())


def _decimal_doubts(curve: str, frame: pd.DataFrame) -> Iterator[Doubt]:
    """Yield a curve, or a column of it, whose yields seem to be decimals where percent is read."""
    if frame.empty:
        return
    levels, first = frame.to_numpy(dtype=np.float64), days_of(frame.index)[0].item()
    highest, vols = float(np.nanmax(np.abs(levels))), _vols(levels)
    is_short = not np.isfinite(vols).any()
    is_long = any(tenor_years(str(name).rpartition("_")[2]) >= _LONG_YEARS for name in frame.columns)
    if highest < DECIMAL_LEVEL and (is_long if is_short else np.nanmax(vols) < DECIMAL_VOL):
        evidence = "" if is_short else f" and no tenor's vol above {1e4 * np.nanmax(vols):.2g} bp a year"
        message = (
            f"no yield above {100.0 * highest:.3g} % on any date{evidence}: these seem to be decimals; write percent, "
            "4.47 for 0.0447"
        )
        yield Doubt(series=curve, day=first, message=message)
        return
    sizes = np.nanmedian(np.abs(levels), axis=0)
    for j, name in enumerate(frame.columns):
        near = _neighbours(j, sizes)
        level, vol = float(np.median(sizes[near])) if near else 0.0, float(np.median(vols[near])) if near else 0.0
        if level > _COLUMN_LEVEL and sizes[j] < _COLUMN_SHARE * level and vols[j] < _COLUMN_SHARE * vol:
            message = f"{value_words(str(name), sizes[j])} in the middle of its dates, {100.0 * level:.3g} % beside it"
            words = f"{message} on the curve: this column seems to be in decimals; write percent"
            yield Doubt(series=str(name), day=days_of(frame[name].dropna().index)[0].item(), message=words)


def _neighbours(j: int, sizes: F64) -> Sequence[int]:
    return [k for k in (j - 1, j + 1) if 0 <= k < sizes.size]


def _vols(levels: F64) -> F64:
    """Return (n_series,) standard deviation of moves from date to date, per sqrt(year); NaN of too few."""
    moves = np.diff(levels, axis=0)
    counts = (~np.isnan(moves)).sum(axis=0)
    found = np.full(levels.shape[1], np.nan)
    enough = counts >= _FEWEST_MOVES
    found[enough] = np.sqrt(DAYS_PER_YEAR) * np.nanstd(moves[:, enough], axis=0)
    return found


def _range_doubts(name: str, series: pd.Series) -> Iterator[Doubt]:
    """Yield values outside what is sane in the series' currency."""
    limits = _limits(name)
    if limits is None:
        return
    low, high = limits
    levels, days = series.to_numpy(dtype=np.float64), days_of(series.index)
    out = np.flatnonzero((levels < low) | (levels >= high))
    for k in out[: 1 if out.size > _EACH else _EACH]:
        wanted = f"from {value_words(name, low)} to {value_words(name, high)} is sane"
        count = f", the first of {out.size:,} values out of range until {days[out[-1]]}" if out.size > _EACH else ""
        message = f"{value_words(name, levels[k])}, but {wanted}{_meant(name, float(levels[k]), low, high)}{count}"
        yield Doubt(series=name, day=days[k].item(), message=message)


def _limits(name: str) -> tuple[float, float] | None:
    if is_yield(name):
        code = currency_of_curve(name.rpartition("_")[0])
        low, high = currency_of(code).interest.yields if code is not None else (-math.inf, math.inf)
        return max(low, LOWEST_YIELD), high
    if name in INDICES:
        return INDICES[name].levels
    code = currency_of_factor(name)
    return fx_quote(code).level_range if code is not None else None


def _meant(name: str, value: float, low: float, high: float) -> str:
    if is_yield(name) or name in INDICES:
        return ""
    words = rate_words(str(currency_of_factor(name)))
    guesses = {1.0 / value: f"; 1 / {value:.6g} is {1.0 / value:.6g}: the rate is {words}"}
    guesses |= {value / 100.0: "; a point is missing?", value * 100.0: "; a point is misplaced?"}
    return next((text for guess, text in guesses.items() if low <= guess < high), "")
