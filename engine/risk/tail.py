"""Every tail measure of a P&L sample at one confidence, with Monte Carlo errors."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.risk.estimate import Estimate, named_figures
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import MEASURES, quantiles_needed
from engine.risk.ordered_tail import OrderedTail, worst_of
from engine.risk.ranks import ROUGH_BELOW, Confidence, exact_confidence, tail_mass
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class TailEstimate:
    """The measures at one confidence. Losses are positive; in the P&L's currency."""

    confidence: float
    estimates: Mapping[str, Estimate]  # by the measure's key
    tail_paths: int  # in the worst 1 - confidence; the last may count in part
    rough: bool  # fewer than 500 of them: read errors as orders of magnitude

    def of(self, measure: TailMeasure) -> Estimate:
        """Return one measure's estimate."""
        return self.estimates[measure.key]

    def flat(self) -> dict[str, float | int | bool]:
        """Return the figures under the names that JSON has for them."""
        last = {"tail_paths": self.tail_paths, "rough": self.rough}
        return {"confidence": self.confidence, **named_figures(self.estimates), **last}


def estimate_sample(pnl: F64, confidence: Confidence) -> TailEstimate:
    """Estimate all measures of a P&L vector (n_paths,) [currency], gains positive, in any order.

    Raises
    ------
    InputError
        `confidence` is out of range, or `pnl` is empty or not finite.
    """
    return estimate_tail(worst_of(pnl, quantiles_needed((confidence,))), confidence)


def estimate_tail(tail: OrderedTail, confidence: Confidence) -> TailEstimate:
    """Estimate all measures from the worst paths of a sample."""
    mass = tail_mass(confidence, tail.n_paths)
    return TailEstimate(
        confidence=float(exact_confidence(confidence)),
        estimates={key: measure.estimate(tail, confidence) for key, measure in MEASURES.items()},
        tail_paths=math.ceil(mass),
        rough=mass < ROUGH_BELOW,
    )
