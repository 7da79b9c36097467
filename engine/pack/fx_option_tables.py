"""Tables of options that share an expiry: a group's value, interpolated in the forward and the level of the vols.

A group's undiscounted value depends on these two alone. On a rectangle of x = ln(F / F_0) and w = ln(vol / vol_0) it is
interpolated at Chebyshev nodes, in both directions at once. Every scenario decides alone which of its groups get a
table, and of how many terms, so that its bits do not depend on its companions.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from engine.market.fx_vols import smile_value
from engine.pack.chebyshev import MORE_NODES, REACHES, TERMS, WANTED, error_of, to_coefficients
from engine.pack.setting import Setting
from engine.payoffs.black import black_call
from kernels.types import F64

WORTH_A_TABLE = 8  # options of a group below which pricing them one by one costs as little
W_TERMS = (4, 8, 12)  # of the kernels' VOL_TERMS
TIERS = (((9, 13, 17, 21, 25), (4, 8)), (TERMS, W_TERMS))  # terms in x and w, tried with nodes for the most of a tier
_STRIKES = 256  # priced at a time, so that memory stays small

Fields = dict[str, Any]  # of kernels.base.BookArrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulated:
    """Tables, and what they may cost."""

    fields: Fields
    errors: F64  # (n_scenarios, n_groups) [JPY] of the undiscounted value at most; 0: priced option by option
    bound: float  # error of any tabulated group at most, as a fraction of its gross premium; 0: no table


def tabulate(setting: Setting, groups: Fields, point_fields: Fields) -> Tabulated:
    """Tables of groups that are worth one, where one within `WANTED` can be had; others are priced option by option.

    A table that only some scenarios have gets an empty range in the others: every path is outside. Where one has more
    terms than another, zeros fill up: leading zeros of Clenshaw's and Horner's schemes change no bit.
    """
    sizes = np.diff(groups["option_range"], axis=1).ravel()
    worth = np.flatnonzero((sizes >= WORTH_A_TABLE) & (groups["group_time"] > 0.0)).tolist()
    scenarios = range(len(setting.shocked))
    fits = {(s, g): _fit(setting, groups, point_fields, s, g) for s in scenarios for g in worth}
    used = [g for g in worth if any(fits[s, g] is not None for s in scenarios)]
    tables = [[fits[s, g] or NO_TABLE for g in used] for s in scenarios]
    errors = np.zeros((len(scenarios), sizes.size))
    errors[:, used] = np.array([[fit.error for fit in row] for row in tables]).reshape(len(tables), len(used))
    bound = max((fit.error / fit.gross for row in tables for fit in row), default=0.0)
    return Tabulated(fields=_fields(used, tables, sizes.size), errors=errors, bound=bound)


def untabulated(setting: Setting, groups: Fields) -> Tabulated:
    """No tables: every option priced by itself."""
    n_scenarios, n_groups = len(setting.shocked), groups["group_when"].size
    fields = _fields([], [[]] * n_scenarios, n_groups)
    return Tabulated(fields=fields, errors=np.zeros((n_scenarios, n_groups)), bound=0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """One group's table in one scenario."""

    forward: float
    inverse_width: tuple[float, float]
    terms: F64  # (n_x, n_w) of T_k(x) w^l
    error: float  # [JPY] at most
    gross: float  # premium of all options with the sign dropped, at the middle, undiscounted


NO_TABLE = _Fit(forward=1.0, inverse_width=(np.nan, 0.0), terms=np.zeros((1, 1)), error=0.0, gross=1.0)


def _fields(used: list[int], tables: list[list[_Fit]], n_groups: int) -> Fields:
    index = np.full(n_groups, -1, np.int64)
    index[used] = np.arange(len(used))
    shape = (len(tables), len(used))
    n_x, n_w = np.max([(1, 1), *(fit.terms.shape for row in tables for fit in row)], axis=0)
    terms = np.zeros((*shape, n_x, n_w))
    for s, row in enumerate(tables):
        for t, fit in enumerate(row):
            terms[s, t, : fit.terms.shape[0], : fit.terms.shape[1]] = fit.terms
    return {
        "table_index": index,
        "table_forward": np.array([[fit.forward for fit in row] for row in tables]).reshape(shape),
        "table_inverse_width": np.array([[fit.inverse_width for fit in row] for row in tables]).reshape(*shape, 2),
        "table_terms": terms,
    }


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
        """Undiscounted value at scaled x and w, any one shape; and with the amounts' signs dropped."""
        forward, std = self.forward * np.exp(self.half_x * x), self.std * np.exp(self.half_w * w)
        value, gross = np.zeros(x.shape), np.zeros(x.shape)
        for first in range(0, self.strikes.size, _STRIKES):
            strikes, amounts = (each[first : first + _STRIKES] for each in (self.strikes, self.amounts))
            moneyness = np.log(strikes / forward[..., None]) / std[..., None]
            calls = black_call(forward[..., None], strikes, std[..., None] * smile_value(self.smile, moneyness))
            value += calls @ amounts
            gross += calls @ np.abs(amounts)
        return value, gross


