"""What tests' statistics are if a forecast is right and its windows overlap: simulated, since no table has it.

P&L over h days on each date shares h - 1 days with the next: sums of h of one series of independent normal days, scaled
to unit variance. Their exceptions, probability transforms and tail means are those of a forecast that is right.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from kernels.types import F64

N_SERIES = 2000  # a p-value of 0.05 has a standard error of 0.005
_SOME = 4_000_000  # numbers at a time


def null_scores(n_days: int, horizon_days: int, n_series: int, seed: int) -> Iterator[F64]:
    """Yield normal scores of forecasts that are right: (n, n_days) each, `n_series` in all, some at a time."""
    random = np.random.Generator(np.random.Philox(key=seed))
    some = max(1, _SOME // (n_days + horizon_days))
    for first in range(0, n_series, some):
        n = min(some, n_series - first)
        days = ndtri((random.integers(0, 2**32, (n, n_days + horizon_days - 1), np.uint32) + 0.5) / 2**32)
        sums = np.cumsum(np.concatenate([np.zeros((n, 1)), days], axis=1), axis=1)
        yield (sums[:, horizon_days:] - sums[:, :-horizon_days]) / np.sqrt(horizon_days)


def normal_tail(chance: float) -> tuple[float, float]:
    """Return VaR and ES of a standard normal loss beyond which lies `chance`: McNeil, Frey & Embrechts (2015), 2.14."""
    at_risk = -float(ndtri(chance))
    return at_risk, float(np.exp(-0.5 * at_risk**2) / np.sqrt(2.0 * np.pi) / chance)


def simulated_p_value(statistic: float, null: F64) -> float:
    """Return how often a statistic at least so large comes, among those of the null (n_series,): never 0."""
    return float((1 + (null >= statistic).sum()) / (1 + null.size))


def null_statistics(
    functions: dict[str, Callable[[F64], F64]], n_days: int, horizon_days: int, n_series: int, seed: int
) -> dict[str, F64]:
    """Return each function of the null's scores, (n, n_days) -> (n,), for all series: (n_series,) by name."""
    parts: dict[str, list[F64]] = {name: [] for name in functions}
    for scores in null_scores(n_days, horizon_days, n_series, seed):
        for name, function in functions.items():
            parts[name].append(function(scores))
    return {name: np.concatenate(found) for name, found in parts.items()}


def uniforms(scores: F64) -> F64:
    """Return the probability transforms of normal scores, any shape."""
    return np.asarray(ndtr(scores))
