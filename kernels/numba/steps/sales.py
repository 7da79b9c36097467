"""Sales that losses force and prices that sales move, solved together. Twin in cuda/.

Within a step the sale of a day depends on the day's own price impact. Both responses are linear between a few corners,
so the fixed point is a division on the piece that holds, not an iteration.
"""

import numpy as np
from numba import njit

from kernels.law_layout import Law
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, STRICT, STRIDE
from kernels.numba.steps.rows import (
    FADING,
    IMPACT,
    OFFICIAL,
    OFFICIAL_SOLD,
    PICKUP,
    PRIVATE_SOLD,
    RISE,
    SALES,
    SHORT_RUN,
    SPOT,
)
from kernels.types import F64, Array


@njit(**INLINE)
def settled(wanted: float, left: float, most: float) -> float:
    """Return the sale F = wanted + (1 - left) F within [0, most]; where each sale calls for a greater one, the most."""
    sale = wanted / left if left > 0.0 else (most if wanted > 0.0 else 0.0)
    sale = 0.0 if sale < 0.0 else sale
    return most if sale > most else sale


@njit(**STRICT)
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


@njit(**STRICT)
def sell_treasuries(law: Law, impact: F64, rows: F64) -> None:
    """Make official sales, then private ones: a hazard that their own impact (n_factors,) on yields damps and feeds.

    Where a sale without regard to losses makes one, losses count; if each sale then calls for a greater one, all is
    sold that may be, though at no sale at all there was no loss.
    """
    on_ust = impact[law.ust]
    on_pickup = law.weight_1 * impact[law.pickup_1] + law.weight_2 * impact[law.pickup_2]
    on_pickup = on_pickup + law.weight_3 * impact[law.pickup_3] + law.weight_4 * impact[law.pickup_4]
    long_run, rest, kept = law.long_run, 1.0 - law.long_run, law.fading
    stock, years, hazard, most = law.ust_stock, law.years, law.hazard, law.hazard_most
    per_pickup, per_loss, duration, unhedged = law.hazard_per_pickup, law.hazard_per_loss, law.duration, law.unhedged
    start = law.start_held
    fx_per_sale = law.fx_per_bn * unhedged
    for i in range(BLOCK):
        short, flow, spot = rows[SHORT_RUN + i], rows[OFFICIAL + i], rows[SPOT + i]
        sales = rows[SALES + i] + flow
        fading = fma(rows[FADING + i], kept, flow)
        level = short * fma(long_run, sales, rest * fading)
        held = (stock - rows[PRIVATE_SOLD + i]) * years
        loss = fma(duration, fma(on_ust, level, rows[RISE + i]), start - unhedged * spot)
        wanted = fma(per_pickup, fma(on_pickup, level, rows[PICKUP + i]), hazard)
        by_pickup, by_loss = per_pickup * on_pickup * short, duration * on_ust * short
        calm = settled(held * wanted, 1.0 - held * by_pickup, held * most)
        left = 1.0 - held * fma(per_loss, by_loss, by_pickup)
        urged = settled(held * fma(per_loss, loss, wanted), left, held * most)
        urged = held * most if left <= 0.0 and calm > 0.0 else urged
        sale = urged if fma(by_loss, calm, loss) > 0.0 else calm
        rows[OFFICIAL_SOLD + i] = rows[OFFICIAL_SOLD + i] + flow
        rows[PRIVATE_SOLD + i] = rows[PRIVATE_SOLD + i] + sale
        sales, fading = sales + sale, fading + sale
        rows[SALES + i], rows[FADING + i] = sales, fading
        rows[IMPACT + i] = short * fma(long_run, sales, rest * fading)
        rows[SPOT + i] = spot - fx_per_sale * sale


@njit(**STRICT)
def sell(law: Law, impact: F64, state: Array, rows: F64) -> None:
    """Sell all that is sold in a step, and do what it does to prices; impact (n_factors,) of the law."""
    look_at_prices(law, state, rows)
    sell_treasuries(law, impact, rows)
    fx = law.fx * STRIDE
    for i in range(BLOCK):
        state[fx + i] = rows[SPOT + i]
