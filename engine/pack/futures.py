"""Bond futures: the legs of the bonds that may be delivered, and the rest of their terms."""

from typing import Any

import numpy as np

from engine.pack.flows import DatedFlows
from engine.pack.points import Points
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums
from kernels.types import F64, I64


def pack_futures(setting: Setting, points: Points) -> tuple[DatedFlows, dict[str, Any], F64]:
    """Futures by book and currency, those of one basket in one row; books share the legs of bonds that they share.

    Returns
    -------
    A leg for each bond and day it is looked at on; fields of BookArrays, legs counted from 0; and
    (n_books, n_currencies) cash: what futures in a row have earned more than the first of them.
    """
    futures, deliverables, observed, fits = (
        setting.book.futures,
        setting.book.deliverables,
        setting.observed,
        setting.fits,
    )
    cell, when = setting.cell_of(futures.position, futures.currency), observed.when(futures.last_trading_day)
    quantity = futures.contract_value * setting.cash_growth(futures.currency, observed.days[when])
    repo = np.unique(futures.repo_curve, return_inverse=True)[1].ravel()
    keys = np.column_stack([cell, futures.basket, when, futures.delivery_day, repo])
    rows, first, row = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    row, when = row.ravel(), when[first]
    paid = fits.future_reference + fits.future_basis
    cash = sums(cell, quantity * (paid[first][row] - paid), setting.n_cells)
    seen = observed.days[when]
    times = (np.maximum(futures.delivery_day[first], seen) - seen) / DAYS_PER_TIME_YEAR
    carried = zip(when.tolist(), futures.repo_curve[first].tolist(), times.tolist(), strict=True)
    baskets = futures.basket[first]
    members, sizes = spans(baskets), np.diff(baskets, axis=1).ravel()
    bonds, leg = np.unique(np.column_stack([members, np.repeat(seen, sizes)]), axis=0, return_inverse=True)
    lengths = np.diff(deliverables.flow_range[bonds[:, 0]], axis=1).ravel()
    flows = spans(deliverables.flow_range[bonds[:, 0]])
    legs = DatedFlows(
        leg=np.repeat(np.arange(bonds.shape[0]), lengths),
        curve=np.repeat(deliverables.curve[bonds[:, 0]], lengths),
        day=deliverables.day[flows],
        amount=deliverables.amount[flows],
        seen=bonds[:, 1],
    )
    ends = np.cumsum(sizes)
    fields = {
        "future_range": setting.by_cell(rows[:, 0])[1],
        "future_quantity": sums(row, quantity, first.size),
        "future_reference": fits.future_reference[first],
        "future_basis": fits.future_basis[first],
        "future_growth": np.array([points.growth(*key) for key in carried], np.int64),
        "basket_range": np.column_stack([ends - sizes, ends]).astype(np.int64),
        "deliverable_leg": leg.ravel(),
        "deliverable_accrued": deliverables.accrued[members],
        "deliverable_factor": deliverables.factor[members],
    }
    return legs, fields, cash.reshape(len(setting.names), len(setting.currencies))


def spans(bounds: I64) -> I64:
    """The members of each range, one range after the other."""
    return np.concatenate([np.arange(first, last) for first, last in bounds.tolist()] or [np.zeros(0, np.int64)])
