"""Figures of a market file that no market had: each is in its range, and together they say that a point is misplaced.

What lies beyond every market by far is refused; what is only beyond what was published is told, to be looked at.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from engine.market.factors import FactorKind, tenor_label, tenor_years
from engine.market.market import Market
from engine.market.sane_levels import DECIMAL_LEVEL, DECIMAL_VOL, LOWEST_YIELD

# How far a par yield of a year or more lies from the line through its two neighbours, in the logarithm of time. JGB and
# Treasury yields since 1990: 60 bp at most; since 1974: 183 bp.
WORTH_A_LOOK, LARGEST_OFF = 0.01, 0.025
_FIRST_YEARS, _LONG_YEARS = 1.0, 10.0
_LOWEST_FX_VOL = 0.02  # per sqrt(year); of USD/JPY over a year 4 % and more
_ATM_RATIO = 4.0  # between neighbouring expiries


def off_neighbours(par_yields: Mapping[str, float]) -> tuple[str, float] | None:
    """Return the tenor that lies farthest from its neighbours on a curve, and by how much [decimal]; None of few.

    par_yields   by tenor, ascending
    """
    labels, years = list(par_yields), [tenor_years(label) for label in par_yields]
    found: dict[str, float] = {}
    for low, at, high in zip(range(len(years)), range(1, len(years)), range(2, len(years)), strict=False):
        if years[at] >= _FIRST_YEARS:
            share = np.log(years[at] / years[low]) / np.log(years[high] / years[low])
            line = (1.0 - share) * par_yields[labels[low]] + share * par_yields[labels[high]]
            found[labels[at]] = float(par_yields[labels[at]] - line)
    farthest = max(found, key=lambda label: abs(found[label]), default=None)
    return None if farthest is None else (farthest, found[farthest])


def off_words(label: str, value: float, off: float) -> str:
    """Return in words how far a tenor's par yield lies from its neighbours."""
    side = "above" if off > 0.0 else "below"
    return f"{label} is {100.0 * value:.10g} %, {abs(1e4 * off):.0f} bp {side} what its neighbours on the curve give"


def implausible(market: Market) -> Iterator[str]:
    """Yield what is allowed in a market and was in none, each to be looked at."""
    for name, curve in market.par_curves.items():
        yields = {tenor_label(float(time)): float(par) for time, par in zip(curve.times, curve.par_yields, strict=True)}
        if (found := off_neighbours(yields)) is not None and abs(found[1]) > WORTH_A_LOOK:
            yield f"{name} par yield {off_words(found[0], yields[found[0]], found[1])}; check it"
        lowest = min(yields, key=lambda label: yields[label])
        if yields[lowest] < LOWEST_YIELD:
            yield f"{name} par yield {lowest} is {100.0 * yields[lowest]:.10g} %, lower than any was; check its sign"
        longest, highest = float(curve.times[-1]), 100.0 * float(np.abs(curve.par_yields).max())
        if longest >= _LONG_YEARS and highest < 100.0 * DECIMAL_LEVEL:
            yield f"no par yield of {name} is above {highest:.3g} %: write 0.0447 for 4.47 %, not 0.000447; check them"
    yield from _low_vols(market)
    for pair, vols in market.fx_vols.items():
        ratios = vols.atm[1:] / vols.atm[:-1]
        for k in np.flatnonzero((ratios > _ATM_RATIO) | (ratios < 1.0 / _ATM_RATIO)):
            one, other = (f"{100.0 * vols.atm[i]:.4g} % at {tenor_label(float(vols.times[i]))}" for i in (k, k + 1))
            yield f"vols of {pair} at the money are {one} and {other}; is a point misplaced?"


def _low_vols(market: Market) -> Iterator[str]:
    """Yield factors whose vols seem to be per day, or divided by 100; a vol of 0 holds a factor still on purpose."""
    highest: dict[str, float] = {}
    for factor, vol in zip(market.factors, market.vols.tolist(), strict=True):
        if factor.curve is not None and factor.curve in market.par_curves:
            highest[factor.curve] = max(highest.get(factor.curve, 0.0), vol)
        elif factor.kind is FactorKind.PRICE and market.exchanged(factor) is not None and 0.0 < vol < _LOWEST_FX_VOL:
            yield f"vol of {factor.name} is {100.0 * vol:.3g} % a year; vols are per year: 0.11 is 11 %; check it"
    for curve, vol in highest.items():
        if 0.0 < vol < DECIMAL_VOL:
            yield f"no vol of {curve} is above {1e4 * vol:.2g} bp; they are per year: 0.0062 is 62 bp; check them"
