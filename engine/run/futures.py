"""Bond futures and swaptions: the legs they refer to, and the rest of their terms."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.book.pricing.curves import DAYS_PER_TIME_YEAR
from engine.run.flows import DatedFlows
from engine.run.points import Points
from engine.run.setting import Setting

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def pack_futures(setting: Setting, points: Points) -> tuple[DatedFlows, dict[str, Any]]:
    """Futures by book and currency.

    Returns
    -------
    A leg for each deliverable, and fields of BookArrays but for `deliverable_leg`.
    """
    futures, deliverables, observed = setting.book.futures, setting.book.deliverables, setting.observed
    cell = setting.cell_of(futures.position, futures.currency)
    order, future_range = setting.by_cell(cell)
    when = observed.when(futures.last_trading_day[order])
    seen = observed.days[when]
    times = (np.maximum(futures.delivery_day[order], seen) - seen) / DAYS_PER_TIME_YEAR
    carried = zip(when.tolist(), futures.repo_curve[order].tolist(), times.tolist(), strict=True)
    quantity = futures.contract_value[order] * setting.cash_growth(futures.currency[order], seen)
    baskets = futures.basket[order]
    members, sizes = spans(baskets), np.diff(baskets, axis=1).ravel()
    owner = np.repeat(np.arange(order.size), sizes)
    lengths = np.diff(deliverables.flow_range[members], axis=1).ravel()
    flows = spans(deliverables.flow_range[members])
    legs = DatedFlows(
        leg=np.repeat(np.arange(members.size), lengths),
        curve=np.repeat(deliverables.curve[members], lengths),
        day=deliverables.day[flows],
        amount=deliverables.amount[flows],
        seen=seen[owner],
    )
    ends = np.cumsum(sizes)
    return (
        legs,
        {
            "future_range": future_range,
            "future_quantity": quantity,
            "future_reference": setting.fits.future_reference[order],
            "future_basis": setting.fits.future_basis[order],
            "future_growth": np.array([points.growth(*key) for key in carried], np.int64),
            "basket_range": np.column_stack([ends - sizes, ends]).astype(np.int64),
            "deliverable_accrued": deliverables.accrued[members],
            "deliverable_factor": deliverables.factor[members],
        },
    )


def pack_swaptions(setting: Setting) -> tuple[DatedFlows, dict[str, Any]]:
    """Swaptions by book and currency: legs (all float legs, then all annuities) and fields."""
    swaptions, observed = setting.book.swaptions, setting.observed
    cell = setting.cell_of(swaptions.position, swaptions.currency)
    order, swaption_range = setting.by_cell(cell)
    when = observed.when(swaptions.expiry_day[order])
    seen = observed.days[when]
    quantity = swaptions.quantity[order] * setting.cash_growth(swaptions.currency[order], seen)
    parts = np.concatenate([swaptions.float_range[order], swaptions.annuity_range[order]])
    lengths, flows = np.diff(parts, axis=1).ravel(), spans(parts)
    time = np.maximum(swaptions.expiry_day[order] - seen, 0) / DAYS_PER_TIME_YEAR
    legs = DatedFlows(
        leg=np.repeat(np.arange(parts.shape[0]), lengths),
        curve=np.repeat(np.tile(swaptions.curve[order], 2), lengths),
        day=swaptions.day[flows],
        amount=swaptions.amount[flows],
        seen=np.tile(seen, 2),
    )
    return (
        legs,
        {
            "swaption_range": swaption_range,
            "swaption_when": when,
            "swaption_quantity": quantity,
            "swaption_payer": swaptions.payer[order],
            "swaption_strike": swaptions.strike[order],
            "swaption_std": setting.fits.normal_vol[order] * np.sqrt(time),
        },
    )


def spans(bounds: I64) -> I64:
    """The members of each range, one range after the other."""
    return np.concatenate([np.arange(first, last) for first, last in bounds.tolist()] or [np.zeros(0, np.int64)])
