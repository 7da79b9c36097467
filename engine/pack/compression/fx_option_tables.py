"""Tables of options that share an expiry: a group's value, interpolated in the forward and the level of the vols.

A group's undiscounted value depends on these two alone. On a rectangle of x = ln(F / F_0) and w = ln(vol / vol_0) it is
interpolated at Chebyshev nodes, in both directions at once. Every scenario decides alone which of its groups get a
table, and of how many terms, so that its bits do not depend on its companions.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod

import numpy as np
from numpy.polynomial import chebyshev

from engine.market.fx_vols import smile_value
from engine.pack.compression.chebyshev import MORE_NODES, REACHES, TERMS, WANTED, error_of, to_coefficients
from engine.pack.draft import Ground
from engine.pack.points import chain
from engine.pack.setting import Setting
from engine.payoffs.black import black_call
from kernels.layout import Group, Option, OptionTable
from kernels.records import Rows
from kernels.tables import option_tables
from kernels.types import F64, I64, Bools

WORTH_A_TABLE = 8  # options of a group below which pricing them one by one costs as little
W_TERMS = (4, 8, 12)  # of the kernels' VOL_TERMS
TIERS = (((9, 13, 17, 21, 25), (4, 8)), (TERMS, W_TERMS))  # terms in x and w, tried with nodes for the most of a tier
_STRIKES = 256  # priced at a time, so that memory stays small


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulated:
    """Tables of a book's groups, and what they may cost."""

    table: I64  # (n_groups,) row of the tables; -1: priced option by option
    tables: Rows[OptionTable]  # (n_scenarios, n_tables)
    terms: F64  # (n_scenarios, n_tables, n_x, n_w)
    errors: F64  # (n_scenarios, n_groups) [domestic] of the undiscounted value at most; 0: priced option by option
    bound: float  # error of any tabulated group at most, as a fraction of its gross premium; 0: no table


def tabulate(setting: Setting, ground: Ground, groups: Rows[Group], vol: F64, options: Rows[Option]) -> Tabulated:
    """Return tables of groups that are worth one, where one within `WANTED` can be had.

    None where a factor moves their skew, or the run is direct: every option is priced by itself.

    A table that only some scenarios have gets an empty range in the others: every path is outside. Where one has more
    terms than another, zeros fill up: leading zeros of Clenshaw's and Horner's schemes change no bit.

    Parameters
    ----------
    groups : (n_groups,)
    vol : (n_scenarios, n_groups) at the money, with no deviation [decimal per year]
    options : (n_options,) of all groups
    """
    sizes = groups["last"] - groups["first"]
    worth = [] if ground.direct else np.flatnonzero(_worth_one(groups)).tolist()
    scenarios = range(len(setting.shocked))
    fits = {
        (s, g): _fit(_Seen(setting, ground, s, groups[g], float(vol[s, g]), options)) for s in scenarios for g in worth
    }
    used = [g for g in worth if any(fits[s, g] is not None for s in scenarios)]
    fitted = [[fits[s, g] or NO_TABLE for g in used] for s in scenarios]
    errors = np.zeros((len(scenarios), sizes.size))
    errors[:, used] = np.array([[fit.error for fit in row] for row in fitted]).reshape(len(fitted), len(used))
    index = np.full(sizes.size, -1, np.int64)
    index[used] = np.arange(len(used))
    tables, terms = _laid(fitted, (len(scenarios), len(used)))
    bound = max((fit.error / fit.gross for row in fitted for fit in row), default=0.0)
    return Tabulated(table=index, tables=tables, terms=terms, errors=errors, bound=bound)


