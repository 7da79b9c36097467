"""A bridge: drifts that lead a price's median to a level at the horizon, and what that says of the other factors."""

import math
from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from engine.law.diffusion import Steps
from engine.law.fat_tails import law_quantiles
from engine.law.part import LawSetting
from engine.mechanisms.unwind import Unwind
from kernels.mixing import quantile_nodes
from kernels.types import F64

_HALVINGS = 60  # of the interval in which a median is searched


def bridged(unwind: Unwind, setting: LawSetting, steps: Steps) -> Steps:
    """Return steps in whose every regime the median of the bridge's price goes to its level at the horizon.

    It is the median of the diffusion that does: jumps, sales and interventions come on top.
    """
    bridge, market, n_steps = unwind.bridge, setting.market, setting.n_steps
    if bridge is None:
        return steps
    quantiles = law_quantiles(unwind.nu)
    f = setting.names.index(bridge.factor)
    wanted = np.log(bridge.level / market.level(market.factors[f])) / n_steps
    std = np.sqrt((steps.chol[:, f] ** 2).sum(axis=1))
    roots = np.sqrt(n_steps)
    shifts = [
        median_shift(n_steps * float(c), roots * float(s), quantiles) / n_steps if quantiles.size > 1 else 0.0
        for c, s in zip(steps.convexity[:, f], std, strict=True)
    ]
    return replace(steps, drift=steps.drift + bridge_drifts(f, wanted - steps.drift[:, f] - shifts, steps.chol))


def bridge_drifts(f: int, per_step: F64, chol: F64) -> F64:
    """Return the drifts per step of all factors where factor f is led by `per_step`: (n_regimes, n_factors).

    Regression on f's own move, cov_if / var_f: what the others would be expected to do had f moved so by chance.
    per_step  (n_regimes,) in the state of f
    chol  (n_regimes, n_factors, n_factors) of a step
    """
    covariance = chol @ np.swapaxes(chol, 1, 2)
    on_f, variance = covariance[:, :, f], covariance[:, f, f]
    safe = np.where(variance > 0.0, variance, 1.0)
    drifts = on_f * (per_step / safe)[:, None]
    drifts[:, f] = per_step
    return np.asarray(drifts)


def median_shift(convexity: float, std: float, quantiles: F64) -> float:
    """Return the median of convexity q^2 + std q z, with z normal and q tabulated, in the state's units.

    quantiles  (N_QUANTILES,) of q at the nodes of `kernels.mixing`; `convexity` is 0 or less.
    """
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
