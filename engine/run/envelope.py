"""How far deviations of a law with an unwind may be expected to go: no exact law, but ranges worth a polynomial.

Nothing depends on these but speed: paths that leave the ranges built on them are revalued flow by flow, and stated
bounds of errors hold within the ranges.
"""

import numpy as np
import numpy.typing as npt

from engine.run.diffusion import covariance_after, mean_after
from engine.run.jumps import ANY_STEP
from engine.run.regimes import occupancy
from engine.run.unwind_law import UnwindLaw

F64 = npt.NDArray[np.float64]

RARE = 0.002  # probability below which a regime, or a jump within the horizon, is left to the direct revaluation
USUAL = 3.0  # standard deviations at which a jump, and what drives sales, is looked at
SHIFTS = 4.0  # ranges reach 7 to 8.5 standard deviations: 4 of them hold what shifts a law's middle


def envelope(decay: F64, drift: F64, chol: F64, unwind: UnwindLaw, steps: int) -> tuple[F64, F64]:
    """Middle (n_factors,) and covariance (n_factors, n_factors) of a range of the deviations after `steps`.

    drift (n_regimes, n_factors) per step, all of a regime's; chol (n_regimes, n_factors, n_factors).

    The middle is the mean without sales and interventions, regimes counted by the time that paths spend in them.
    Variances are the widest regime's; on top of the standard deviations comes a part of what regimes, jumps and sales
    may shift. A law whose unwind shifts nothing has the very bits of a plain one.
    """
    weights = occupancy(unwind.initial, unwind.transitions, steps)  # (steps, n_regimes)
    left = decay ** np.arange(steps)[::-1, None]  # (steps, n_factors) of a move in each step at the end
    usual = np.flatnonzero(weights.max(axis=0) > RARE)
    middles = np.stack([mean_after(decay, drift[r], steps) for r in usual])
    widths = np.stack([covariance_after(decay, chol[r], steps) for r in usual])
    share = weights[:, usual].sum(axis=0) / weights[:, usual].sum()
    jumped, missed = _jumps(unwind, weights, left)
    mean = middles[0] + (share[:, None] * (middles - middles[0])).sum(axis=0)
    std = np.sqrt(np.diagonal(widths, axis1=1, axis2=2).max(axis=0))
    std = std + (np.abs(middles - mean).max(axis=0) + missed) / SHIFTS
    std = std + _sales(unwind, std, steps) / SHIFTS
    covariance = widths[0] + (share[:, None, None] * (widths - widths[0])).sum(axis=0)
    scale = np.sqrt(np.diag(covariance))
    ratio = np.where(scale > 0.0, std / np.where(scale > 0.0, scale, 1.0), 0.0)
    own = np.where(scale > 0.0, 0.0, std**2)
    return mean + jumped, covariance * np.outer(ratio, ratio) + np.diag(own)


def _jumps(unwind: UnwindLaw, weights: F64, left: F64) -> tuple[F64, F64]:
    """Mean of all jumps, and by how much the usual ones may miss it: (n_factors,) each."""
    jumps, (steps, n_factors) = unwind.jumps, left.shape
    mean, square = np.zeros(n_factors), np.zeros(n_factors)
    for j, step in enumerate(jumps.step.tolist()):
        expected = weights @ jumps.tails[j].sum(axis=1)  # (steps,) jumps in each
        if step != ANY_STEP:
            expected = np.where(np.arange(steps) == step, expected, 0.0)
        mean += (left * expected[:, None]).sum(axis=0) * jumps.mean[j]
        total = float(expected.sum())
        if total > RARE:
            largest = 1.0 if step != ANY_STEP else np.ceil(total + USUAL * np.sqrt(total))
            missed = max(largest - total, total) * np.abs(jumps.mean[j])
            square += (missed + USUAL * np.sqrt(largest * (jumps.loadings[j] ** 2).sum(axis=1))) ** 2
    return mean, np.sqrt(square)


def _sales(unwind: UnwindLaw, std: F64, steps: int) -> F64:
    """What sales and interventions that losses of a few `std` (n_factors,) force may do to each factor."""
    law = {name: float(value) for name, value in unwind.record.items()}
    get = law.get
    fx, ust = int(get("fx", 0.0)), int(get("ust", 0.0))
    fall, rise = USUAL * float(std[fx]), USUAL * float(std[ust])
    loss = get("duration", 0.0) * rise + get("unhedged", 0.0) * fall
    hazard = get("hazard", 0.0) + get("hazard_per_loss", 0.0) * loss + get("hazard_per_pickup", 0.0) * rise
    private = get("ust_stock", 0.0) * get("years", 0.0) * steps * min(hazard, get("hazard_most", 0.0))
    official = 0.0
    if get("intervenes", 0.0):
        official = float(np.exp(get("log_size", 0.0) + get("size_sd", 0.0)))
    treasuries = float(unwind.scheduled[:steps].sum()) + private + official * get("ust_per_tn", 0.0)
    short_run = float(np.exp(get("log_impact", 0.0) + 2.0 * get("impact_sd", 0.0)))
    worst = get("leverage", 0.0) * (get("start_loss", 0.0) + fall)
    stopped = min(max(get("stop_slope", 0.0) * (worst - get("stop_loss", 0.0)), 0.0), get("stop_most", 0.0))
    dollars = get("carry_stock", 0.0) * stopped + get("unhedged", 0.0) * private
    moves = np.abs(unwind.impact) * short_run * treasuries
    moves[fx] += get("fx_per_bn", 0.0) * dollars + get("fx_per_tn", 0.0) * official
    return np.asarray(moves)
