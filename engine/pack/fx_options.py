"""Options of a book that share an expiry: one group."""

from typing import Any

import numpy as np

from engine.conventions.currencies import currency_of
from engine.market.lookup import fx_vols, vol_factor
from engine.pack.points import Points
from engine.pack.setting import Setting, ranges
from engine.payoffs.curves import DAYS_PER_TIME_YEAR
from kernels.types import F64, I64

PAIR, DOMESTIC, FOREIGN = "USDJPY", "JPY", "USD"
ONE_DAY = 1.0 / DAYS_PER_TIME_YEAR  # a payoff, with no time left, has no vol: it is given that of a day, and unused

Fields = dict[str, Any]  # of kernels.base.BookArrays


def pack_groups(setting: Setting, points: Points) -> Fields:
    """Sort a book's options into groups by (book, expiry, delivery, vol ratio), and ask for discount factors.

    A ratio r of an option's vol to the surface's, fitted to its price, is a vol r times as high and a smile stretched
    to it: the coefficients c_k r^k, and M / r.
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
    return {
        "group_range": ranges(groups[:, 0].astype(np.int64), len(setting.names)),
        "group_when": when,
        "group_time": time,
        "group_domestic": _numbers([points.discount(w, currency_of(DOMESTIC).curves.fx, t) for w, t in looked_at]),
        "group_foreign": _numbers([points.discount(w, currency_of(FOREIGN).curves.fx, t) for w, t in looked_at]),
        "group_vol": np.array([ratio * each.atm_vol(vol_time) for each in vols])
        if vols
        else np.ones((len(shocked), when.size)),
        "group_vol_factor": np.full(when.size, vol_factor(setting.market, PAIR), np.int64),
        "group_smile": _stretched(fx_vols(setting.market, PAIR).smile_at(vol_time), ratio)
        if vols
        else np.ones((when.size, 6)),
        "group_growth": setting.cash_growth(np.full(when.size, DOMESTIC), seen),
        "option_range": ranges(merged[:, 0].astype(np.int64), when.size),
        "option_strike": np.ascontiguousarray(merged[:, 1]),
        "option_amount": np.bincount(row.ravel(), options.amount, merged.shape[0]).astype(np.float64),
    }


def _numbers(values: list[int]) -> I64:
    return np.array(values, np.int64)


def _stretched(smile: F64, ratio: F64) -> F64:
    """Smiles (n, 6) of vols that are `ratio` (n,) times as high at the same strikes."""
    powers = np.array([0, 1, 2, 3, 4, -1])
    return np.asarray(smile * ratio[:, None] ** powers)