def _fit(setting: Setting, groups: Fields, point_fields: Fields, s: int, g: int) -> _Fit | None:
    """Interpolate group g in scenario s; None: no table is good enough."""
    middle = np.zeros(1)
    for reach in REACHES:
        group = _group(setting, groups, point_fields, s, g, reach)
        if group.half_x == 0.0:
            return None
        gross = max(float(group.values(middle, middle)[1][0]), 1.0)
        for in_x, in_w in TIERS:
            coefficients, largest = _interpolate(group, max(in_x), max(in_w))
            for n_x, n_w in sorted(product(in_x, in_w), key=prod):
                terms, error = _cut(coefficients, n_x, n_w, largest)
                if error <= WANTED * gross:
                    return _Fit(
                        forward=group.forward,
                        inverse_width=(1.0 / group.half_x, 1.0 / group.half_w if group.half_w > 0.0 else 0.0),
                        terms=terms,
                        error=error,
                        gross=gross,
                    )
    return None


def _group(setting: Setting, groups: Fields, point_fields: Fields, s: int, g: int, reach: float) -> _Group:
    law, steps = setting.laws[s], int(setting.observed.steps[groups["group_when"][g]])
    slope, middle = _log_forward(setting, groups, point_fields, s, g)
    factor = int(groups["group_vol_factor"][g])
    first, last = groups["option_range"][g]
    return _Group(
        forward=middle * float(np.exp(slope @ law.mean(steps))),
        half_x=reach * float(np.sqrt(slope @ law.covariance(steps) @ slope)),
        half_w=float(abs(law.mean(steps)[factor]) + reach * law.std(steps)[factor]) if factor >= 0 else 0.0,
        strikes=groups["option_strike"][first:last],
        amounts=groups["option_amount"][first:last],
        std=float(groups["group_vol"][s, g]) * float(np.sqrt(groups["group_time"][g])),
        smile=groups["group_smile"][g],
    )


def _interpolate(group: _Group, most_x: int, most_w: int) -> tuple[F64, float]:
    """Coefficients of T_k(x) T_l(w), half as many again as a table will have, and the largest gross value at nodes."""
    nodes_x, nodes_w = int(MORE_NODES * most_x), int(MORE_NODES * most_w) if group.half_w > 0.0 else 1
    x, w = chebyshev.chebpts1(nodes_x), chebyshev.chebpts1(nodes_w) if nodes_w > 1 else np.zeros(1)
    grid, gross = group.values(*np.meshgrid(x, w, indexing="ij"))
    return to_coefficients(x) @ grid @ to_coefficients(w).T, float(gross.max())


def _cut(coefficients: F64, n_x: int, n_w: int, largest: float) -> tuple[F64, float]:
    """Terms (n_x, n_w) of T_k(x) w^l, and their error [JPY] at most; `largest` is the gross value."""
    kept = coefficients[:n_x, :n_w]
    dropped = float(np.abs(coefficients).sum() - np.abs(kept).sum())
    terms = kept @ _powers(kept.shape[1]) + 0.0  # no -0.0
    return terms, error_of(dropped, n_x, float(np.abs(terms).sum()), largest)


@cache
def _powers(n: int) -> F64:
    """(n, n) [k, l]: of w^l in T_k."""
    table = np.zeros((n, n))
    for k in range(n):
        table[k, : k + 1] = chebyshev.cheb2poly(np.eye(n)[k])[: k + 1]
    return table


def _log_forward(setting: Setting, groups: Fields, point_fields: Fields, s: int, g: int) -> tuple[F64, float]:
    """How ln(forward) of group g moves with the factors, (n_factors,), and the forward with no deviation."""
    domestic, foreign = int(groups["group_domestic"][g]), int(groups["group_foreign"][g])
    slope = np.zeros(len(setting.market.factors))
    slope[[factor.name for factor in setting.market.factors].index("USDJPY")] = 1.0
    for point, sign in ((foreign, 1.0), (domestic, -1.0)):
        np.add.at(slope, point_fields["point_factors"][point], sign * point_fields["point_exponents"][point])
    start = point_fields["point_start"][s]
    return slope, float(setting.shocked[s].usdjpy * start[foreign] / start[domestic])
