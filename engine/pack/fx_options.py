"""Options of a book that share a pair of currencies and an expiry: one group."""

from dataclasses import dataclass, replace

import numpy as np

from engine.conventions.currencies import currency_of
from engine.market.fx_vols import skew_limits
from engine.market.lookup import fx_vols, skew_factor, vol_factor
from engine.pack.compression.fx_option_tables import tabulate
from engine.pack.draft import OPERATIONS, ROUNDING, Draft, Ground, RowBounds, Scene
from engine.pack.points import PointList
from engine.pack.ranges import codes, range_sums, ranges
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR
from kernels.layout import FxOptions, Group, Option
from kernels.types import F64, I64, Words

ONE_DAY = 1.0 / DAYS_PER_TIME_YEAR  # a payoff, with no time left, has no vol: it is given that of a day, and unused
SMILE = ("c0", "c1", "c2", "c3", "c4", "reach")


def pack_fx_options(setting: Setting, points: PointList) -> Draft:
    """Return a book's options in groups by (book, pair, expiry, delivery, vol ratio): they ask for discount factors.

    A ratio r of an option's vol to the surface's, fitted to its price, is a vol r times as high and a smile stretched
    to it: the coefficients c_k r^k, and reach / r.
    """
    (options, ratio), observed = setting.options, setting.observed
    currency = [codes(words, setting.currencies) for words in (options.domestic, options.foreign)]
    keys = [setting.book_of(options.position), *currency, options.expiry_day, options.delivery_day, ratio]
    groups, place = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    book, domestic, foreign, expiry, delivery = groups[:, :5].astype(np.int64).T
    merged, row = np.unique(np.column_stack([place.ravel(), options.strike]), axis=0, return_inverse=True)
    when = observed.when(expiry)
    seen = observed.days[when]
    time = np.maximum(expiry - seen, 0) / DAYS_PER_TIME_YEAR
    paid = np.maximum(delivery - seen, 0) / DAYS_PER_TIME_YEAR
    names = np.array(setting.currencies)
    vols = _vols(setting, names[foreign], names[domestic], time, groups[:, 5])
    first, last = ranges(merged[:, 0].astype(np.int64), when.size).T

    def discounts(currency: I64) -> list[int]:
        """Return the points of what 1 of the groups' currencies (n_groups,), paid after `paid`, counts at spot."""
        asked = zip(when.tolist(), seen.tolist(), names[currency].tolist(), paid.tolist(), strict=True)
        return [
            points.discount(w, currency_of(code).curves.fx, t, points.today(w, code, setting.spots.lag(code, day)))
            for w, day, code, t in asked
        ]

    rows = Group.rows(
        when=when,
        domestic=domestic,
        foreign=foreign,
        domestic_discount=discounts(domestic),
        foreign_discount=discounts(foreign),
        vol_factor=vols.vol_factor,
        skew_factor=vols.skew_factor,
        first=first,
        last=last,
        table=-1,
        time=time,
        growth=setting.cash_growth(names[domestic], seen) * setting.later_factors(names[domestic], seen),
        **dict(zip(SMILE, vols.smile.T, strict=True)),
        slope=vols.slope,
        most=vols.most,
    )
    amount = np.bincount(row.ravel(), options.amount, merged.shape[0]).astype(np.float64)
    calls = Option.rows(strike=merged[:, 1], amount=amount)
    account = book * len(setting.currencies) + domestic

    def lay(ground: Ground, first_leg: int) -> LaidFxOptions:
        fitted = tabulate(setting, ground, rows, vols.vol, calls)
        whole = rows.copy()
        whole["table"] = fitted.table
        tables = FxOptions(
            owned=setting.owned(account),
            groups=whole,
            vol=vols.vol,
            skew=vols.skew,
            options=calls,
            tables=fitted.tables,
            terms=fitted.terms,
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Vols:
    """Vols and smiles of groups (n,) of options, and what moves them."""

    vol: F64  # (n_scenarios, n) at the money, decimal per sqrt(year)
    skew: F64  # (n_scenarios, n) move since the base market of risk reversals over vols at the money
    smile: F64  # (n, 6), see `SMILE`
    slope: F64  # (n,) d c1 / d skew
    most: F64  # (n,) largest move of c1
    vol_factor: I64  # (n,) VOL factor, or -1
    skew_factor: I64  # (n,) SKEW factor, or -1


def _vols(setting: Setting, foreign: Words, domestic: Words, time: F64, ratio: F64) -> _Vols:
    """Return what moves groups (n,) of options whose vols are `ratio` times the surfaces'.

    A pair whose options have all expired is not looked up: payoffs need no vols.
    """
    n = time.size
    found = _Vols(
        vol=np.ones((len(setting.shocked), n)),
        skew=np.zeros((len(setting.shocked), n)),
        smile=np.ones((n, len(SMILE))),
        slope=np.zeros(n),
        most=np.zeros(n),
        vol_factor=np.full(n, -1, np.int64),
        skew_factor=np.full(n, -1, np.int64),
    )
    for pair in np.unique(np.char.add(foreign, domestic)).tolist() if n else []:
        mine = np.flatnonzero(np.char.add(foreign, domestic) == pair)
        found.vol_factor[mine] = vol_factor(setting.market, pair)
        if not (time[mine] > 0.0).any():
            continue
        length, part = np.maximum(time[mine], ONE_DAY), ratio[mine]
        found.vol[:, mine] = [part * fx_vols(market, pair).atm_vol(length) for market in setting.shocked]
        base = fx_vols(setting.market, pair)
        if (factor := skew_factor(setting.market, pair)) >= 0:
            found.skew_factor[mine] = factor
            found.skew[:, mine] = [[fx_vols(market, pair).skew] for market in setting.shocked]
            base = replace(base, skew=0.0)
        lengths, place = np.unique(length, return_inverse=True)  # groups of all books share expiries
        smile = base.smile_at(lengths)
        found.smile[mine] = _stretched(smile[place], part)
        found.slope[mine], found.most[mine] = (part * each[place] for each in skew_limits(smile))
    return found


def _stretched(smile: F64, ratio: F64) -> F64:
    """Return the smiles (n, 6) of vols that are `ratio` (n,) times as high at the same strikes."""
    powers = np.array([0, 1, 2, 3, 4, -1])
    return np.asarray(smile * ratio[:, None] ** powers)
