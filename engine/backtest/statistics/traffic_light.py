"""The Basel Committee's traffic light, its multiplier, and the gate of a trading desk.

MAR32 "Internal models approach: backtesting and P&L attribution test requirements", MAR99 "Guidance on the use of the
internal models approach".
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from engine.errors import InputError

DAYS = 250  # that the multiplier counts
GREEN, AMBER, RED = "green", "amber", "red"
_AMBER_FROM, _RED_FROM = 0.95, 0.9999  # MAR99: cumulative probabilities from which the zones begin
_MULTIPLIERS = {0: 1.5, 5: 1.70, 6: 1.76, 7: 1.83, 8: 1.88, 9: 1.92, 10: 2.0}  # MAR32.9, from that many exceptions on
DESK_MOST = {0.99: 12, 0.975: 30}  # MAR32.18: exceptions of a desk in 12 months, by confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficLight:
    """Where a number of exceptions stands."""

    zone: str  # GREEN, AMBER or RED
    cumulative_probability: float  # of so many exceptions or fewer, if the forecast is right


def traffic_light(n_days: int, failures: int, confidence: float) -> TrafficLight:
    """Return the zone of so many exceptions of VaR at `confidence`: amber from 95 %, red from 99.99 %.

    Raises InputError where the counts are none of days.
    """
    if not (n_days >= 1 and 0 <= failures <= n_days and 0.0 < confidence < 1.0):
        raise InputError(f"a traffic light needs 0 to n exceptions of n days, got {failures} of {n_days}")
    probability = float(bdtr(failures, n_days, 1.0 - confidence))
    zone = RED if probability >= _RED_FROM else AMBER if probability >= _AMBER_FROM else GREEN
    return TrafficLight(zone=zone, cumulative_probability=probability)


def multiplier(failures: int) -> float:
    """Return the capital multiplier for so many exceptions of the 99 % VaR in the last 250 days: MAR32.9."""
    if failures < 0:
        raise InputError(f"there cannot be {failures} exceptions")
    steps = np.array(list(_MULTIPLIERS))
    return list(_MULTIPLIERS.values())[int(np.searchsorted(steps, failures, side="right")) - 1]


def is_desk_eligible(failures_99: int, failures_975: int) -> bool:
    """Return whether a desk with so many exceptions in 12 months keeps its internal model: MAR32.18."""
    return failures_99 <= DESK_MOST[0.99] and failures_975 <= DESK_MOST[0.975]
