"""A ladder of sizes, what is timed on each rung, and the exponent by which the time grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from bench.timing import Clock, Work, interleave


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The same work on several sizes of one thing."""

    name: str  # what grows: "paths"
    rungs: Mapping[int, Work]  # by size, in order
    clock: Clock
    asserted: str  # what was held equal on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Seconds as size^exponent."""

    exponent: float
    se: float | None  # from how far the sizes lie off the line; None: of two sizes there is none
    last_pair: float  # exponent between the two largest sizes


def climbed(ladder: Ladder, *, rounds: int, limit_s: float) -> dict[int, list[float]]:
    """Return the seconds of each size in each round; the sizes take turns."""
    work = {str(size): each for size, each in ladder.rungs.items()}
    seconds = interleave(work, rounds=rounds, limit_s=limit_s, clock=ladder.clock)
    return {int(size): each for size, each in seconds.items()}


def slope_of(seconds: Mapping[int, Sequence[float]]) -> Slope:
    """Fit the logarithm of the median seconds by that of the size, by least squares."""
    sizes = sorted(seconds)
    x, y = np.log(sizes), np.log([median(seconds[size]) for size in sizes])
    centred = x - x.mean()
    exponent = float((centred * y).sum() / (centred**2).sum())
    off = y - y.mean() - exponent * centred
    freedom = len(sizes) - 2
    se = float(np.sqrt((off**2).sum() / freedom / (centred**2).sum())) if freedom > 0 else None
    return Slope(exponent=exponent, se=se, last_pair=float((y[-1] - y[-2]) / (x[-1] - x[-2])))


def slope_figures(seconds: Mapping[int, Sequence[float]]) -> dict[str, Any]:
    """Return a ladder's slope and ends as figures of a case."""
    slope, sizes = slope_of(seconds), sorted(seconds)
    ends = {"smallest": sizes[0], "largest": sizes[-1]}
    return {"exponent": slope.exponent, "se": slope.se, "last_pair": slope.last_pair, **ends}
