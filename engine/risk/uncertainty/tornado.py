"""Which parameter makes a band: shares of the variance of a figure's logarithm, by regression over sets.

The logarithm of the figure is regressed on the parameters' scores, each of mean 0 and variance 1 over the sets: a
score is the parameter's value, or its logarithm where its prior is one of ratios. With independent priors the variance
of a sum is the sum of the variances, so that with slopes b and a residual variance s2 parameter j has the share

    b_j^2 / (sum_k b_k^2 + s2)

the squared standardised regression coefficient: Saltelli et al. (2008), "Global Sensitivity Analysis", section 1.2.5.
The squares are less their own error variances, for chance alone gives a parameter without effect a square above 0.
What the shares leave to 1 is curved, or of several parameters at once. Errors are by the jackknife over sets: Efron
(1982), "The Jackknife, the Bootstrap and Other Resampling Plans", chapter 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    is_log: bool  # of the figure's logarithm; False: of the figure, which is not above 0 in every set
    together: float  # sum of the shares
    r2: float  # of the regression: the part of the variance over these sets that all parameters explain, each alone
    bars: tuple[TornadoBar, ...]


def tornado_of(figures: SetFigures, names: Sequence[str], scores: F64) -> Tornado | None:
    """Return what makes a figure's band; None where there are too few sets for so many parameters.

    scores   (n_sets, n_parameters) the parameters' values, or their logarithms
    """
    values = np.array(figures.values)
    varies = scores.std(axis=0) > 0.0
    if values.size < int(varies.sum()) + 1 + LEAST_MORE:
        return None
    is_log = bool((values > 0.0).all())
    y = np.log(values) if is_log else values
    standard = (scores[:, varies] - scores[:, varies].mean(axis=0)) / scores[:, varies].std(axis=0)
    slopes, shares, r2 = _regressed(standard, y)
    se = _jackknife_se(standard, y)
    bars, k = list[TornadoBar](), 0
    for name, is_varied in zip(names, varies.tolist(), strict=True):
        if is_varied:
            ends = [float(y.mean() + slopes[k] * _at(standard[:, k], probability)) for probability in (LOW, HIGH)]
            own = (float(shares[k]), float(se[k]))
            k += 1
        else:
            ends, own = [float(y.mean())] * 2, (0.0, 0.0)
        low, high = (float(np.exp(end)) if is_log else end for end in ends)
        bars.append(TornadoBar(parameter=name, share=own[0], share_se=own[1], at_low=low, at_high=high))
    return Tornado(
        scope=figures.scope,
        confidence=figures.confidence,
        measure=figures.measure,
        is_log=is_log,
        together=float(shares.sum()),
        r2=r2,
        bars=tuple(sorted(bars, key=lambda bar: -bar.share)),
    )


def _at(column: F64, probability: float) -> float:
    return at_rank(np.sort(column), column.size * probability)


def _regressed(x: F64, y: F64) -> tuple[F64, F64, float]:
    """Return slopes (n_parameters,), shares (n_parameters,) and R2 of y (n_sets,) on standard scores."""
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
    """Return standard errors of the shares: (n_parameters,)."""
    n = y.size
    left = np.stack([_regressed(np.delete(x, i, axis=0), np.delete(y, i))[1] for i in range(n)])
    return np.asarray(np.sqrt((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0)))
