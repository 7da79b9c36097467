"""Sales that losses force and prices that sales move: a fixed point that is searched, not solved.

Twins in numba/ and cuda/.
"""

from collections.abc import Callable

import numpy as np

from kernels.law_layout import Law
from kernels.numpy.steps.rows import Carried
from kernels.types import F64, Array

N_HALVINGS = 60  # of the interval in which a sale is searched


def settled(response: Callable[[F64], F64], most: F64) -> F64:
    """Return the least sale in [0, most] that is its own response, (n_ids,).

    The response crosses the diagonal once or stays above it.
    """
    low, high = np.zeros_like(most), most.copy()
    for _ in range(N_HALVINGS):
        middle = 0.5 * (low + high)
        asks_more = response(middle) > middle
        low, high = np.where(asks_more, middle, low), np.where(asks_more, high, middle)
    return np.where(response(np.zeros_like(most)) <= 0.0, 0.0, 0.5 * (low + high))


def sell_treasuries(law: Law, impact: F64, flow: F64, x: F64, carried: Carried) -> F64:
    """Make official sales `flow` (n_ids,), then private ones, and return ln USD/JPY after them: (n_ids,).

    impact (n_factors,) of the law, x (n_factors, n_ids) deviations without impact.
    """
    carried.official_sold = carried.official_sold + flow
    carried.fading = law.fading * carried.fading + flow
    factors = (law.pickup_1, law.pickup_2, law.pickup_3, law.pickup_4)
    weights = (law.weight_1, law.weight_2, law.weight_3, law.weight_4)
    held = (law.ust_stock - carried.private_sold) * law.years
    level, spot = carried.impact(law.long_run), x[law.fx]

    def private(sale: F64) -> F64:
        shown = x + np.outer(impact, level + carried.short_run * sale)
        pickup = sum(weight * shown[f] for f, weight in zip(factors, weights, strict=True))
        loss = np.maximum(0.0, law.start_held + law.duration * shown[law.ust] - law.unhedged * spot)
        hazard = law.hazard + law.hazard_per_pickup * pickup + law.hazard_per_loss * loss
        return np.asarray(held * np.clip(hazard, 0.0, law.hazard_most))

    sold = settled(private, held * law.hazard_most)
    carried.private_sold = carried.private_sold + sold
    carried.fading = carried.fading + sold
    return np.asarray(spot - law.fx_per_bn * law.unhedged * sold)


def sell(law: Law, impact: F64, flow: F64, state: Array, carried: Carried) -> None:
    """Sell all that is sold in a step, and do what it does to prices: state (n_factors, n_ids), in and out."""
    state[law.fx] = sell_treasuries(law, impact, flow, state.astype(np.float64), carried)
