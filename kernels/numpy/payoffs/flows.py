"""Legs: every flow by its exponential, no polynomial. Twins in numba/ and cuda/."""

import numpy as np

from kernels.layout import Flows, Leg
from kernels.types import F64


def add_leg(flows: Flows, leg: Leg, scenario: int, observed: F64, total: F64) -> None:
    """Add a leg's flows to `total` (n,) [currency]; observed (n_observations, n_factors, n) deviations."""
    deviations = observed[leg.when]
    for g in range(leg.first, leg.last):
        segment = flows.segments[g]
        mine = slice(segment.first, segment.last)
        exponents = flows.exponents[mine]
        below, above = deviations[segment.below], deviations[segment.above]
        growth = np.exp(np.outer(exponents[:, 0], below) + np.outer(exponents[:, 1], above))
        total += flows.value[scenario, mine] @ growth
