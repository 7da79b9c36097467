"""Gain of the loop between USD/JPY, Treasury yields and forced sales: at 1 or above, sales feed on themselves.

Over the horizon, with no limit reached, a fall y of ln USD/JPY and a price impact I on the 5-year yield force sales of
dollars and of Treasuries, which in turn move both:

    F_carry = C slope y                  F_private = H T (s_loss (unhedged y + duration g_10 I) + s_pickup p I)
    y = k (F_carry + unhedged F_private)         I = lambda F_private

g_10 is the impact's shape at 10 years, p the pick-up's move per unit of I (below 0: higher yields calm sellers).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from engine.law.unwind import UnwindLaw
from kernels.types import F64

HIGH = 1.6448536269514722  # normal quantile of 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopGain:
    """Largest eigenvalue of the response over the horizon, where no limit is reached."""

    at_median: float  # of the impact
    at_95: float  # at the impact's 95 % quantile
    probability: float  # of a gain of 1 or more, over the impact's lognormal law


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

    def probability(self, median: float, log_sd: float) -> float:
        """Return P(gain >= 1) for a lognormal impact.

        The gain is monotone in the impact: up from that of falls alone where higher yields urge sellers, else down.
        """
        critical = self.critical_impact()
        if math.isinf(critical) or median == 0.0 or log_sd == 0.0:
            return float(self.gain(median) >= 1.0)
        above = float(ndtr((math.log(median) - math.log(critical)) / log_sd))
        return above if self.yields > 0.0 else 1.0 - above


def loop_gain(unwind: UnwindLaw, n_steps: int) -> LoopGain:
    """Gain of an unwind's loop over `n_steps` days. Sales come evenly over them, and fade as long."""
    law = {name: float(value) for name, value in unwind.record.items()}
    median, log_sd = 0.0, law["impact_sd"]
    if unwind.impact.any():
        median = math.exp(law["log_impact"]) * _left(law, n_steps)
    response = response_of(law, unwind.impact, n_steps)
    return LoopGain(
        at_median=response.gain(median),
        at_95=response.gain(median * math.exp(HIGH * log_sd)),
        probability=response.probability(median, log_sd),
    )


def response_of(law: Mapping[str, float], impact: F64, n_steps: int) -> Response:
    """Return the response of a law, by the fields of kernels.law_layout.LAW; impact (n_factors,) of each factor."""
    weights = [(int(law[f"pickup_{k}"]), law[f"weight_{k}"]) for k in range(1, 5)]
    on_pickup = sum(weight * float(impact[f]) for f, weight in weights)
    held = law["ust_stock"] * law["years"] * n_steps
    on_ten = float(impact[int(law["ust"])])
    per_loss, unhedged, fx = law["hazard_per_loss"], law["unhedged"], law["fx_per_bn"]
    return Response(
        carry=law["fx_per_stock"] * law["stop_slope"],
        falls=held * per_loss * unhedged,
        yields=held * (per_loss * law["duration"] * on_ten + law["hazard_per_pickup"] * on_pickup),
        unhedged=fx * unhedged,
    )


def _left(law: Mapping[str, float], n_steps: int) -> float:
    """Return the share of the short-run impact that stands at the horizon, of sales spread evenly over the days."""
    fading = np.mean(law["fading"] ** np.arange(n_steps))
    return law["long_run"] + (1.0 - law["long_run"]) * float(fading)
