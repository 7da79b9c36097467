"""Options of a book that share a pair of currencies and an expiry: one group."""

from dataclasses import dataclass

import numpy as np

from engine.conventions.currencies import FX_CURVES
from engine.market.lookup import fx_vols, vol_factor
from engine.pack.draft import OPERATIONS, ROUNDING, Draft, Ground, RowBounds, Scene
from engine.pack.fx_option_tables import tabulate
from engine.pack.points import PointList
from engine.pack.ranges import range_sums, ranges
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR
from engine.payoffs.fx_options import PAIR
from kernels.layout import FxOptions, Group, Option
from kernels.types import F64

ONE_DAY = 1.0 / DAYS_PER_TIME_YEAR  # a payoff, with no time left, has no vol: it is given that of a day, and unused
DOMESTIC, FOREIGN = "JPY", "USD"  # of PAIR, the one that options are on
SMILE = ("c0", "c1", "c2", "c3", "c4", "reach")


def pack_fx_options(setting: Setting, points: PointList) -> Draft:
    """Return a book's options in groups by (book, expiry, delivery, vol ratio): they ask for discount factors.

    A ratio r of an option's vol to the surface's, fitted to its price, is a vol r times as high and a smile stretched
    to it: the coefficients c_k r^k, and reach / r.
    """
    (options, ratio), observed, shocked = setting.options, setting.observed, setting.shocked
    keys = np.column_stack([setting.book_of(options.position), options.expiry_day, options.delivery_day, ratio])
    groups, place = np.unique(keys, axis=0, return_inverse=True)
    days, ratio = groups[:, 1:3].astype(np.int64), groups[:, 3]
    merged, row = np.unique(np.column_stack([place.ravel(), options.strike]), axis=0, return_inverse=True)
    when = observed.when(days[:, 0])
    seen = observed.days[when]
    time = np.maximum(days[:, 0] - seen, 0) / DAYS_PER_TIME_YEAR
    paid = (np.maximum(days[:, 1] - seen, 0) / DAYS_PER_TIME_YEAR).tolist()
    alive = bool((time > 0.0).any())  # else payoffs only, which need no vols
    vols = [fx_vols(market, PAIR) for market in shocked] if alive else []
    vol_time = np.maximum(time, ONE_DAY)
    looked_at = list(zip(when.tolist(), paid, strict=True))
    currency = {name: (setting.currencies.index(name) if when.size else 0) for name in (DOMESTIC, FOREIGN)}
    vol = np.array([ratio * each.atm_vol(vol_time) for each in vols]) if vols else np.ones((len(shocked), when.size))
    smile = _stretched(fx_vols(setting.market, PAIR).smile_at(vol_time), ratio) if vols else np.ones((when.size, 6))
    first, last = ranges(merged[:, 0].astype(np.int64), when.size).T
    rows = Group.rows(
        when=when,
        domestic=currency[DOMESTIC],
        foreign=currency[FOREIGN],
        domestic_discount=[points.discount(w, FX_CURVES[DOMESTIC], t) for w, t in looked_at],
        foreign_discount=[points.discount(w, FX_CURVES[FOREIGN], t) for w, t in looked_at],
        vol_factor=vol_factor(setting.market, PAIR),
        first=first,
        last=last,
        table=-1,
        time=time,
        growth=setting.cash_growth(np.full(when.size, DOMESTIC), seen),
        **dict(zip(SMILE, smile.T, strict=True)),
    )
    amount = np.bincount(row.ravel(), options.amount, merged.shape[0]).astype(np.float64)
    calls = Option.rows(strike=merged[:, 1], amount=amount)
    cell = groups[:, 0].astype(np.int64) * len(setting.currencies) + currency[DOMESTIC]

    def lay(ground: Ground, first_leg: int) -> LaidFxOptions:
        fitted = tabulate(setting, ground, rows, vol, calls)
        whole = rows.copy()
        whole["table"] = fitted.table
        tables = FxOptions(
            owned=setting.owned(cell), groups=whole, vol=vol, options=calls, tables=fitted.tables, terms=fitted.terms
        )
        return LaidFxOptions(tables=tables, errors=fitted.errors, part=fitted.bound)

    return Draft(lay=lay)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidFxOptions:
    """A call is worth less than its forward."""

    tables: FxOptions
    errors: F64  # (n_scenarios, n_groups) of the tables at most, undiscounted [domestic]
    part: float  # of any tabulated group at most, as a fraction of its gross premium

    def bounds(self, scene: Scene) -> RowBounds:
        """Return error and size of each group, (n_groups,) [domestic at the horizon], and the part of its premium."""
        groups, when = self.tables.groups, self.tables.groups["when"]
        paid = scene.points[groups["domestic_discount"]] * groups["growth"]
        spot = scene.dearest(groups["foreign"], when) / scene.cheapest(groups["domestic"], when)
        called = range_sums(groups["first"], groups["last"], np.abs(self.tables.options["amount"]))
        most = called * spot * scene.points[groups["foreign_discount"]] * groups["growth"]
        error = self.errors[scene.s]
        error = paid * error + ROUNDING * OPERATIONS * np.where(error > 0.0, most, 0.0)
        return RowBounds(error=error, size=most, part=self.part)


def _stretched(smile: F64, ratio: F64) -> F64:
    """Return the smiles (n, 6) of vols that are `ratio` (n,) times as high at the same strikes."""
    powers = np.array([0, 1, 2, 3, 4, -1])
    return np.asarray(smile * ratio[:, None] ** powers)
