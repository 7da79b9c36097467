"""Deliveries of foreign currency: a leg of what is to come for each account, cash, and what both count at spot."""

from dataclasses import dataclass

import numpy as np

from engine.market.lookup import is_moved
from engine.pack.draft import OPERATIONS, ROUNDING, Draft, Ground, RowBounds, Scene
from engine.pack.flows import DatedFlows
from engine.pack.points import PointList
from engine.pack.setting import Setting
from engine.payoffs.curves import sums
from engine.payoffs.exchanges import grown
from kernels.layout import Exchange, Exchanges


def pack_exchanges(setting: Setting, points: PointList) -> Draft:
    """Return deliveries by account: they ask for a leg each, and for a point, seen at the horizon.

    What was delivered by then has grown at the forward rates of the base market in every scenario.
    """
    exchanges, horizon = setting.exchanges, setting.observed.horizon
    account = setting.account_of(exchanges.position, exchanges.currency)
    held, row = np.unique(account, return_inverse=True)
    moving = (exchanges.day > horizon) & is_moved(setting.market, exchanges.curve)
    still = ~moving
    legs = DatedFlows(
        leg=row.ravel()[moving],
        curve=exchanges.curve[moving],
        day=exchanges.day[moving],
        amount=exchanges.amount[moving],
        seen=np.full(held.size, horizon),
    )
    curve, day = exchanges.curve[still], exchanges.day[still]
    values = [exchanges.amount[still] * grown(curve, day, each, horizon, setting.market) for each in setting.shocked]
    cash = np.array([sums(row.ravel()[still], each, held.size) for each in values]).reshape(len(values), held.size)
    last = int(setting.observed.steps.size) - 1
    codes = [setting.currencies[number % len(setting.currencies)] for number in held.tolist()]
    number = [points.worth(last, code, setting.spots.lag(code, horizon)) for code in codes]

    def lay(ground: Ground, first_leg: int) -> LaidExchanges:
        rows = Exchange.rows(leg=first_leg + np.arange(held.size), point=np.array(number, np.int64))
        return LaidExchanges(tables=Exchanges(owned=setting.owned(held), exchanges=rows, cash=cash))

    return Draft(lay=lay, legs=legs)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidExchanges:
    """A row is off by its leg's error."""

    tables: Exchanges

    def bounds(self, scene: Scene) -> RowBounds:
        """Return error and size of each row, (n_exchanges,) [currency], and the error as a part of the size."""
        rows = self.tables.exchanges
        factor, cash = scene.points[rows["point"]], np.abs(self.tables.cash[scene.s])
        size = factor * (scene.shared_size[rows["leg"]] + cash)
        error = factor * scene.shared_error[rows["leg"]] + ROUNDING * OPERATIONS * size
        part = error / np.maximum(size, np.finfo(np.float64).tiny)
        return RowBounds(error=error, size=size, part=float(part.max(initial=0.0)))
