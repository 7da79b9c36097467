"""Sales that act on the date after: ordered by what prices did up to a close, made in the step that follows it.

Twins in numba/ and cuda/.
"""

from dataclasses import dataclass

import numpy as np

from kernels.law_layout import Law
from kernels.numpy.steps.rows import Carried
from kernels.types import F64, Array


@dataclass(slots=True)
class Orders:
    """What is to be sold in a step, (n_ids,) each [USD bn]."""

    private: F64


def order_sales(law: Law, impact: F64, state: Array, carried: Carried) -> Orders:
    """Return what the close before a step orders.

    impact (n_factors,) of the law, state (n_factors, n_ids) deviations without it. Nothing that is sold in the step
    counts for what is sold in it: there is no fixed point.
    """
    x = state.astype(np.float64)
    shown, spot = x + np.outer(impact, carried.impact(law.long_run)), x[law.fx]
    factors = (law.pickup_1, law.pickup_2, law.pickup_3, law.pickup_4)
    weights = (law.weight_1, law.weight_2, law.weight_3, law.weight_4)
    pickup = sum(weight * shown[f] for f, weight in zip(factors, weights, strict=True))
    loss = np.maximum(0.0, law.start_held + law.duration * shown[law.ust] - law.unhedged * spot)
    hazard = law.hazard + law.hazard_per_pickup * pickup + law.hazard_per_loss * loss
    private = (law.ust_stock - carried.private_sold) * law.years * np.clip(hazard, 0.0, law.hazard_most)
    return Orders(private=np.asarray(private))


def make_sales(law: Law, flow: F64, orders: Orders, state: Array, carried: Carried) -> None:
    """Make the sales of a step, official ones `flow` (n_ids,) among them: state (n_factors, n_ids), in and out."""
    carried.official_sold = carried.official_sold + flow
    carried.private_sold = carried.private_sold + orders.private
    carried.fading = law.fading * carried.fading + flow + orders.private
    state[law.fx] -= carried.fx_run * law.unhedged * orders.private
