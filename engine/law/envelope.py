"""How far deviations of a law with an unwind may be expected to go: no exact law, but ranges worth a polynomial.

Nothing depends on these but speed: paths that leave the ranges built on them are revalued flow by flow, and stated
bounds of errors hold within the ranges.
"""

import numpy as np

from engine.law.diffusion import covariance_after, mean_after
from engine.law.jumps import ANY_STEP
from engine.law.part import Record
from engine.law.regimes import occupancy
from engine.law.unwind import UnwindLaw
from kernels.law_layout import MAX_STUDIES
from kernels.types import F64

RARE = 0.002  # probability below which a regime, or a jump within the horizon, is left to the direct revaluation
USUAL = 2.0  # standard deviations of jumps that are looked for; and of their number
WIDEST = 0.6  # of the widest regime's standard deviation: ranges then reach 4 to 5 of it
REACH, INNER = 7.0, 4.0  # ranges reach 7 standard deviations or more: 4 about a middle that shifts by what is left


def envelope(decay: F64, drift: F64, chol: F64, unwind: UnwindLaw, steps: int) -> tuple[F64, F64]:
    """Return the middle (n_factors,) and covariance (n_factors, n_factors) of a range of the deviations after `steps`.

    drift (n_regimes, n_factors) per step, all of a regime's; chol (n_regimes, n_factors, n_factors).

    The middle is the mean without sales and interventions, regimes counted by the time that paths spend in them.
    Standard deviations are those of the mean variance, wide enough for the widest regime, and for what regimes, jumps
    and sales may shift. A law whose unwind shifts nothing has the very bits of a plain one.
    """
    weights = occupancy(unwind.initial, unwind.transitions, steps)  # (steps, n_regimes)
    left = decay ** np.arange(steps)[::-1, None]  # (steps, n_factors) of a move in each step at the end
    usual = np.flatnonzero(weights.max(axis=0) > RARE)
    middles = np.stack([mean_after(decay, drift[r], steps) for r in usual])
    widths = np.stack([covariance_after(decay, chol[r], steps) for r in usual])
    share = weights[:, usual].sum(axis=0) / weights[:, usual].sum()
    jumped, missed = _jumps(unwind, weights, left)
    mean = middles[0] + (share[:, None] * (middles - middles[0])).sum(axis=0)
    covariance = widths[0] + (share[:, None, None] * (widths - widths[0])).sum(axis=0)
    std = np.sqrt(np.maximum(np.diag(covariance), WIDEST**2 * np.diagonal(widths, axis1=1, axis2=2).max(axis=0)))
    shift = np.abs(middles - mean).max(axis=0) + missed
    shift = shift + _sales(unwind, 0.5 * shift + USUAL * std, steps)
    return mean + jumped, _with_spread(covariance, np.maximum(std, (INNER * std + shift) / REACH))


def envelope_over_rows(mean: F64, covariance: F64, decay: F64, unwind: UnwindLaw, steps: int) -> tuple[F64, F64]:
    """Return the middle and the covariance of a range of a law by rows with jumps, interventions and sales on top.

    mean (n_factors,), covariance (n_factors, n_factors) of the range without them, after `steps`. As `envelope`, whose
    regimes are one.
    """
    left = decay ** np.arange(steps)[::-1, None]
    jumped, missed = _jumps(unwind, np.ones((steps, 1)), left)
    std = np.sqrt(np.diag(covariance))
    shift = missed + _sales(unwind, 0.5 * missed + USUAL * std, steps)
    return mean + jumped, _with_spread(covariance, np.maximum(std, (INNER * std + shift) / REACH))


def _with_spread(covariance: F64, std: F64) -> F64:
    """Return the covariance with other standard deviations, (n_factors,); a factor that had none gets them alone."""
    scale = np.sqrt(np.diag(covariance))
    ratio = np.where(scale > 0.0, std / np.where(scale > 0.0, scale, 1.0), 0.0)
    own = np.where(scale > 0.0, 0.0, std**2)
    return np.asarray(covariance * np.outer(ratio, ratio) + np.diag(own))


def _jumps(unwind: UnwindLaw, weights: F64, left: F64) -> tuple[F64, F64]:
    """Return the mean of all jumps, and by how much the usual ones may miss it: (n_factors,) each."""
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


def _sales(unwind: UnwindLaw, moves: F64, steps: int) -> F64:
    """Return what sales, interventions and purchases that `moves` (n_factors,) call for may do to each factor."""
    law = {name: float(value) for name, value in unwind.record.items()}
    fx, ust = int(law["fx"]), int(law["ust"])
    fall, rise = float(moves[fx]), float(moves[ust])
    loss = max(0.0, law["start_held"] + law["duration"] * rise + law["unhedged"] * fall)
    hazard = law["hazard"] + law["hazard_per_loss"] * loss + law["hazard_per_pickup"] * rise
    private = law["ust_stock"] * law["years"] * steps * min(max(hazard, 0.0), law["hazard_most"])
    official = 0.0
    if law["intervenes"]:
        official = float(np.exp(law["log_size"] + law["size_sd"]))
    treasuries = float(unwind.scheduled[:steps].sum()) + private + official * law["ust_per_tn"]
    highest = max(law[f"high_{k}"] for k in range(1, MAX_STUDIES + 1)) * treasuries
    moved = np.abs(unwind.impact) * highest / np.sqrt(1.0 + (highest * law["per_cap"]) ** 2)
    lost = fall + float(np.abs(unwind.cohorts.holdings) @ moves)
    moved[fx] += law["fx_per_stock"] * _stopped(unwind, law, lost, steps)
    moved[fx] += law["fx_high"] * law["unhedged"] * private + law["fx_per_tn"] * official
    if law["is_capped"]:
        held = max(0.0, float(moves[int(law["capped"])]) - law["cap_begin"])
        moved = moved + np.maximum(np.abs(unwind.cap.shape), np.abs(unwind.cap.release)) * held
    return np.asarray(moved)


def _stopped(unwind: UnwindLaw, law: Record, lost: float, steps: int) -> float:
    """Return the share of the stock of carry trades that a loss, in logarithms, makes them sell."""
    if unwind.cohorts.entry.size == 0:
        return 0.0
    share = np.clip(law["stop_slope"] * (unwind.cohorts.entry + lost - law["stop_start"]), 0.0, law["stop_most"])
    asked = float(np.maximum(share - unwind.cohorts.stopped, 0.0).mean())
    return min(law["waiting"] + asked, law["stop_limit"] * steps)
