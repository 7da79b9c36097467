"""Gain of the loop between USD/JPY, Treasury yields and forced sales: at 1 or above, sales feed on themselves.

Over the horizon, with no limit reached, a fall y of ln USD/JPY and a price impact I on the 5-year yield force sales of
dollars and of Treasuries, which in turn move both:

    F_carry = C slope v y                F_private = H T (s_loss (unhedged y + duration g_10 I) + s_pickup p I)
    y = k (F_carry + unhedged F_private)         I = lambda F_private

v is the log move of what cohorts hold per one of USD/JPY by sales, 1 of dollars; what I does to it is left out. g_10 is
the impact's shape at 10 years, p the pick-up's move per unit of I (below 0: higher yields calm sellers).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.law.unwind import UnwindLaw
from engine.mechanisms.parameters.studies import StudyLaw
from kernels.law_layout import MAX_STUDIES
from kernels.types import F64

HIGH = 0.95  # probability of the impact that is called high
N_FX = 64  # middles of equal shares of the paths, by their impact on USD/JPY


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopGain:
    """Largest eigenvalue of the response over the horizon, where no limit is reached."""

    at_median: float  # of the impacts
    at_95: float  # at the 95 % quantile of the impact on yields, the median of that on USD/JPY
    probability: float  # of a gain of 1 or more, over the laws of both


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The 2 x 2 response of (y, I) to itself: [[own + cross yields..., ...]], with lambda the impact per USD bn."""

    carry: float  # y per y through the carry trade alone: k C slope
    falls: float  # F_private per y
    yields: float  # F_private per I
    unhedged: float  # y per F_private: k unhedged

    def matrix(self, impact: float) -> F64:
        """Return the response of (y, I), (2, 2), with `impact` as a decimal yield per USD bn over the horizon."""
        onto_fall = [self.carry + self.unhedged * self.falls, self.unhedged * self.yields]
        return np.array([onto_fall, [impact * self.falls, impact * self.yields]])

    def gain(self, impact: float) -> float:
        """Return the largest eigenvalue: the spectral radius where higher yields urge sellers.

        Where they calm them the other eigenvalue is below 0: damping, however large, and no gain. Both are always real.
        """
        (a, b), (c, d) = self.matrix(impact)
        return float(0.5 * (a + d) + np.sqrt(max(0.0, 0.25 * (a - d) ** 2 + b * c)))

    def critical_impact(self) -> float:
        """Return the impact at which the gain crosses 1: det(1 - M) = 0, linear in it; infinite where it never does."""
        slope = self.yields * (1.0 - self.carry)
        own = 1.0 - self.carry - self.unhedged * self.falls
        is_crossed = own > 0.0 if self.yields > 0.0 else own < 0.0 and slope < 0.0
        return own / slope if is_crossed else math.inf

    def probability(self, impact: StudyLaw) -> float:
        """Return P(gain >= 1) for an impact by a law, as a decimal yield per USD bn over the horizon.

        The gain is monotone in the impact: up from that of falls alone where higher yields urge sellers, else down.
        """
        critical = self.critical_impact()
        if math.isinf(critical):
            return float(self.gain(0.0) >= 1.0)
        below = impact.below(critical)
        return 1.0 - below if self.yields > 0.0 else below


def loop_gain(unwind: UnwindLaw, n_steps: int) -> LoopGain:
    """Gain of an unwind's loop over `n_steps` days. Sales come evenly over them, and fade as long."""
    law = {name: float(value) for name, value in unwind.record.items()}
    impact = _impact_of(law, _left(law, n_steps) if unwind.impact.any() else 0.0)
    value_per_fx = unwind.cohorts.value_per_fx
    response = response_of(law, unwind.impact, n_steps, value_per_fx)
    shares = (np.arange(N_FX) + 0.5) / N_FX
    drawn = np.interp(shares, [0.0, 0.5, 1.0], [law["fx_low"], law["fx_per_bn"], law["fx_high"]])
    responses = (response_of(law | {"fx_per_bn": fx}, unwind.impact, n_steps, value_per_fx) for fx in drawn.tolist())
    return LoopGain(
        at_median=response.gain(impact.quantile(0.5)),
        at_95=response.gain(impact.quantile(HIGH)),
        probability=float(np.mean([each.probability(impact) for each in responses])),
    )


def _impact_of(law: Mapping[str, float], scale: float) -> StudyLaw:
    """Return the law of the impact on yields that a path draws, times `scale`."""
    reached = [0.0, *(law[f"study_{k}"] for k in range(1, MAX_STUDIES)), 1.0]
    drawn = [k for k in range(MAX_STUDIES) if reached[k + 1] > reached[k]]
    return StudyLaw(
        weights=[reached[k + 1] - reached[k] for k in drawn],
        lows=[scale * law[f"low_{k + 1}"] for k in drawn],
        highs=[scale * law[f"high_{k + 1}"] for k in drawn],
    )


def response_of(law: Mapping[str, float], impact: F64, n_steps: int, value_per_fx: float = 1.0) -> Response:
    """Return the response of a law, by the fields of kernels.law_layout.LAW; impact (n_factors,) of each factor.

    value_per_fx: log move of a cohort's value per one of USD/JPY.
    """
    weights = [(int(law[f"pickup_{k}"]), law[f"weight_{k}"]) for k in range(1, 5)]
    on_pickup = sum(weight * float(impact[f]) for f, weight in weights)
    held = law["ust_stock"] * law["years"] * n_steps
    on_ten = float(impact[int(law["ust"])])
    per_loss, unhedged, fx = law["hazard_per_loss"], law["unhedged"], law["fx_per_bn"]
    return Response(
        carry=law["fx_per_stock"] * law["stop_slope"] * value_per_fx,
        falls=held * per_loss * unhedged,
        yields=held * (per_loss * law["duration"] * on_ten + law["hazard_per_pickup"] * on_pickup),
        unhedged=fx * unhedged,
    )


def _left(law: Mapping[str, float], n_steps: int) -> float:
    """Return the share of the short-run impact that stands at the horizon, of sales spread evenly over the days."""
    fading = np.mean(law["fading"] ** np.arange(n_steps))
    return law["long_run"] + (1.0 - law["long_run"]) * float(fading)
