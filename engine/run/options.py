"""Options of a book that share an expiry: one group, and a table of its value where the group is large.

A group's undiscounted value depends on the forward and on the level of the vols alone. On a rectangle of
x = ln(F / F_0) and w = ln(vol / vol_0) it is interpolated at Chebyshev nodes, in both directions at once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from engine.book.position import FX_CURVES
from engine.book.pricing.curves import DAYS_PER_TIME_YEAR
from engine.book.pricing.fx import PAIR
from engine.book.pricing.options import black_call
from engine.market.fx_vols import smile_value
from engine.market.lookup import fx_vols, vol_factor
from engine.run.points import Points
from engine.run.setting import Setting, ranges

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

WORTH_A_TABLE = 40  # options of a group below which pricing them one by one is cheaper
REACH = 7.0  # standard deviations of x and w that a table covers; beyond, options are priced one by one
WANTED = 1e-6  # of a group's gross premium: the fewest terms that keep the error below this are taken
X_TERMS = (17, 25, 33, 49)  # odd, as the kernels want them
W_TERMS = 12  # one of the kernels' VOL_TERMS
ONE_DAY = 1.0 / DAYS_PER_TIME_YEAR  # a payoff, with no time left, has no vol: it is given that of a day, and unused

Fields = dict[str, Any]  # of kernels.base.BookArrays


def pack_groups(setting: Setting, points: Points) -> Fields:
    """Sort a book's options into groups by (book, expiry, delivery, vol ratio), and ask for discount factors.

    A ratio r of an option's vol to the surface's, fitted to its price, is a vol r times as high and a smile stretched
    to it: the coefficients c_k r^k, and M / r.
    """
    options, observed, shocked = setting.book.options, setting.observed, setting.shocked
    ratio = setting.fits.vol_ratio
    keys = np.column_stack([setting.book_of(options.position), options.expiry_day, options.delivery_day, ratio])
    groups, place = np.unique(keys, axis=0, return_inverse=True)
    days, ratio = groups[:, 1:3].astype(np.int64), groups[:, 3]
    merged, row = np.unique(np.column_stack([place.ravel(), options.strike]), axis=0, return_inverse=True)
    when = observed.when(days[:, 0])
    seen = observed.days[when]
    time = np.maximum(days[:, 0] - seen, 0) / DAYS_PER_TIME_YEAR
    paid = (np.maximum(days[:, 1] - seen, 0) / DAYS_PER_TIME_YEAR).tolist()
    vols = [fx_vols(market, PAIR) for market in shocked] if when.size else []
    vol_time = np.maximum(time, ONE_DAY)
    looked_at = list(zip(when.tolist(), paid, strict=True))
    return {
        "group_range": ranges(groups[:, 0].astype(np.int64), len(setting.names)),
        "group_when": when,
        "group_time": time,
        "group_domestic": _numbers([points.discount(w, FX_CURVES["JPY"], t) for w, t in looked_at]),
        "group_foreign": _numbers([points.discount(w, FX_CURVES["USD"], t) for w, t in looked_at]),
        "group_vol": np.array([ratio * each.atm_vol(vol_time) for each in vols]).reshape(len(shocked), when.size),
        "group_vol_factor": np.full(when.size, vol_factor(setting.market, PAIR), np.int64),
        "group_smile": _stretched(vols[0].smile_at(vol_time), ratio) if vols else np.zeros((0, 6)),
        "group_growth": setting.cash_growth(np.full(when.size, "JPY"), seen),
        "option_range": ranges(merged[:, 0].astype(np.int64), when.size),
        "option_strike": np.ascontiguousarray(merged[:, 1]),
        "option_amount": np.bincount(row.ravel(), options.amount, merged.shape[0]).astype(np.float64),
    }


def tabulate(setting: Setting, groups: Fields, point_fields: Fields) -> tuple[Fields, float]:
    """Tables of groups that are worth one and can be had within `WANTED`; the others are priced option by option.

    All tables have the same number of terms: the fewest that serve them all, else the most. Also returns the error at
    most, as a fraction of the gross premium of all tabulated options.
    """
    n_scenarios = len(setting.shocked)
    sizes = np.diff(groups["option_range"], axis=1).ravel()
    worth = np.flatnonzero((sizes >= WORTH_A_TABLE) & (groups["group_time"] > 0.0)).tolist()
    fits = [[_fit(setting, groups, point_fields, s, g) for g in worth] for s in range(n_scenarios)]
    n_x, good = X_TERMS[0], np.zeros(0, np.int64)
    for n_x in X_TERMS if worth else ():
        errors = np.array([[fit.error(n_x) / fit.gross for fit in row] for row in fits])  # (n_scenarios, n_worth)
        good = np.flatnonzero((errors <= WANTED).all(axis=0))
        if good.size == len(worth):
            break
    index = np.full(sizes.size, -1, np.int64)
    index[np.array(worth, np.int64)[good]] = np.arange(good.size)
    kept = [[row[k] for k in good.tolist()] for row in fits]
    gross = max((sum(fit.gross for fit in row) for row in kept), default=0.0)
    bound = max((sum(fit.error(n_x) for fit in row) for row in kept), default=0.0) / max(gross, 1.0)
    shape = (n_scenarios, good.size)
    fields = {
        "table_index": index,
        "table_forward": np.array([[fit.forward for fit in row] for row in kept]).reshape(shape),
        "table_inverse_width": np.array([[fit.inverse_width for fit in row] for row in kept]).reshape(*shape, 2),
        "table_terms": np.array([[fit.terms(n_x) for fit in row] for row in kept]).reshape(
            *shape, n_x, kept[0][0].terms(n_x).shape[1] if good.size else 1
        ),
    }
    return fields, bound


def untabulated(setting: Setting, groups: Fields) -> Fields:
    """No tables: every option priced by itself."""
    n_scenarios = len(setting.shocked)
    return {
        "table_index": np.full(groups["group_when"].size, -1, np.int64),
        "table_forward": np.zeros((n_scenarios, 0)),
        "table_inverse_width": np.zeros((n_scenarios, 0, 2)),
        "table_terms": np.zeros((n_scenarios, 0, 1, 1)),
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """One group in one scenario, interpolated on twice the nodes that any table keeps."""

    forward: float
    inverse_width: tuple[float, float]
    coefficients: F64  # (2 max(X_TERMS), 2 W_TERMS or 1) of T_k(x) T_l(w)
    gross: float  # premium of all options with the sign dropped, at the middle, undiscounted

    def error(self, n_x: int) -> float:
        """What dropping terms may cost: the sum of their sizes; and rounding."""
        sizes = np.abs(self.coefficients)
        n_w = min(W_TERMS, sizes.shape[1])
        return float(sizes.sum() - sizes[:n_x, :n_w].sum() + 1e-15 * n_x * sizes.sum())

    def terms(self, n_x: int) -> F64:
        """(n_x, n_w) of T_k(x) w^l."""
        kept = self.coefficients[:n_x, :W_TERMS]
        return np.array([np.pad(p := chebyshev.cheb2poly(row), (0, kept.shape[1] - p.size)) for row in kept])


def _fit(setting: Setting, groups: Fields, point_fields: Fields, s: int, g: int) -> _Fit:
    """Interpolate group g in scenario s."""
    law, steps = setting.laws[s], int(setting.observed.steps[groups["group_when"][g]])
    slope, middle = _log_forward(setting, groups, point_fields, s, g)
    factor = int(groups["group_vol_factor"][g])
    half_x = REACH * float(np.sqrt(slope @ law.covariance(steps) @ slope))
    half_w = float(abs(law.mean(steps)[factor]) + REACH * law.std(steps)[factor]) if factor >= 0 else 0.0
    forward = middle * float(np.exp(slope @ law.mean(steps)))
    first, last = groups["option_range"][g]
    strikes, amounts = groups["option_strike"][first:last], groups["option_amount"][first:last]
    time, vol_0 = float(groups["group_time"][g]), float(groups["group_vol"][s, g])

    def value(x: F64, w: F64, weights: F64) -> F64:
        """Undiscounted value of the group at scaled x and w, any one shape."""
        forwards = forward * np.exp(half_x * x)
        vol = vol_0 * np.exp(half_w * w)
        std = vol * np.sqrt(time)
        moneyness = np.log(strikes / forwards[..., None]) / std[..., None]
        stds = std[..., None] * smile_value(groups["group_smile"][g], moneyness)
        return np.asarray(black_call(forwards[..., None], strikes, stds) @ weights)

    n_x, n_w = 2 * max(X_TERMS), (2 * W_TERMS if half_w > 0.0 else 1)
    x, w = chebyshev.chebpts1(n_x), (chebyshev.chebpts1(n_w) if n_w > 1 else np.zeros(1))
    grid = value(*np.meshgrid(x, w, indexing="ij"), amounts)
    to_x = np.linalg.solve(chebyshev.chebvander(x, n_x - 1), grid)
    coefficients = np.linalg.solve(chebyshev.chebvander(w, n_w - 1), to_x.T).T
    at_middle = float(value(np.zeros(1), np.zeros(1), np.abs(amounts))[0])
    return _Fit(
        forward=forward,
        inverse_width=(1.0 / half_x, 1.0 / half_w if half_w > 0.0 else 0.0),
        coefficients=coefficients,
        gross=max(at_middle, 1.0),
    )


def _log_forward(setting: Setting, groups: Fields, point_fields: Fields, s: int, g: int) -> tuple[F64, float]:
    """How ln(forward) of group g moves with the factors, (n_factors,), and the forward with no deviation."""
    domestic, foreign = int(groups["group_domestic"][g]), int(groups["group_foreign"][g])
    slope = np.zeros(len(setting.market.factors))
    slope[[factor.name for factor in setting.market.factors].index(PAIR)] = 1.0
    for point, sign in ((foreign, 1.0), (domestic, -1.0)):
        np.add.at(slope, point_fields["point_factors"][point], sign * point_fields["point_exponents"][point])
    start = point_fields["point_start"][s]
    return slope, float(setting.shocked[s].usdjpy * start[foreign] / start[domestic])


def _numbers(values: list[int]) -> I64:
    return np.array(values, np.int64)


def _stretched(smile: F64, ratio: F64) -> F64:
    """Smiles (n, 6) of vols that are `ratio` (n,) times as high at the same strikes."""
    powers = np.array([0, 1, 2, 3, 4, -1])
    return np.asarray(smile * ratio[:, None] ** powers)
