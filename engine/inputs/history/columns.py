"""Columns in each other's place, a date late, or copied: each field is sane, and the curve does not hang together.

A tenor moves as its neighbours on the curve do. Where what a column moves against them would be much less with two
columns exchanged, or with one moved by a date, the file is doubted. Moves alone are compared, over the whole window.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from engine.inputs.history.doubt import Doubt, days_of
from engine.inputs.history.load import is_yield
from engine.market.factors import tenor_years
from kernels.types import F64

SHARE = 0.5  # of the mean square against neighbours, under which the other order is taken for the right one
_FEWEST_MOVES = 120
_FEWEST_TENORS = 3
# Moves on end over which two columns hold the same figures. The longest there were: 20 of the ten- and twenty-year
# Treasury in 1981, 15 of its five and seven years at the flat curve of 2006; of JGB yields, with three decimals, 2.
COPIED_MOVES = 30
_CLIP, _LEAST_USUAL = 8.0, 1e-4  # times the median move, beyond which one is cut: a slip in one field is no exchange


def column_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield columns that seem to be exchanged or late; `values` is a history's table of a window, on weekdays."""
    names = [str(name) for name in values.columns if is_yield(str(name))]
    names = sorted(names, key=lambda name: (name.rpartition("_")[0], tenor_years(name.rpartition("_")[2])))
    names = [name for name in names if values[name].notna().mean() > 0.5]
    curves = [name.rpartition("_")[0] for name in names]
    names = [name for name, curve in zip(names, curves, strict=True) if curves.count(curve) >= _FEWEST_TENORS]
    frame = values[names].dropna()
    if not names or len(frame) <= _FEWEST_MOVES:
        return
    weights, moves = _against_neighbours(names), np.diff(frame.to_numpy(dtype=np.float64), axis=0)
    most = _CLIP * np.maximum(np.median(np.abs(moves), axis=0), _LEAST_USUAL)
    moves = np.clip(moves, -most, most)
    day = days_of(frame.index)[0].item()
    squares = moves.T @ moves / len(moves)
    own = _roughness(weights, squares)
    taken = set[int]()
    for share, j, k in sorted(_exchanges(weights, squares, own)):
        if share < SHARE and not {j, k} & taken:
            taken |= {j, k}
            message = f"it moves as {names[k]} should, and that as {names[j]}: are the two columns exchanged?"
            yield Doubt(series=names[j], day=day, message=message)
    late = _late_shares(weights, moves)
    for j, name in enumerate(names):
        if late[j] < SHARE and j not in taken:
            message = "it moves a date before or after its neighbours on the curve: is the column a row off?"
            yield Doubt(series=name, day=day, message=message)


def copy_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield columns that hold another's figures; `values` is a history's table of a window, on weekdays."""
    names = [str(name) for name in values.columns]
    levels, days = values.to_numpy(dtype=np.float64), days_of(values.index)
    for j, k in combinations(range(len(names)), 2):
        there = np.flatnonzero(~np.isnan(levels[:, j] + levels[:, k]))
        if there.size <= COPIED_MOVES or is_yield(names[j]) != is_yield(names[k]):
            continue
        of_one, of_other = levels[there, j], levels[there, k]
        differs = np.concatenate([[-1], np.flatnonzero(of_one != of_other), [there.size]])
        moves = np.concatenate([[0], np.cumsum(of_one[1:] != of_one[:-1])])
        for first, end in zip(differs[:-1] + 1, differs[1:], strict=True):
            if end > first and moves[end - 1] - moves[first] >= COPIED_MOVES:
                until = days[there[end - 1]]
                message = f"the figures of {names[k]} until {until}: is one column copied from the other?"
                yield Doubt(series=names[j], day=days[there[first]].item(), message=message)


def _against_neighbours(names: Sequence[str]) -> F64:
    """Return (n, n) what takes moves to those less their neighbours', in the logarithm of time."""
    curves = [name.rpartition("_")[0] for name in names]
    logs = np.log([tenor_years(name.rpartition("_")[2]) for name in names])
    weights = np.zeros((len(names), len(names)))
    for j, curve in enumerate(curves):
        near = [k for k in (j - 1, j + 1) if 0 <= k < len(names) and curves[k] == curve]
        weights[j, j] = 1.0
        weights[j, near] = -1.0
        if len(near) == 2:
            above = (logs[j] - logs[j - 1]) / (logs[j + 1] - logs[j - 1])
            weights[j, near] = above - 1.0, -above
    return weights


def _roughness(weights: F64, squares: F64) -> F64:
    """Return (n,) mean square of what each column moves against its neighbours."""
    found: F64 = np.einsum("ij,jk,ik->i", weights, squares, weights)
    return found


def _exchanges(weights: F64, squares: F64, own: F64) -> Iterator[tuple[float, int, int]]:
    """Yield for each two columns what is left of the roughness of those it touches, were they exchanged."""
    for j, k in combinations(range(len(own)), 2):
        order = np.arange(len(own))
        order[[j, k]] = k, j
        touched = (weights[:, [j, k]] != 0.0).any(axis=1)
        if before := float(own[touched].sum()):
            yield float(_roughness(weights[touched], squares[np.ix_(order, order)]).sum()) / before, j, k


def _late_shares(weights: F64, moves: F64) -> F64:
    """Return (n,) what is left of each column's roughness were it moved by a date, the smaller of both ways."""
    inner, found = moves[1:-1], np.ones(moves.shape[1])
    for j, row in enumerate(weights):
        before = float(np.mean((inner @ row) ** 2))
        for shifted in (moves[:-2, j], moves[2:, j]):
            after = float(np.mean((inner @ row + row[j] * (shifted - inner[:, j])) ** 2))
            found[j] = min(found[j], after / before if before else 1.0)
    return found
