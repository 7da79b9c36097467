"""VaR and expected shortfall of a P&L sample, with their Monte Carlo errors."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from engine.errors import InputError
from engine.risk.moments import tree_sum
from engine.risk.ranks import (
    INTERVAL_CONFIDENCE,
    ROUGH_BELOW,
    Confidence,
    exact_confidence,
    interval_indices,
    order_statistics_needed,
    tail_count,
    tail_mass,
)
from kernels.types import F64


class OrderedTail(ABC):
    """The worst outcomes of a sample in ascending order of P&L, as far out as its owner kept them."""

    n_paths: int  # of the whole sample

    @abstractmethod
    def at(self, index: int) -> float:
        """P&L at `index` of the ascending order."""

    @abstractmethod
    def excess(self, index: int) -> tuple[float, float]:
        """Sum and sum of squares, over the paths before `index`, of how far each lies below the P&L at `index`."""


class SortedTail(OrderedTail):
    """A tail whose values are all in hand."""

    def __init__(self, values: F64, n_paths: int) -> None:
        """Hold `values` (n_kept,), ascending: the n_kept smallest of `n_paths`."""
        self.values = values
        self.n_paths = n_paths

    def at(self, index: int) -> float:
        """P&L at `index` of the ascending order."""
        return float(self.values[index])

    def excess(self, index: int) -> tuple[float, float]:
        """Sum and square sum of the shortfalls below the P&L at `index`, over the paths before it."""
        below = self.values[index] - self.values[:index]
        return float(tree_sum(below)), float(tree_sum(below * below))


@dataclass(frozen=True, slots=True, kw_only=True)
class TailEstimate:
    """VaR and expected shortfall at one confidence. Losses are positive; in the P&L's currency.

    An infinite error or end means that the sample does not bound it: too few paths lie that far out.
    """

    confidence: float
    value_at_risk: float
    value_at_risk_se: float  # width of the interval / (2 z), z the normal quantile: 1.96 at 0.95
    value_at_risk_low: float  # order-statistic interval
    value_at_risk_high: float
    expected_shortfall: float
    expected_shortfall_se: float
    expected_shortfall_low: float  # estimate -+ z standard errors
    expected_shortfall_high: float
    tail_paths: int  # in the worst 1 - confidence; the last may count in part
    rough: bool  # fewer than 500 of them: read errors as orders of magnitude


def value_at_risk(pnl: F64, confidence: Confidence) -> float:
    """Loss exceeded with probability at most `1 - confidence`: the left inverse of the empirical distribution.

    Parameters
    ----------
    pnl : (n_paths,) float64
        P&L over one horizon, gains positive, in any order.
    confidence : scalar in [0.5, 1)
        Read in exact decimals: 0.99 of 100 paths is the second worst, not the third.

    Returns
    -------
    scalar, in the P&L's currency
        A loss, positive; negative when even that outcome is a gain.

    Raises
    ------
    InputError
        `confidence` is out of range, or `pnl` is empty or not finite.
    """
    check_tail_inputs(pnl, confidence)
    whole, _ = tail_count(confidence, pnl.size)
    return 0.0 - float(np.partition(pnl, whole)[whole])


def expected_shortfall(pnl: F64, confidence: Confidence) -> float:
    """Mean loss in the worst `1 - confidence` of outcomes; the last path counts by the fraction inside.

    Parameters
    ----------
    pnl : (n_paths,) float64
        P&L over one horizon, gains positive, in any order.
    confidence : scalar in [0.5, 1)
        0.975 for the Basel measure.

    Returns
    -------
    scalar, in the P&L's currency
        A loss, positive; never below `value_at_risk` at the same confidence.

    Raises
    ------
    InputError
        `confidence` is out of range, or `pnl` is empty or not finite.

    Notes
    -----
    With v the VaR and m = n (1 - c) the tail's mass, v + sum (loss - v)^+ / m. Equal to the fractional mean of
    Acerbi & Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26(7); this form is the
    minimum of Rockafellar & Uryasev (2000), "Optimization of conditional value-at-risk", J. Risk 2(3).
    """
    return estimate_sample(pnl, confidence).expected_shortfall


def estimate_sample(pnl: F64, confidence: Confidence) -> TailEstimate:
    """VaR, expected shortfall and their errors of a P&L vector (n_paths,).

    Raises
    ------
    InputError
        `confidence` is out of range, or `pnl` is empty or not finite.
    """
    check_tail_inputs(pnl, confidence)
    n_kept = order_statistics_needed(confidence, pnl.size)
    values = np.sort(np.partition(pnl, n_kept - 1)[:n_kept])
    return estimate_tail(SortedTail(values, pnl.size), confidence)


def estimate_tail(tail: OrderedTail, confidence: Confidence) -> TailEstimate:
    """VaR, expected shortfall and their errors from the worst paths of a sample.

    Notes
    -----
    VaR's interval is the binomial one (`ranks.interval_indices`), its standard error the interval's width over
    2 z. ES's estimator is, to first order, the mean of v + (L - v)^+ / p over the paths (p = 1 - c), the error of v
    cancelling; hence the variance (Var(L | tail) + c (ES - v)^2) / (n p), which with e = (L - v)^+ and m = n p is
    (sum e^2 - (sum e)^2 / n) / m^2. Manistre & Hancock (2005), "Variance of the CTE estimator", North American
    Actuarial J. 9(2). A tail without one whole path says nothing of its own spread: the error is infinite.
    """
    n = tail.n_paths
    whole, _ = tail_count(confidence, n)
    mass = tail_mass(confidence, n)
    var = 0.0 - tail.at(whole)  # never minus zero
    total, squares = tail.excess(whole)
    low, high = var_interval(tail, confidence)
    z = float(ndtri((1.0 + INTERVAL_CONFIDENCE) / 2.0))
    es = var + total / float(mass)
    es_se = math.sqrt(max(squares - total * total / n, 0.0)) / float(mass) if whole else math.inf
    return TailEstimate(
        confidence=float(exact_confidence(confidence)),
        value_at_risk=var,
        value_at_risk_se=(high - low) / (2.0 * z),
        value_at_risk_low=low,
        value_at_risk_high=high,
        expected_shortfall=es,
        expected_shortfall_se=es_se,
        expected_shortfall_low=es - z * es_se,
        expected_shortfall_high=es + z * es_se,
        tail_paths=math.ceil(mass),
        rough=mass < ROUGH_BELOW,
    )


def var_interval(tail: OrderedTail, confidence: Confidence) -> tuple[float, float]:
    """Return the losses that enclose VaR at `INTERVAL_CONFIDENCE`; infinite where the sample does not reach."""
    worst, mildest = interval_indices(confidence, tail.n_paths)
    low = -math.inf if mildest is None else 0.0 - tail.at(mildest)
    high = math.inf if worst is None else 0.0 - tail.at(worst)
    return low, high


def check_tail_inputs(pnl: F64, confidence: Confidence) -> None:
    """Raise InputError unless `pnl` is a finite, non-empty vector and `confidence` lies in [0.5, 1)."""
    exact_confidence(confidence)
    if pnl.ndim != 1 or pnl.size == 0:
        raise InputError(f"`pnl` must be a vector of at least one P&L, got shape {pnl.shape}")
    bad = np.flatnonzero(~np.isfinite(pnl))
    if bad.size:
        raise InputError(f"`pnl` must be finite: {bad.size} of {pnl.size} are not, the first is path {bad[0]}")
