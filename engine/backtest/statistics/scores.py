"""Which forecast is better? Scores that the true VaR and ES minimise, and a test of their difference.

Fissler & Ziegel (2016), "Higher order elicitability and Osband's principle"; the zero-homogeneous member FZ0 of Patton,
Ziegel & Chen (2019), "Dynamic semiparametric models for expected shortfall (and Value-at-Risk)"; Diebold & Mariano
(1995), "Comparing predictive accuracy"; Newey & West (1987).
"""

import math

import numpy as np
from scipy.special import ndtr

from engine.backtest.statistics.outcome import Outcome
from engine.errors import InputError
from kernels.types import F64


def pinball_losses(pnl: F64, value_at_risk: F64, chance: float) -> F64:
    """Return the quantile score of each day, (n_days,) in the unit of P&L: lower is better."""
    beyond = pnl + value_at_risk
    return np.asarray((chance - (beyond < 0.0)) * beyond)


def fz0_losses(pnl: F64, value_at_risk: F64, expected_shortfall: F64, chance: float) -> F64:
    """Return the FZ0 score of each day, (n_days,): lower is better; differences do not depend on the unit.

    Raises InputError where ES is no loss: the score has the logarithm of it.
    """
    if not np.all(expected_shortfall > 0.0):
        raise InputError("FZ0 scores need an expected shortfall above 0 on each day: it has the logarithm of it")
    quantile, shortfall = -value_at_risk, -expected_shortfall
    failed = pnl <= quantile
    hinge = np.where(failed, quantile - pnl, 0.0) / (chance * shortfall)
    return np.asarray(-hinge + quantile / shortfall + np.log(expected_shortfall) - 1.0)


def newey_west_lags(n_days: int, horizon_days: int) -> int:
    """Return how many lags a long-run variance takes: the overlap at least, else 4 (n / 100)^(2/9)."""
    return min(max(horizon_days - 1, int(4.0 * (n_days / 100.0) ** (2.0 / 9.0))), n_days - 1)


def long_run_variance(series: F64, lags: int) -> float:
    """Return the variance of the mean of (n,) values times n, with Bartlett's weights: Newey & West (1987)."""
    centred = series - series.mean()
    n = series.size
    total = float(centred @ centred) / n
    for lag in range(1, lags + 1):
        total += 2.0 * (1.0 - lag / (lags + 1.0)) * float(centred[lag:] @ centred[:-lag]) / n
    return total


def diebold_mariano(losses: F64, others: F64, lags: int) -> Outcome:
    """Test that two forecasts' scores, (n_days,) each, have one mean: a t statistic, below 0 where the first is better.

    Raises InputError where the series differ in length or are under two days.
    """
    if losses.shape != others.shape or losses.size < 2:
        raise InputError(f"scores of the same two days or more are compared, got {losses.size} and {others.size}")
    difference = losses - others
    variance = long_run_variance(difference, lags)
    mean = float(difference.mean())
    if not variance > 0.0:  # one forecast twice
        return Outcome(statistic=0.0 if mean == 0.0 else math.copysign(math.inf, mean), p_value=float(mean == 0.0))
    statistic = mean / math.sqrt(variance / difference.size)
    return Outcome(statistic=statistic, p_value=float(2.0 * ndtr(-abs(statistic))))
