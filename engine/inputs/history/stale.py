"""Values of a history that repeat too long to have been published: a feed that stood still, a hole that was filled.

A yield near zero may stand for weeks, so a run is judged by how often the series stood still around it.
docs/reference/histories.md has the counts of what these limits point at in the published histories.
"""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.conventions.calendars import is_holiday
from engine.conventions.currencies import HOME, currency_of, currency_of_curve, currency_of_factor
from engine.conventions.indices import INDICES
from engine.inputs.history.doubt import Doubt, days_of, value_words
from engine.inputs.history.load import is_yield
from kernels.types import F64, Dates

CURVE_REPEATS = 2  # dates on which all of three tenors or more stand as the day before: since 1974 no such pair
_MANY_TENORS, _MANY_REPEATS = 10, 1  # of so many not one such date: on the two of 1977 and 1978 there were 9 and 6
PRICE_REPEATS = 3  # dates on which a price stands as the day before: at most 2 on end in the published histories
_FEWEST_TENORS = 3
_CHANCE = 1e-12  # of a run of repeats, were each as likely as it is around the run
_LEAST_REPEATS = 6
_AROUND = 250  # moves before and after
_LOW, _LOW_TIMES = 0.002, 2.0  # yields in size, which policy rates held for weeks: 52 dates at 0.1 % in 2012
_LEAST_SHARE = 0.05  # of repeats around a run: prints of three decimals coincide now and then


def stale_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield runs of equal values that are doubted; `values` is a history's table on weekdays."""
    names = [str(name) for name in values.columns]
    whole = set[tuple[str, str]]()
    for curve in dict.fromkeys(name.rpartition("_")[0] for name in names if is_yield(name)):
        tenors = [name for name in names if is_yield(name) and name.rpartition("_")[0] == curve]
        for doubt in _curve_runs(curve, _without_filled_holidays(values[tenors].dropna(how="all"), curve)):
            whole |= {(tenor, str(doubt.day)) for tenor in tenors}
            yield doubt
    for name in names:
        series = _without_filled_holidays(values[[name]].dropna(), name.rpartition("_")[0] if is_yield(name) else name)
        for doubt in _runs(name, days_of(series.index), series[name].to_numpy(dtype=np.float64)):
            if (name, str(doubt.day)) not in whole:
                yield doubt


def _without_filled_holidays(frame: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return a curve, or a price, without holidays of its market that a vendor filled with the day before."""
    days, centres = days_of(frame.index), _centres(group)
    levels = frame.to_numpy(dtype=np.float64)
    same = ((levels[1:] == levels[:-1]) | (np.isnan(levels[1:]) & np.isnan(levels[:-1]))).all(axis=1)
    filled = np.zeros(len(frame), dtype=bool)
    for k in np.flatnonzero(same) + 1:
        filled[k] = any(is_holiday(centre, days[k].item()) for centre in centres)
    return frame[~filled]


def _centres(group: str) -> set[str]:
    """Return the centres whose holidays a curve or a price has; none of a name that is not known."""
    if group in INDICES:
        codes = {INDICES[group].currency}
    elif (foreign := currency_of_factor(group)) is not None:
        codes = {foreign, HOME}
    else:
        curve = currency_of_curve(group)
        codes = {curve} if curve is not None else set()
    return {currency_of(code).calendars.bond for code in codes}


def _curve_runs(curve: str, frame: pd.DataFrame) -> Iterator[Doubt]:
    """Yield runs of dates on which a whole curve stands as on the date before."""
    levels, days = frame.to_numpy(dtype=np.float64), days_of(frame.index)
    both = ~np.isnan(levels[1:]) & ~np.isnan(levels[:-1])
    same = np.where(both, levels[1:] == levels[:-1], True).all(axis=1) & (both.sum(axis=1) >= _FEWEST_TENORS)
    for first, length in _lengths(same):
        fewest = int(both[first : first + length].sum(axis=1).min())
        if length >= (_MANY_REPEATS if fewest >= _MANY_TENORS else CURVE_REPEATS):
            until = f" until {days[first + length]}, {length} dates on end" if length > 1 else ""
            message = f"the whole curve stands as on {days[first]}{until}"
            yield Doubt(series=curve, day=days[first + 1].item(), message=message)


def _runs(name: str, days: Dates, levels: F64) -> Iterator[Doubt]:
    same = levels[1:] == levels[:-1]
    for first, length in _lengths(same):
        if length >= _limit(name, same, first, length, float(levels[first])):
            message = (
                f"{value_words(name, levels[first])} from {days[first]} to {days[first + length]}, {length} repeats"
            )
            yield Doubt(series=name, day=days[first + 1].item(), message=f"{message}; it moves more often around them")


def _limit(name: str, same: NDArray[np.bool_], first: int, length: int, level: float) -> float:
    """Return the repeats on end from which a run is doubted."""
    if not is_yield(name):
        return PRICE_REPEATS
    if length < _LEAST_REPEATS:
        return math.inf
    around = same[max(0, first - _AROUND) : first + length + _AROUND]
    others, repeats = around.size - length, int(around.sum()) - length
    share = max((repeats + 1.0) / (others + 2.0), _LEAST_SHARE)
    times = _LOW_TIMES if abs(level) < _LOW else 1.0
    return max(times * math.log(_CHANCE) / math.log(share), _LEAST_REPEATS)


def _lengths(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield start and length of every run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from ((int(start), int(end - start)) for start, end in zip(edges[::2], edges[1::2], strict=True))
