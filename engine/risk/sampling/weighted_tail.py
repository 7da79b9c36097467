"""Tail measures of a weighted sample in independent replicates, with errors from how far these lie apart."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from engine.errors import InputError
from engine.risk.estimate import Estimate
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.ranks import INTERVAL_CONFIDENCE, ROUGH_BELOW, Confidence, exact_confidence
from engine.risk.results import TailResult
from kernels.types import F64

WEIGHTED = (VALUE_AT_RISK.key, EXPECTED_SHORTFALL.key)  # measures that are made of weights
NEAR = 0.1  # of the tail's mass on either side of VaR, over which its density is read
ROUNDING = 1e-9  # of a probability that is a sum of weights


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replicates:
    """A row's losses in independent replicates; a replicate's weights add up to its number of paths on average."""

    losses: F64  # (n_replicates, n) [currency]
    weights: F64  # (n_replicates, n)

    @property
    def mean(self) -> Estimate:
        """Return the mean loss [currency]."""
        each = (self.losses * self.weights).mean(axis=1)
        return _estimate(float(each.mean()), each)

    @property
    def std(self) -> float:
        """Return the losses' standard deviation [currency]."""
        centred = self.losses - self.mean.value
        return math.sqrt(float((self.weights * centred * centred).mean()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tail:
    """VaR and ES of one weighted sample, and what else is read off its tail."""

    figures: Mapping[str, float]  # [currency] by the measure's key
    plain_variances: Mapping[str, float]  # of the same from one path of the law itself [currency^2]
    effective_paths: float  # equally weighted paths that the tail's are worth


def check_measures() -> None:
    """Raise InputError where a measure is registered that knows no weights."""
    if others := [key for key in MEASURES if key not in WEIGHTED]:
        raise InputError(f"sampler: {', '.join(others)} cannot be read off weighted paths; leave sampler out")


def weighted_tail(sample: Replicates, confidence: Confidence, shock_pnl: float) -> TailResult:
    """Return VaR and ES of all replicates together, with the error of their mean between replicates.

    shock_pnl   [currency] of the scenario's shock alone

    The interval is that of a t with a degree of freedom less than there are replicates.
    """
    p = float(1 - exact_confidence(confidence))
    whole = _tail(sample.losses.ravel(), sample.weights.ravel(), p)
    parts = [_tail(losses, weights, p) for losses, weights in zip(sample.losses, sample.weights, strict=True)]
    estimates = {
        key: _estimate(whole.figures[key], np.array([part.figures[key] for part in parts])) for key in WEIGHTED
    }
    return TailResult(
        confidence=float(confidence),
        estimates=estimates,
        around_shock={key: MEASURES[key].around_shock(each.value, shock_pnl) for key, each in estimates.items()},
        tail_paths=math.floor(whole.effective_paths),
        rough=whole.effective_paths < ROUGH_BELOW,
        plain_paths={key: whole.plain_variances[key] / each.se**2 for key, each in estimates.items() if each.se > 0.0},
    )


def _estimate(value: float, parts: F64) -> Estimate:
    se = float(parts.std(ddof=1)) / math.sqrt(parts.size)
    reach = float(stdtrit(parts.size - 1, (1.0 + INTERVAL_CONFIDENCE) / 2.0)) * se
    return Estimate(value=value, se=se, low=value - reach, high=value + reach)


def _tail(losses: F64, weights: F64, p: float) -> _Tail:
    """Return VaR, the least loss that is exceeded with a probability of p at most, and ES, VaR + E(L - VaR)^+ / p."""
    order = np.argsort(-losses, kind="stable")
    ordered, own = losses[order], weights[order] / losses.size
    beyond = np.cumsum(own)  # probability of a loss as great or greater

    def quantile(probability: float) -> float:
        whole = int(np.searchsorted(beyond, probability * (1.0 + ROUNDING), side="right"))
        return float(ordered[min(whole, ordered.size - 1)])

    var = quantile(p)
    inside = ordered > var
    excess, kept = ordered[inside] - var, own[inside]
    mean, square = float((kept * excess).sum()), float((kept * excess * excess).sum())
    apart = quantile((1.0 - NEAR) * p) - quantile((1.0 + NEAR) * p)  # of a probability of 2 NEAR p
    counted, squares = float(kept.sum()), float((kept * kept).sum())
    return _Tail(
        figures={VALUE_AT_RISK.key: var, EXPECTED_SHORTFALL.key: var + mean / p},
        plain_variances={
            VALUE_AT_RISK.key: p * (1.0 - p) * (apart / (2.0 * NEAR * p)) ** 2,
            EXPECTED_SHORTFALL.key: (square - mean * mean) / p**2,
        },
        effective_paths=counted * counted / squares if squares > 0.0 else 0.0,
    )
