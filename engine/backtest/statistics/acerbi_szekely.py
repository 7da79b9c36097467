"""Is expected shortfall large enough? Acerbi and Szekely's tests, with critical values by simulation.

Acerbi & Szekely (2014), "Back-testing expected shortfall", Risk. A statistic below 0 means losses above those expected.
"""

from collections.abc import Callable

import numpy as np

from engine.errors import InputError
from kernels.types import F64

Losses = Callable[[np.random.Generator, int], F64]  # (n,) losses of a forecast that is right


def z1(pnl: F64, value_at_risk: F64, expected_shortfall: F64) -> float:
    """Return Z1 of (n_days,) series: the mean of P&L / ES over the exceptions, plus 1. NaN without an exception."""
    _check(value_at_risk, expected_shortfall)
    failed = pnl + value_at_risk < 0.0
    return float((pnl[failed] / expected_shortfall[failed]).mean() + 1.0) if failed.any() else float("nan")


def z2_statistic(pnl: F64, value_at_risk: F64, expected_shortfall: F64, chance: float) -> F64:
    """Return Z2 along the last axis of series (..., n_days): sum of P&L / ES over exceptions / (n chance), plus 1."""
    failed = pnl + value_at_risk < 0.0
    total = np.where(failed, pnl / expected_shortfall, 0.0).sum(axis=-1)
    return np.asarray(1.0 + total / (pnl.shape[-1] * chance))


def z2(pnl: F64, value_at_risk: F64, expected_shortfall: F64, chance: float) -> float:
    """Return Z2 of (n_days,) series; 0 is expected, below means ES too small. Raises InputError where ES <= 0."""
    _check(value_at_risk, expected_shortfall)
    return float(z2_statistic(pnl, value_at_risk, expected_shortfall, chance))


def z2_quantiles(n_days: int, chance: float, losses: Losses, probabilities: F64, *, n_samples: int, seed: int) -> F64:
    """Simulate critical values of Z2 for forecasts that are right: (n_probabilities,) quantiles.

    Parameters
    ----------
    losses : draws (n,) losses of the true law; VaR and ES are taken from `n_samples` draws of it beforehand
    probabilities : (n_probabilities,) of a value at most so large, 0.05
    """
    random = np.random.Generator(np.random.Philox(key=seed))
    law = np.sort(losses(random, max(n_samples, 1_000_000)))[::-1]
    worst = round(chance * law.size)
    at_risk, shortfall = float(law[worst - 1]), float(law[:worst].mean())
    found = np.empty(n_samples)
    for first in range(0, n_samples, 1000):
        n = min(1000, n_samples - first)
        pnl = -losses(random, n * n_days).reshape(n, n_days)
        found[first : first + n] = z2_statistic(pnl, np.array(at_risk), np.array(shortfall), chance)
    return np.asarray(np.quantile(found, probabilities))


def _check(value_at_risk: F64, expected_shortfall: F64) -> None:
    if not np.all(expected_shortfall > 0.0):
        raise InputError("expected shortfall must be a loss, above 0, on each day: a forecast of a gain has no test")
    if not np.all(expected_shortfall >= value_at_risk):
        raise InputError("expected shortfall must not be below VaR at the same confidence")
