"""Interest projected on one curve and discounted on another, as plain flows: what a simulation sums.

A payment P(s) / P(e) D(e) moves with two curves. With c = P(s) / P(e) and K = D(e) / P(e) at the market's own levels it
is written as c D(e) + K (P(s) - c P(e)): equal to it at these levels, in value and in the slope of every rate, and
equal at all levels while the spread between the curves does not move. Where the basis is simulated, what is left out is
the product of its move with that of a forward rate over one period.
"""

import numpy as np

from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts
from engine.payoffs.flows import Floats, Flows


def float_flows(floats: Floats, market: Market, day: int = 0, before: Market | None = None) -> Flows:
    """Flows that are worth what `floats` are, seen from `day`: three for each, in the order of `floats`.

    Parameters
    ----------
    floats : of a book compiled for the market's date
    market : fixes c and K; its curves run from `day`
    day : calendar days after the valuation date from which the flows are discounted; what has been paid by then is one
        flow on its day
    before : levels on the valuation date, at whose forward rates interest accrues up to `day`; None: those of `market`

    Returns
    -------
    Flows
        Sorted by position, then date. Flows that a later revaluation discounts from `day`: their days still count from
        the valuation date, and none is before the float's own start or `day`, whichever is later, except those paid.
    """
    now = day / DAYS_PER_TIME_YEAR
    start, end = floats.start_day / DAYS_PER_TIME_YEAR, floats.day / DAYS_PER_TIME_YEAR
    known = np.minimum(end, np.maximum(start, now))
    first = market if before is None else before
    accrued = discounts(floats.projection, start, first) / discounts(floats.projection, known, first)
    ahead = np.maximum(known - now, 0.0), np.maximum(end - now, 0.0)
    p_known, p_end = (discounts(floats.projection, time, market) for time in ahead)
    d_end = discounts(floats.curve, ahead[1], market)
    amount, growth, ratio = floats.amount * accrued, p_known / p_end, d_end / p_end
    paid = end <= now
    seen = np.where(paid, floats.day, np.maximum(floats.start_day, day))
    swing = np.where(paid, 0.0, amount * ratio)
    position = np.tile(floats.position, 3)
    days = np.concatenate([floats.day, seen, floats.day])
    order = np.lexsort((days, position))
    return Flows(
        position=position[order],
        curve=np.concatenate([floats.curve, floats.projection, floats.projection])[order],
        currency=np.tile(floats.currency, 3)[order],
        day=days[order],
        amount=np.concatenate([amount * growth, swing, -swing * growth])[order],
    )
