"""Sales that act on the date after: ordered by what prices did up to a close, made in the step that follows it.

Twin in cuda/.
"""

import numpy as np
from numba import njit

from kernels.law_layout import Law
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, PART, STRIDE
from kernels.numba.steps.rows import (
    FADING,
    FX_RUN,
    IMPACT,
    OFFICIAL,
    OFFICIAL_SOLD,
    PICKUP,
    PRIVATE,
    PRIVATE_SOLD,
    RISE,
    SHORT_RUN,
    SPOT,
)
from kernels.types import F64, Array


@njit(**PART)
def look_at_prices(law: Law, state: Array, rows: F64) -> None:
    """Copy ln USD/JPY, the 10-year Treasury yield and the pick-up, without impact, to their rows (STRIDE,)."""
    fx, ust = law.fx * STRIDE, law.ust * STRIDE
    for i in range(BLOCK):
        rows[SPOT + i] = np.float64(state[fx + i])
    for i in range(BLOCK):
        rows[RISE + i] = np.float64(state[ust + i])
    factors = (law.pickup_1, law.pickup_2, law.pickup_3, law.pickup_4)
    weights = (law.weight_1, law.weight_2, law.weight_3, law.weight_4)
    for i in range(BLOCK):
        rows[PICKUP + i] = 0.0
    for k in range(4):
        x, w = factors[k] * STRIDE, weights[k]
        for i in range(BLOCK):
            rows[PICKUP + i] = fma(w, np.float64(state[x + i]), rows[PICKUP + i])


@njit(**PART)
def order_sales(law: Law, impact: F64, state: Array, rows: F64) -> None:
    """Note what the close before a step orders, in row PRIVATE.

    impact (n_factors,) of the law, state (n_factors * STRIDE,) deviations without it. Nothing that is sold in the step
    counts for what is sold in it: there is no fixed point.
    """
    look_at_prices(law, state, rows)
    on_ust = impact[law.ust]
    on_pickup = law.weight_1 * impact[law.pickup_1] + law.weight_2 * impact[law.pickup_2]
    on_pickup = on_pickup + law.weight_3 * impact[law.pickup_3] + law.weight_4 * impact[law.pickup_4]
    stock, years, hazard, highest = law.ust_stock, law.years, law.hazard, law.hazard_most
    per_pickup, per_loss, duration, unhedged = law.hazard_per_pickup, law.hazard_per_loss, law.duration, law.unhedged
    for i in range(BLOCK):
        level, spot = rows[IMPACT + i], rows[SPOT + i]
        loss = fma(duration, fma(on_ust, level, rows[RISE + i]), law.start_held - unhedged * spot)
        loss = loss if loss > 0.0 else 0.0
        wanted = fma(per_loss, loss, fma(per_pickup, fma(on_pickup, level, rows[PICKUP + i]), hazard))
        wanted = wanted if wanted > 0.0 else 0.0
        wanted = highest if wanted > highest else wanted
        rows[PRIVATE + i] = (stock - rows[PRIVATE_SOLD + i]) * years * wanted


@njit(**PART)
def make_sales(law: Law, rows: F64, spot: Array) -> None:
    """Make the sales of a step, rows OFFICIAL and PRIVATE, and what they do to ln USD/JPY: spot (STRIDE,)."""
    long_run, rest, kept, unhedged = law.long_run, 1.0 - law.long_run, law.fading, law.unhedged
    per_cap = law.per_cap
    for i in range(BLOCK):
        flow, private = rows[OFFICIAL + i], rows[PRIVATE + i]
        sold = flow + private
        official_sold, private_sold = rows[OFFICIAL_SOLD + i] + flow, rows[PRIVATE_SOLD + i] + private
        fading = fma(rows[FADING + i], kept, sold)
        rows[OFFICIAL_SOLD + i], rows[PRIVATE_SOLD + i] = official_sold, private_sold
        rows[FADING + i] = fading
        level = rows[SHORT_RUN + i] * fma(long_run, official_sold + private_sold, rest * fading)
        of_cap = level * per_cap
        rows[IMPACT + i] = level / np.sqrt(fma(of_cap, of_cap, 1.0))
        per_sale = 0.0 - rows[FX_RUN + i]
        spot[i] = fma(per_sale, unhedged * private, np.float64(spot[i]))
