"""Is the whole forecast right? Where P&L fell among the simulated ones (PIT) must be uniform and without memory.

Diebold, Gunther & Tay (1998), "Evaluating density forecasts"; Berkowitz (2001), "Testing density forecasts, with
applications to risk management", J. Business & Economic Statistics 19(4); Anderson & Darling (1954).
"""

import numpy as np
from scipy.special import chdtrc, kolmogorov, log_ndtr, ndtri

from engine.backtest.statistics.outcome import Outcome
from engine.errors import InputError
from kernels.types import F64

_LOG_TWO_PI = float(np.log(2.0 * np.pi))


def kolmogorov_smirnov_statistic(pit: F64) -> F64:
    """Return the largest distance from the uniform distribution along the last axis: any shape, values in [0, 1]."""
    ordered, n = np.sort(pit, axis=-1), pit.shape[-1]
    steps = np.arange(n)
    above, below = (steps + 1.0) / n - ordered, ordered - steps / n
    return np.asarray(np.maximum(above.max(axis=-1), below.max(axis=-1)))


def kolmogorov_smirnov(pit: F64) -> Outcome:
    """Test that (n,) values are uniform, by the law of the distance for many values. Raises InputError for none."""
    _check(pit)
    distance = float(kolmogorov_smirnov_statistic(pit))
    return Outcome(statistic=distance, p_value=float(kolmogorov(np.sqrt(pit.size) * distance)))


def cramer_von_mises(pit: F64) -> float:
    """Return W^2 of (n,) values: the squared distance from the uniform distribution, summed."""
    _check(pit)
    middles = (2.0 * np.arange(1, pit.size + 1) - 1.0) / (2.0 * pit.size)
    return float(1.0 / (12.0 * pit.size) + ((np.sort(pit) - middles) ** 2).sum())


def anderson_darling(pit: F64) -> float:
    """Return A^2 of (n,) values within (0, 1): as W^2, with more weight on the tails."""
    _check(pit)
    ordered, n = np.sort(pit), pit.size
    weights = 2.0 * np.arange(1, n + 1) - 1.0
    return float(-n - (weights * (np.log(ordered) + np.log1p(-ordered[::-1]))).sum() / n)


def normal_scores(pit: F64, n_outcomes: int) -> F64:
    """Return standard normal quantiles of values of any shape, kept half a draw of `n_outcomes` away from 0 and 1."""
    edge = 0.5 / n_outcomes
    return np.asarray(ndtri(np.clip(pit, edge, 1.0 - edge)))


def berkowitz_statistic(scores: F64) -> F64:
    """Return the likelihood ratio of (0, 1) against a free mean and variance along the last axis: (..., n)."""
    variance = scores.var(axis=-1)
    n = scores.shape[-1]
    return np.asarray((scores**2).sum(axis=-1) - n * (1.0 + np.log(variance)))


def berkowitz_lag_statistic(scores: F64) -> F64:
    """Return the likelihood ratio of (0, 0, 1) against intercept, lag-1 slope and variance: (..., n) -> (...,).

    Conditional on the first value, as in Berkowitz (2001), equation 11.
    """
    before, after = scores[..., :-1], scores[..., 1:]
    x, y = (each - each.mean(axis=-1, keepdims=True) for each in (before, after))
    slope = (x * y).sum(axis=-1) / (x * x).sum(axis=-1)
    variance = ((y - slope[..., None] * x) ** 2).mean(axis=-1)
    n = after.shape[-1]
    return np.asarray((after**2).sum(axis=-1) - n * (1.0 + np.log(variance)))


def berkowitz(scores: F64) -> Outcome:
    """Test mean 0, no lag-1 autocorrelation and variance 1 of (n,) normal scores: chi-square with three degrees.

    Raises InputError for under three values, or values that do not vary.
    """
    if scores.size < 3 or not np.ptp(scores) > 0.0:
        raise InputError(f"Berkowitz's test needs three values that differ, got {scores.size}")
    statistic = float(berkowitz_lag_statistic(scores))
    return Outcome(statistic=statistic, p_value=float(chdtrc(3.0, statistic)))


def berkowitz_without_lag(scores: F64) -> Outcome:
    """Test mean 0 and variance 1 of (n,) normal scores: chi-square with two degrees. Raises InputError likewise."""
    if scores.size < 2 or not np.ptp(scores) > 0.0:
        raise InputError(f"Berkowitz's test needs two values that differ, got {scores.size}")
    statistic = float(berkowitz_statistic(scores))
    return Outcome(statistic=statistic, p_value=float(chdtrc(2.0, statistic)))


def berkowitz_tail(scores: F64, chance: float) -> Outcome:
    """Test the lower tail of (n,) normal scores alone, censored at its `chance` quantile: chi-square, two degrees.

    Raises InputError where under two scores lie in the tail: a normal law cannot be fitted to them.
    """
    edge = float(ndtri(chance))
    tail, n_beyond = scores[scores < edge], int((scores >= edge).sum())
    if tail.size < 2:
        raise InputError(f"Berkowitz's tail test needs two values in the tail at least, got {tail.size}")
    mean, log_sd = _censored_fit(tail, n_beyond, edge)
    ratio = _censored_log_likelihood(tail, n_beyond, edge, mean, log_sd)
    statistic = 2.0 * (ratio - _censored_log_likelihood(tail, n_beyond, edge, 0.0, 0.0))
    return Outcome(statistic=statistic, p_value=float(chdtrc(2.0, max(statistic, 0.0))))


def _censored_log_likelihood(tail: F64, n_beyond: int, edge: float, mean: float, log_sd: float) -> float:
    scaled = (tail - mean) * np.exp(-log_sd)
    inside = -0.5 * (scaled**2).sum() - tail.size * (log_sd + 0.5 * _LOG_TWO_PI)
    return float(inside + n_beyond * log_ndtr((mean - edge) * np.exp(-log_sd)))


def _censored_fit(tail: F64, n_beyond: int, edge: float) -> tuple[float, float]:
    """Return the mean and the logarithm of the standard deviation that are likeliest."""
    from scipy.optimize import fmin

    def lost(x: F64) -> float:
        """Return minus the log likelihood at (mean, log sd)."""
        return -_censored_log_likelihood(tail, n_beyond, edge, float(x[0]), float(x[1]))

    found: F64 = fmin(lost, np.zeros(2), xtol=1e-10, ftol=1e-12, maxiter=10_000, maxfun=20_000, disp=False)
    return float(found[0]), float(found[1])


def _check(pit: F64) -> None:
    if pit.size < 1 or not np.all((pit >= 0.0) & (pit <= 1.0)):
        raise InputError("probability transforms must lie in [0, 1], and there must be one at least")
