"""The band of a figure over sets of parameters: quantiles over the sets, each with two errors.

Quantiles interpolate between order statistics whose ranks stand for the middles of equal parts, (i - 1/2) / n: Hyndman
& Fan (1996), "Sample quantiles in statistical packages", The American Statistician 50(4), definition 5. For a figure
that one parameter alone decides, and a Latin hypercube of it, these are the figure at the parameter's own quantiles.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kernels.types import F64

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFigures:
    """One figure of one scope, in every set; losses positive, in the run's currency."""

    scope: str  # "total" or "book:NAME"
    confidence: float
    measure: str  # key
    values: tuple[float, ...]  # one a set
    ses: tuple[float, ...]  # of the simulation; on common draws, so that most of it is common to all sets


@dataclass(frozen=True, slots=True, kw_only=True)
class BandQuantile:
    """One quantile over sets."""

    value: float
    se: float  # of the simulation, in the sets around it
    sets_se: float  # of so few sets, as if they were independent; infinite: they do not bound it


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterBand:
    """A figure over sets of parameters: in 5 % of them it lies below `low`, in 5 % above `high`."""

    scope: str
    confidence: float
    measure: str
    low: BandQuantile
    middle: BandQuantile
    high: BandQuantile


def band_of(figures: SetFigures) -> ParameterBand:
    """Return the band of one figure."""
    low, middle, high = (_quantile(figures, probability) for probability in (LOW, MIDDLE, HIGH))
    return ParameterBand(
        scope=figures.scope,
        confidence=figures.confidence,
        measure=figures.measure,
        low=low,
        middle=middle,
        high=high,
    )


def _quantile(figures: SetFigures, probability: float) -> BandQuantile:
    """Return a quantile; its error is half the way between the order statistics one standard error of its rank apart.

    The number of independent sets below a quantile is binomial: David & Nagaraja (2003), "Order Statistics", 3rd ed.,
    section 7.1. A Latin hypercube has less error than that.
    """
    order = np.argsort(figures.values, kind="stable")
    values, ses = np.array(figures.values)[order], np.array(figures.ses)[order]
    reach = math.sqrt(values.size * probability * (1.0 - probability))
    rank = values.size * probability
    is_bounded = rank - reach >= 0.5 and rank + reach <= values.size - 0.5
    does_not_vary = values.size > 1 and values[0] == values[-1]  # one set says nothing of that
    below, above = at_rank(values, rank - reach), at_rank(values, rank + reach)
    return BandQuantile(
        value=at_rank(values, rank),
        se=at_rank(ses, rank),
        sets_se=0.0 if does_not_vary else 0.5 * (above - below) if is_bounded else math.inf,
    )


def at_rank(ascending: F64 | Sequence[float], rank: float) -> float:
    """Return what stands at a rank among n values, (n,): the i-th, from 1, at i - 1/2, and lines between them."""
    n = len(ascending)
    place = min(max(rank - 0.5, 0.0), n - 1.0)
    i = min(int(place), n - 1)
    beyond = place - i
    if beyond == 0.0:
        return float(ascending[i])
    low, high = float(ascending[i]), float(ascending[i + 1])
    return max(low, high) if low == high or not math.isfinite(high - low) else low + beyond * (high - low)
