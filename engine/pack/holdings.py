"""Holdings of prices, each worth quantity * level * exp(carry * years to expiry), a future's on its expiry."""

from dataclasses import dataclass

import numpy as np

from engine.pack.cash import holdings_seen
from engine.pack.draft import Draft, RowBounds, Scene
from engine.pack.points import PointList
from engine.pack.ranges import codes
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums
from kernels.layout import Holding, Holdings


def pack_holdings(setting: Setting, points: PointList) -> Draft:
    """Return the holdings by account, factor and observation: they ask for no leg and no point."""
    holdings, (when, seen) = setting.book.holdings, holdings_seen(setting)
    left = np.maximum(holdings.expiry_day - seen, 0) / DAYS_PER_TIME_YEAR
    worth = holdings.quantity * np.exp(setting.fits.holding_carry * left)
    worth = worth * setting.cash_growth(holdings.currency, seen)
    names = [factor.name for factor in setting.market.factors]
    account = setting.account_of(holdings.position, holdings.currency)
    keys = np.column_stack([account, codes(holdings.factor, names), when])
    rows, row = np.unique(keys, axis=0, return_inverse=True)
    held = [setting.market.factors[i] for i in rows[:, 1].tolist()]
    levels = np.array([[market.level(factor) for factor in held] for market in setting.shocked])
    value = levels.reshape(len(setting.shocked), len(held)) * sums(row.ravel(), worth, len(held))
    laid = Holding.rows(factor=rows[:, 1], when=rows[:, 2])
    tables = Holdings(owned=setting.owned(rows[:, 0]), holdings=laid, value=value)
    return Draft(lay=lambda ground, first_leg: LaidHoldings(tables=tables))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidHoldings:
    """Holdings are exact but for rounding, which is counted for the book as a whole."""

    tables: Holdings

    def bounds(self, scene: Scene) -> RowBounds:
        """Return no error, and each row's size on the path where its factor is highest: (n_holdings,) [currency]."""
        rows = self.tables.holdings
        pairs = np.repeat(rows["factor"][:, None], 2, axis=1)
        size = np.abs(self.tables.value[scene.s]) * scene.highest(rows["when"], pairs, np.array([[1.0, 0.0]]))
        return RowBounds(error=np.zeros(size.size), size=size, part=0.0)
