"""Jumps beyond the cap of a filtered law's rows, estimated on the residuals of all dates up to one.

A day beyond the cap counts once: its residuals beyond the cap are a jump, the others its row. Few days tell how often
one comes, too few how large: its tail is that of the days beyond half the cap, those among them.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.market.cap_jumps import CapJumps
from kernels.types import F64, I64, Dates

TAIL = 0.5  # of the cap: largest residuals of a day from which the tail is estimated
LEAST_TAIL = 10  # days behind a tail: where fewer lie beyond half the cap, those that come nearest
HALF_AN_EVENT = 0.5  # Jeffreys' prior for the rate of what was seen k times: as if half a one more had been
MOST = 4.0  # times the cap: no jump makes a residual larger. Assumption: the largest on record is 2.5 times it
LEAST_SHAPE, MOST_SHAPE = 1e-3, 0.5  # a bounded tail holds nothing new; beyond a half a tail has no variance
_GRID = 400  # of the search for the likeliest tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """A generalised Pareto law of excesses, with standard errors."""

    shape: float
    scale: float
    n: int  # excesses

    def beyond(self, more: float) -> "Tail":
        """Return the law of what lies beyond an excess of `more`: the shape stays, the scale grows by shape * more."""
        return Tail(shape=self.shape, scale=self.scale + self.shape * more, n=self.n)

    @property
    def shape_se(self) -> float:
        """Return the shape's standard error. Smith (1987), "Estimating tails of probability distributions"."""
        return (1.0 + self.shape) / math.sqrt(self.n)

    def scale_se(self, more: float) -> float:
        """Return the standard error of `beyond(more)`'s scale, the covariance with the shape's included."""
        s, k = self.scale, self.shape
        variance = 2.0 * s * s * (1.0 + k) + more * more * (1.0 + k) ** 2 - 2.0 * more * s * (1.0 + k)
        return math.sqrt(variance / self.n)


def likeliest_tail(excesses: F64) -> Tail:
    """Return the most likely generalised Pareto law of excesses (n,), all above 0, its shape in [0.001, 0.5].

    For a given shape over scale the likeliest shape is a mean of logarithms, so that one number is looked for, by
    bisecting a grid of logarithms. Grimshaw (1993), Technometrics 35(2). Where the shape lies at an end of its range,
    the scale is the likeliest beside it.
    """
    ratios = np.geomspace(1e-4, 10.0, _GRID) / excesses.mean()
    shapes = np.clip(np.log1p(ratios[:, None] * excesses).mean(axis=1), LEAST_SHAPE, MOST_SHAPE)
    scales = shapes / ratios
    logs = np.log1p(ratios[:, None] * excesses).sum(axis=1)
    likelihood = -excesses.size * np.log(scales) - (1.0 + 1.0 / shapes) * logs
    best = int(likelihood.argmax())
    return Tail(shape=float(shapes[best]), scale=float(scales[best]), n=excesses.size)


def whole_residuals(z: F64, leaders: I64, led: I64, gamma: F64, clip: float) -> F64:
    """Return residuals less their leads, uncut: (n_dates - 1, n_factors), 0 where a factor had not begun.

    z (n_dates, n_factors) standardised changes; the last are those of the rows.
    """
    found = np.nan_to_num(z[1:])
    found[:, led] -= np.nan_to_num(np.clip(z[:-1, leaders], -clip, clip)) @ gamma
    return found


def cap_jumps(residuals: F64, days: Dates, cap: float) -> CapJumps:
    """Return the jumps beyond the cap in residuals (n_dates, n_factors) of days (n_dates,), the last that of the law.

    How often is (days beyond the cap + 1/2) / (dates + 1). Before any such day that is half an event, and the direction
    that of the residual which came nearest to the cap. A direction is of the residuals beyond the cap, whole, over the
    largest of them. residuals has more than ten dates.
    """
    largest = np.abs(residuals).max(axis=1)
    beyond = np.flatnonzero(largest > cap)
    at = beyond if beyond.size else np.array([int(largest.argmax())])
    whole = residuals[at]
    parts = np.where(np.abs(whole) > cap if beyond.size else np.abs(whole) == largest[at], whole, 0.0)
    threshold = min(TAIL * cap, float(np.sort(largest)[-LEAST_TAIL - 1]))
    tail = likeliest_tail(largest[largest > threshold] - threshold)
    there, n = tail.beyond(cap - threshold), len(residuals)
    probability = (beyond.size + HALF_AN_EVENT) / (n + 1.0)
    return CapJumps(
        days=tuple(days[at].astype(object).tolist()),
        directions=parts / np.abs(parts).max(axis=1, keepdims=True),
        n_beyond=int(beyond.size),
        n_dates=n,
        first=days[0].astype(object),
        probability=probability,
        probability_se=math.sqrt(probability * (1.0 - probability) / n),
        threshold=threshold,
        n_tail=tail.n,
        shape=there.shape,
        shape_se=tail.shape_se,
        scale=there.scale,
        scale_se=tail.scale_se(cap - threshold),
        largest=(MOST - 1.0) * cap,
    )
