"""Bond futures: the legs of the bonds that may be delivered, and the rest of their terms."""

from dataclasses import dataclass

import numpy as np

from engine.pack.draft import OPERATIONS, ROUNDING, Draft, Ground, RowBounds, Scene
from engine.pack.flows import DatedFlows
from engine.pack.points import PointList
from engine.pack.ranges import range_largest, spans
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums
from kernels.layout import Deliverable, Future, Futures


def pack_futures(setting: Setting, points: PointList) -> Draft:
    """Return futures by account, those of one basket in one row; books share the legs of bonds that they share.

    They ask for a leg for each bond and day it is looked at on, and for a growth factor each. Their cash,
    (n_books, n_currencies), is what futures in a row have earned more than the first of them.
    """
    futures, deliverables, observed, fits = (
        setting.book.futures,
        setting.book.deliverables,
        setting.observed,
        setting.fits,
    )
    account, when = setting.account_of(futures.position, futures.currency), observed.when(futures.last_trading_day)
    quantity = futures.contract_value * setting.cash_growth(futures.currency, observed.days[when])
    repo = np.unique(futures.repo_curve, return_inverse=True)[1].ravel()
    keys = np.column_stack([account, futures.basket, when, futures.delivery_day, repo])
    rows, first, row = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    row, when = row.ravel(), when[first]
    paid = fits.future_reference + fits.future_basis
    cash = sums(account, quantity * (paid[first][row] - paid), setting.n_accounts)
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
    owned = setting.owned(rows[:, 0])
    laid_futures = Future.rows(
        growth=np.array([points.growth(*key) for key in carried], np.int64),
        first=ends - sizes,
        last=ends,
        quantity=sums(row, quantity, first.size),
        reference=fits.future_reference[first],
        basis=fits.future_basis[first],
    )

    def lay(ground: Ground, first_leg: int) -> LaidFutures:
        bonds = Deliverable.rows(
            leg=first_leg + leg.ravel(),
            accrued=deliverables.accrued[members],
            factor=deliverables.conversion_factor[members],
        )
        return LaidFutures(tables=Futures(owned=owned, futures=laid_futures, deliverables=bonds))

    return Draft(lay=lay, legs=legs, cash=cash.reshape(len(setting.names), len(setting.currencies)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidFutures:
    """A price is as far off as the worst deliverable's: quantity * growth * error / factor."""

    tables: Futures

    def bounds(self, scene: Scene) -> RowBounds:
        """Return error and size of each future, (n_futures,) [currency], and the part of its contracts' value."""
        futures, bonds = self.tables.futures, self.tables.deliverables
        growth, (first, last) = scene.points[futures["growth"]], (futures["first"], futures["last"])
        error = range_largest(first, last, scene.shared_error[bonds["leg"]] / bonds["factor"]) * growth
        size = range_largest(first, last, scene.shared_size[bonds["leg"]] / bonds["factor"]) * growth
        size = size + np.abs(futures["reference"]) + np.abs(futures["basis"])
        quantity = np.abs(futures["quantity"])
        error = quantity * (error + ROUNDING * OPERATIONS * size)
        value = np.maximum(np.abs(futures["quantity"] * futures["reference"]), np.finfo(np.float64).tiny)
        return RowBounds(error=error, size=quantity * size, part=float((error / value).max(initial=0.0)))
