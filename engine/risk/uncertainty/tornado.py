"""Which parameter makes a band: shares of the variance of a figure's rank, by regression over sets.

Ranks of the figure and of every parameter become normal scores, the quantiles of a normal at (rank - 1/2) / n, and the
figure's are regressed on the parameters'. Whatever grows or falls with a parameter is then a line in it, however curved
it is, as of a loss that a loop multiplies. With independent priors the variance of a sum is the sum of the variances,
so that with slopes b of scores of variance 1, and a residual variance s2, parameter j has the share

    b_j^2 / (sum_k b_k^2 + s2)

the squared standardised rank regression coefficient: Saltelli & Sobol' (1995), "About the use of rank transformation in
sensitivity analysis of model output", Reliability Engineering & System Safety 50(3). The squares are less their own
error variances, for chance alone gives a parameter without effect a square above 0. What the shares leave to 1 goes up
and down again, or is of several parameters at once. Errors are by the jackknife over sets: Efron (1982), "The
Jackknife, the Bootstrap and Other Resampling Plans", chapter 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from engine.risk.uncertainty.band import HIGH, LOW, SetFigures, at_rank
from kernels.types import F64

LEAST_MORE = 8  # sets beyond the numbers that a regression fits: fewer say nothing of its residuals


@dataclass(frozen=True, slots=True, kw_only=True)
class TornadoBar:
    """What one parameter does to a figure."""

    parameter: str
    share: float  # of the variance over sets; 0 where the figure, or the parameter, does not vary
    share_se: float  # by the jackknife
    at_low: float  # the figure with this parameter at its 5 %, the others in their middle, by the regression
    at_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tornado:
    """What makes the band of one figure, the widest bar first."""

    scope: str
    confidence: float
    measure: str
    together: float  # sum of the shares
    r2: float  # of the regression: the part of the variance over these sets that all parameters explain, each alone
    bars: tuple[TornadoBar, ...]


def tornado_of(figures: SetFigures, names: Sequence[str], parameters: F64) -> Tornado | None:
    """Return what makes a figure's band; None where there are too few sets for so many parameters.

    parameters   (n_sets, n_parameters) values, each in its own unit
    """
    values = np.array(figures.values)
    varies = np.ptp(parameters, axis=0) > 0.0
    if values.size < int(varies.sum()) + 1 + LEAST_MORE:
        return None
    x, y = np.stack([_scores(column) for column in parameters.T], axis=1), _scores(values)
    slopes, shares, ses = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    slopes[varies], shares[varies], r2 = _regressed(x[:, varies], y)
    ses[varies] = _jackknife_se(x[:, varies], y)
    ascending = np.sort(values)
    bars = [
        TornadoBar(
            parameter=name,
            share=float(shares[k]),
            share_se=float(ses[k]),
            at_low=_at(ascending, float(slopes[k]), x[:, k], LOW),
            at_high=_at(ascending, float(slopes[k]), x[:, k], HIGH),
        )
        for k, name in enumerate(names)
    ]
    return Tornado(
        scope=figures.scope,
        confidence=figures.confidence,
        measure=figures.measure,
        together=float(shares.sum()),
        r2=r2,
        bars=tuple(sorted(bars, key=lambda bar: -bar.share)),
    )


def _scores(values: F64) -> F64:
    """Return normal scores of ranks, of mean 0 and variance 1: (n,); equal values have the mean of their ranks.

    Zeros where all values are equal.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - 0.5 * (counts - 1)  # of each distinct value, from 1
    scores = ndtri((ranks[place] - 0.5) / values.size)
    spread = float(scores.std())
    return np.asarray((scores - scores.mean()) / spread if spread > 0.0 else np.zeros(values.size), np.float64)


def _at(ascending: F64, slope: float, x: F64, probability: float) -> float:
    """Return the figure, of its sorted values (n,), where a parameter is at a quantile of its own scores x (n,)."""
    n = ascending.size
    spread = float(ndtri((np.arange(n) + 0.5) / n).std())  # of the scores of values that all differ
    return at_rank(ascending, n * float(ndtr(spread * slope * at_rank(np.sort(x), n * probability))))


def _regressed(x: F64, y: F64) -> tuple[F64, F64, float]:
    """Return slopes and shares, (n_parameters,), and R2 of scores y (n_sets,) on x (n_sets, n_parameters)."""
    n, d = x.shape
    if np.ptp(y) == 0.0:
        return np.zeros(d), np.zeros(d), 0.0
    design = np.column_stack([np.ones(n), x])
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    residuals = y - design @ found
    residual = float(residuals @ residuals) / (n - 1 - d)
    own = residual * np.diag(np.linalg.pinv(design.T @ design))[1:]
    squares = np.maximum(found[1:] ** 2 - own, 0.0)
    centred = y - y.mean()
    r2 = 1.0 - float(residuals @ residuals) / float(centred @ centred)
    return np.asarray(found[1:], np.float64), np.asarray(squares / (squares.sum() + residual), np.float64), r2


def _jackknife_se(x: F64, y: F64) -> F64:
    """Return standard errors of the shares of scores y (n_sets,) on x (n_sets, n_parameters): (n_parameters,)."""
    n = y.size
    left = np.stack([_regressed(np.delete(x, i, axis=0), np.delete(y, i))[1] for i in range(n)])
    return np.asarray(np.sqrt((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0)))
