"""Evidence against VaR and ES that may be looked at on any day: e-values, and the wealth of a bet on them.

Wang, Wang & Ziegel, "E-backtesting" (arXiv 2209.00991). If the forecasts are large enough, an e-value has a mean of one
at most, so that the wealth exceeds 1 / level with a probability of `level` at most, whenever one stops.
"""

import numpy as np

from engine.errors import InputError
from kernels.types import F64

LARGEST_STAKE = 0.5  # of the wealth


def var_e_values(losses: F64, value_at_risk: F64, confidence: float) -> F64:
    """Return 1{loss > VaR} / (1 - confidence) of each day: (n_days,)."""
    return np.asarray((losses > value_at_risk) / (1.0 - confidence))


def es_e_values(losses: F64, value_at_risk: F64, expected_shortfall: F64, confidence: float) -> F64:
    """Return max(loss - VaR, 0) / ((1 - confidence) (ES - VaR)) of each day: (n_days,).

    Raises InputError where ES is not above VaR.
    """
    margin = expected_shortfall - value_at_risk
    if not np.all(margin > 0.0):
        raise InputError("e-values of expected shortfall need ES above VaR on each day")
    return np.asarray(np.maximum(losses - value_at_risk, 0.0) / ((1.0 - confidence) * margin))


def wealth(e_values: F64, stakes: F64 | float) -> F64:
    """Return the product of 1 - stake + stake e up to each day: (n_days,). A stake is known before its day.

    Raises InputError for a stake outside [0, 1].
    """
    stake = np.broadcast_to(np.asarray(stakes, dtype=np.float64), e_values.shape)
    if not np.all((stake >= 0.0) & (stake <= 1.0)):
        raise InputError("a stake is a part of the wealth, 0 to 1")
    return np.asarray(np.cumprod(1.0 - stake + stake * e_values), np.float64)


def growth_stakes(e_values: F64) -> F64:
    """Return the stakes that would have grown the past best, (n_days,): the paper's GREE by its Taylor expansion.

    sum(e - 1) / sum((e - 1)^2) over the days before, between 0 and a half; 0 on the first day.
    """
    excess = e_values - 1.0
    gain = np.concatenate([[0.0], np.cumsum(excess)[:-1]])
    square = np.concatenate([[0.0], np.cumsum(excess**2)[:-1]])
    best = np.divide(gain, square, out=np.zeros_like(gain), where=square > 0.0)
    return np.asarray(np.clip(best, 0.0, LARGEST_STAKE), np.float64)


def overlapped_wealth(e_values: F64, horizon_days: int) -> float:
    """Return the wealth at the end of (n_days,) e-values whose windows overlap: the mean over bets on disjoint windows.

    Each of the `horizon_days` interleaved series of windows is an e-process of its own, and so is their mean.
    """
    series = (e_values[first::horizon_days] for first in range(min(horizon_days, e_values.size)))
    return float(np.mean([wealth(each, growth_stakes(each))[-1] for each in series]))