def _worth_one(groups: Rows[Group]) -> Bools:
    """Return which groups have options enough, time left, and a smile that stays: (n_groups,)."""
    sizes = groups["last"] - groups["first"]
    return np.asarray((sizes >= WORTH_A_TABLE) & (groups["time"] > 0.0) & (groups["skew_factor"] < 0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """One group's table in one scenario."""

    forward: float
    inverse_width: tuple[float, float]
    terms: F64  # (n_x, n_w) of T_k(x) w^l
    error: float  # [domestic] at most
    gross: float  # premium of all options with the sign dropped, at the middle, undiscounted


NO_TABLE = _Fit(forward=1.0, inverse_width=(np.nan, 0.0), terms=np.zeros((1, 1)), error=0.0, gross=1.0)


def _laid(tables: list[list[_Fit]], shape: tuple[int, int]) -> tuple[Rows[OptionTable], F64]:
    n_x, n_w = np.max([(1, 1), *(fit.terms.shape for row in tables for fit in row)], axis=0)
    terms = np.zeros((*shape, n_x, n_w))
    for s, row in enumerate(tables):
        for t, fit in enumerate(row):
            terms[s, t, : fit.terms.shape[0], : fit.terms.shape[1]] = fit.terms
    forward = np.array([[fit.forward for fit in row] for row in tables]).reshape(shape)
    inverse = np.array([[fit.inverse_width for fit in row] for row in tables]).reshape(*shape, 2)
    return option_tables(forward, inverse[..., 0], inverse[..., 1], terms)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One group in one scenario, and what it stands upon."""

    setting: Setting
    ground: Ground
    s: int
    group: Group
    vol: float  # at the money, with no deviation
    options: Rows[Option]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Group:
    """One group in one scenario: its value on the rectangle."""

    forward: float  # in the middle
    half_x: float
    half_w: float  # 0: vols stay
    strikes: F64
    amounts: F64
    std: float  # at the money, in the middle
    smile: F64  # (6,)

    def values(self, x: F64, w: F64) -> tuple[F64, F64]:
        """Return undiscounted values [domestic] at scaled x (n_x,) and w (n_w,): as held, and all amounts positive.

        (n_x, n_w) each.
        """
        forward = self.forward * np.exp(self.half_x * x)[:, None]
        std = self.std * np.exp(self.half_w * w)[None, :]
        value, gross = np.zeros((x.size, w.size)), np.zeros((x.size, w.size))
        for first in range(0, self.strikes.size, _STRIKES):
            strikes, amounts = (each[first : first + _STRIKES] for each in (self.strikes, self.amounts))
            moneyness = np.log(strikes / forward[..., None]) / std[..., None]
            calls = black_call(forward[..., None], strikes, std[..., None] * smile_value(self.smile, moneyness))
            value += calls @ amounts
            gross += calls @ np.abs(amounts)
        return value, gross


def _fit(seen: _Seen) -> _Fit | None:
    """Interpolate a group in a scenario; None: no table is good enough."""
    middle = np.zeros(1)
    for reach in REACHES:
        group = _group(seen, reach)
        if group.half_x == 0.0:
            return None
        gross = max(float(group.values(middle, middle)[1][0, 0]), 1.0)
        for in_x, in_w in TIERS:
            coefficients, largest = _interpolate(group, max(in_x), max(in_w))
            size = float(np.abs(coefficients).sum())
            for n_x, n_w in sorted(product(in_x, in_w), key=prod):
                terms, error = _cut(coefficients, n_x, n_w, (size, largest))
                if error <= WANTED * gross:
                    return _Fit(
                        forward=group.forward,
                        inverse_width=(1.0 / group.half_x, 1.0 / group.half_w if group.half_w > 0.0 else 0.0),
                        terms=terms,
                        error=error,
                        gross=gross,
                    )
    return None


def _group(seen: _Seen, reach: float) -> _Group:
    setting, group = seen.setting, seen.group
    law, steps, factor = setting.laws[seen.s], int(setting.observed.steps[group.when]), group.vol_factor
    slope, middle = _log_forward(seen)
    options = seen.options[group.first : group.last]
    return _Group(
        forward=middle * float(np.exp(slope @ law.mean(steps))),
        half_x=reach * float(np.sqrt(slope @ law.covariance(steps) @ slope)),
        half_w=float(abs(law.mean(steps)[factor]) + reach * law.std(steps)[factor]) if factor >= 0 else 0.0,
        strikes=np.ascontiguousarray(options["strike"]),
        amounts=np.ascontiguousarray(options["amount"]),
        std=seen.vol * float(np.sqrt(group.time)),
        smile=np.array([group.c0, group.c1, group.c2, group.c3, group.c4, group.reach]),
    )


def _interpolate(group: _Group, most_x: int, most_w: int) -> tuple[F64, float]:
    """Coefficients of T_k(x) T_l(w), half as many again as a table will have, and the largest gross value at nodes."""
    nodes_x, nodes_w = int(MORE_NODES * most_x), int(MORE_NODES * most_w) if group.half_w > 0.0 else 1
    (x, of_x), (w, of_w) = _nodes(nodes_x), _nodes(nodes_w)
    grid, gross = group.values(x, w)
    return of_x @ grid @ of_w.T, float(gross.max())


@cache
def _nodes(n: int) -> tuple[F64, F64]:
    """Return Chebyshev's nodes, (n,), 0 where there is one, and what takes values there to coefficients: (n, n)."""
    nodes = chebyshev.chebpts1(n) if n > 1 else np.zeros(1)
    return nodes, to_coefficients(nodes)


def _cut(coefficients: F64, n_x: int, n_w: int, sizes: tuple[float, float]) -> tuple[F64, float]:
    """Terms (n_x, n_w) of T_k(x) w^l, and their error [domestic] at most.

    `sizes`   of all coefficients, added up without signs, and the largest gross value
    """
    kept, (size, largest) = coefficients[:n_x, :n_w], sizes
    dropped = size - float(np.abs(kept).sum())
    terms = kept @ _powers(kept.shape[1]) + 0.0  # no -0.0
    return terms, error_of(dropped, n_x, float(np.abs(terms).sum()), largest)


@cache
def _powers(n: int) -> F64:
    """(n, n) [k, l]: of w^l in T_k."""
    table = np.zeros((n, n))
    for k in range(n):
        table[k, : k + 1] = chebyshev.cheb2poly(np.eye(n)[k])[: k + 1]
    return table


def _log_forward(seen: _Seen) -> tuple[F64, float]:
    """Return how ln(forward) of a group moves with the rows of deviations, (n_moves,), and the forward with none."""
    group, run, points = seen.group, seen.ground.run, seen.ground.points
    slope = np.zeros(seen.ground.flows.centre.shape[1])
    for currency, sign in ((group.foreign, 1.0), (group.domestic, -1.0)):
        if currency > 0:  # the home currency has no factor
            slope[run.fx_factor[currency]] += sign
    for number, sign in ((group.foreign_discount, 1.0), (group.domestic_discount, -1.0)):
        for link in chain(points.points, number):
            np.add.at(slope, [link.below, link.above], sign * np.array([link.a, link.b]))
    start, rates = points.start[seen.s], run.fx_start[seen.s]
    spot = rates[group.foreign] / rates[group.domestic]
    return slope, float(spot * start[group.foreign_discount] / start[group.domestic_discount])
