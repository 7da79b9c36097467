"""How a tail measure changes from one P&L vector to another on the same paths, with the paired error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.risk.estimate import Estimate
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, WINDOW
from engine.risk.ranks import Confidence, exact_confidence, tail_mass
from engine.risk.tail import estimate_sample
from engine.run.prepared import Prepared
from engine.run.table_errors import paired_table_ses, table_draws
from kernels.types import F64

LEAST_CROSSINGS = 25  # paths that change sides of VaR, from which their number says how the two samples' VaRs differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One measure of a loss before and after, in the run's currency; a loss is positive, a change above 0 is worse."""

    measure: str  # its key, such as "value_at_risk"
    confidence: float
    before: Estimate
    after: Estimate
    value: float  # after less before
    se: float  # of the simulation, paired: what both samples share is not in it; 0: exact
    table_se: float | None  # of the law's table of past days, paired; None: it has none here


def drawn_changes(
    part: Prepared, s: int, before: F64, after: F64, confidences: Sequence[Confidence]
) -> tuple[Change, ...]:
    """Compare totals (n_paths,) [currency] of a drawn scenario, with the error of its law's table where it has one."""
    changes, draws = paired_changes(before, after, confidences), table_draws(part, s)
    if draws is None:
        return changes
    ses = {each: paired_table_ses(before, after, draws, each) for each in {change.confidence for change in changes}}
    return tuple(replace(each, table_se=ses[each.confidence].get(each.measure)) for each in changes)


def paired_changes(before: F64, after: F64, confidences: Sequence[Confidence]) -> tuple[Change, ...]:
    """Compare VaR and ES of two P&L vectors (n_paths,) [currency] of the same paths, gains positive.

    Raises
    ------
    InputError
        The vectors differ in length, or one is not finite.

    Notes
    -----
    To first order a sample's VaR differs from the true one by the mean over the paths of (1(L > v) - p) / f(v)
    (Bahadur 1966, "A note on quantiles in large samples", Ann. Math. Statist. 37(3)), its ES by that of
    (L - v)^+ / p - E, p = 1 - c. The difference of two samples' measures has the variance of the difference of these,
    path by path.
    """
    if before.shape != after.shape:
        raise InputError(f"paired P&L needs the same paths: {before.size:,} before, {after.size:,} after")
    found = []
    for confidence in confidences:
        one, other = estimate_sample(before, confidence), estimate_sample(after, confidence)
        ses = {
            VALUE_AT_RISK.key: var_change_se(before, after, one.of(VALUE_AT_RISK), other.of(VALUE_AT_RISK), confidence),
            EXPECTED_SHORTFALL.key: es_change_se(
                before, after, one.of(VALUE_AT_RISK), other.of(VALUE_AT_RISK), confidence
            ),
        }
        found += [
            Change(
                measure=key,
                confidence=float(exact_confidence(confidence)),
                before=one.estimates[key],
                after=other.estimates[key],
                value=other.estimates[key].value - one.estimates[key].value,
                se=ses[key],
                table_se=None,
            )
            for key in MEASURES
            if key in ses
        ]
    return tuple(found)


def var_change_se(before: F64, after: F64, var: Estimate, var_after: Estimate, confidence: Confidence) -> float:
    """Return the paired error of a change of VaR between P&L vectors (n_paths,) [currency].

    With s and t the errors of the two VaRs, sqrt(p c / n) over their densities, and N the paths that are beyond VaR in
    one sample alone, the variance is (s - t)^2 + 2 (1 - rho) s t, 1 - rho = N / (2 n p c). Where fewer than 25 paths
    change sides, N says too little, and the paths around VaR stand for it: see `_near_var`.
    """
    s, t = var.se, var_after.se
    if not (math.isfinite(s) and math.isfinite(t)):
        return math.inf
    n, p = before.size, float(1 - exact_confidence(confidence))
    crossings = int(np.count_nonzero((before < -var.value) != (after < -var_after.value)))
    if crossings < LEAST_CROSSINGS:
        return _near_var(before, after, s, confidence)
    apart = min(crossings / (2.0 * n * p * (1.0 - p)), 2.0)
    return math.sqrt((s - t) ** 2 + 2.0 * apart * s * t)


def es_change_se(before: F64, after: F64, var: Estimate, var_after: Estimate, confidence: Confidence) -> float:
    """Return the paired error of a change of ES between P&L vectors (n_paths,) [currency], by their excesses."""
    n, mass = before.size, float(tail_mass(confidence, before.size))
    if mass < 1.0:
        return math.inf
    beyond = (np.maximum(-after - var_after.value, 0.0) - np.maximum(-before - var.value, 0.0)) * (n / mass)
    return float(beyond.std()) / math.sqrt(n)


def _near_var(before: F64, after: F64, se: float, confidence: Confidence) -> float:
    """Return the error of a change so small that few paths (n_paths,) change sides of VaR [currency].

    Over the paths whose rank is within a quarter of the tail of VaR's, the change is a line of the loss and a rest r.
    The line moves with VaR: its slope times VaR's error `se`. Of the rest the paths that swap ranks add E|r| times the
    distance of neighbouring losses, se / sqrt(n p c), as N does above; and never more than the one path that is VaR
    can, Var(r).
    """
    n, p = before.size, float(1 - exact_confidence(confidence))
    mass, reach = math.floor(n * p), math.ceil(WINDOW * n * p)
    low, high = max(mass - reach, 0), min(mass + reach, n - 1)
    ends = np.partition(before, (low, high))[[low, high]]
    near = (before >= ends[0]) & (before <= ends[1])
    loss, change = before[near] - before[near].mean(), after[near] - before[near]
    spread = float(loss @ loss)
    slope = float(loss @ change) / spread if spread > 0.0 else 0.0
    rest = change - change.mean() - slope * loss
    distance = se / math.sqrt(n * p * (1.0 - p))
    return math.hypot(slope * se, math.sqrt(min(float(rest.var()), float(np.abs(rest).mean()) * distance)))
