"""A bridge: drifts that lead a price's median to a level at the horizon, and what that says of the other factors."""

import math

import numpy as np
from scipy.special import ndtr

from kernels.mixing import quantile_nodes
from kernels.types import F64

_HALVINGS = 60  # of the interval in which a median is searched


def bridge_drifts(f: int, per_step: F64, chol: F64) -> F64:
    """Drifts per step of all factors when factor f is led by `per_step` (n_regimes,): (n_regimes, n_factors).

    Regression on f's own move, cov_if / var_f: what the others would be expected to do had f moved so by chance.
    chol  (n_regimes, n_factors, n_factors) of a step
    """
    covariance = chol @ np.swapaxes(chol, 1, 2)
    on_f, variance = covariance[:, :, f], covariance[:, f, f]
    safe = np.where(variance > 0.0, variance, 1.0)
    drifts = on_f * (per_step / safe)[:, None]
    drifts[:, f] = per_step
    return np.asarray(drifts)


def median_shift(convexity: float, std: float, quantiles: F64) -> float:
    """Median of convexity q^2 + std q z, with z normal and q tabulated; `convexity` is 0 or less."""
    widths = np.diff(quantile_nodes(), prepend=0.0)
    q = np.append(quantiles[0], 0.5 * (quantiles[1:] + quantiles[:-1]))
    low, high = convexity * float(q.max()) ** 2, 0.0
    if std == 0.0 or low == 0.0:
        return low
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        below = math.fsum(widths * ndtr((middle - convexity * q * q) / (std * q)))
        low, high = (middle, high) if below < 0.5 else (low, middle)
    return 0.5 * (low + high)
