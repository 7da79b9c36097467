"""Moves of a history that are more likely misprints: they turn back, or no neighbour on the curve made them.

The limits were set on the years 1990 to 2019 of the published yields, USD/JPY and indices, beyond every move in them,
and tried on 2020 to May 2025, where they point at nothing that happened; README has the counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.inputs.history.doubt import Doubt, days_of, move_words, value_words
from engine.inputs.history.load import is_yield
from engine.market.factors import tenor_years
from kernels.types import F64, Dates

SPIKE, LONE_SPIKE = 10.0, 5.0  # times the usual move, there and back: of a series; of it and of it against neighbours
JUMP, LONE_JUMP = 25.0, 16.0  # the same of a move that is not taken back
LONGEST_SPIKE = 5  # dates that a value may stand before it turns back
_LONG_RUN, _SHORT_RUN, _LEAST_RUN = 500, 21, 20  # moves, half of them before, whose median size is the usual one
_FLOOR, _BILL_FLOOR, _PRICE_FLOOR = 1e-4, 6e-4, 1e-3  # least usual move: of yields, of those below a year, of ln(price)
_UNKNOWN, _UNKNOWN_PRICE = 5e-4, 6e-3  # the usual move of a series too short to have one
_LONGEST_STEP_DAYS = 10  # calendar days between two values; over a longer gap a move may be of any size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moves:
    """Moves of one curve, or of one price, from date to date."""

    names: Sequence[str]  # (n_series,)
    days: Dates  # (n_moves + 1,)
    levels: F64  # (n_moves + 1, n_series) as in the history
    own: F64  # (n_moves, n_series) of a yield, or of ln(price); NaN where a date has no value or is far
    lone: F64  # (n_moves, n_series) less what the neighbours on the curve moved; NaN without any
    usual: F64  # (n_moves, n_series)


def move_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield the moves that are doubted, by series; `values` is a history's table on weekdays."""
    for names in _groups([str(name) for name in values.columns]):
        moves = _moves(values[names].dropna(how="all"), names)
        for j in range(len(names)):
            yield from _doubts_of(moves, j)


def _groups(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield a curve's series, shortest first, and each price alone."""
    curves = dict.fromkeys(name.rpartition("_")[0] for name in names if is_yield(name))
    for curve in curves:
        tenors = [name for name in names if is_yield(name) and name.rpartition("_")[0] == curve]
        yield sorted(tenors, key=lambda name: tenor_years(name.rpartition("_")[2]))
    yield from ([name] for name in names if not is_yield(name))


def _moves(frame: pd.DataFrame, names: Sequence[str]) -> _Moves:
    levels = frame.to_numpy(dtype=np.float64)
    days = days_of(frame.index)
    states = levels if is_yield(names[0]) else np.log(levels)
    own = np.diff(states, axis=0)
    own[np.diff(days).astype(np.int64) > _LONGEST_STEP_DAYS] = np.nan
    usual = np.column_stack([_usual(own[:, j], name) for j, name in enumerate(names)])
    return _Moves(names=names, days=days, levels=levels, own=own, lone=_lone(own, names), usual=usual)


def _usual(own: F64, name: str) -> F64:
    """Return (n_moves,) usual size around each move: the larger of the median over two years and over a month."""
    sizes = pd.Series(np.abs(own))
    medians = [sizes.rolling(run, center=True, min_periods=_LEAST_RUN).median() for run in (_LONG_RUN, _SHORT_RUN)]
    unknown = _UNKNOWN if is_yield(name) else _UNKNOWN_PRICE
    usual = np.fmax(medians[0].fillna(unknown).to_numpy(), medians[1].to_numpy())
    floored: F64 = np.maximum(usual, _floor(name))
    return floored


def _floor(name: str) -> float:
    if not is_yield(name):
        return _PRICE_FLOOR
    return _BILL_FLOOR if tenor_years(name.rpartition("_")[2]) < 1.0 else _FLOOR


def _lone(own: F64, names: Sequence[str]) -> F64:
    """Return (n_moves, n_series) moves less those interpolated, in the logarithm of time, from neighbours."""
    if len(names) == 1:
        return np.full_like(own, np.nan)
    logs = np.log([tenor_years(name.rpartition("_")[2]) for name in names])
    below, below_at = _nearest(own, logs)
    above, above_at = (side[:, ::-1] for side in _nearest(own[:, ::-1], logs[::-1]))
    with np.errstate(invalid="ignore"):
        weight = (logs - below_at) / (above_at - below_at)
    between = (1.0 - weight) * below + weight * above
    expected = np.where(np.isnan(below), above, np.where(np.isnan(above), below, between))
    lone: F64 = own - expected
    return lone


def _nearest(own: F64, logs: F64) -> tuple[F64, F64]:
    """Return the move of the nearest series before each that has one, and the logarithm of its time."""
    moves, at = np.full_like(own, np.nan), np.full_like(own, np.nan)
    for j in range(1, own.shape[1]):
        has = ~np.isnan(own[:, j - 1])
        moves[:, j] = np.where(has, own[:, j - 1], moves[:, j - 1])
        at[:, j] = np.where(has, logs[j - 1], at[:, j - 1])
    return moves, at


def _doubts_of(moves: _Moves, j: int) -> Iterator[Doubt]:
    there = ~np.isnan(moves.own[:, j])
    own, lone, usual = moves.own[there, j], moves.lone[there, j], moves.usual[there, j]
    ends = np.flatnonzero(there)
    taken = np.zeros(own.size, dtype=bool)  # moves that are part of a spike
    for length in range(1, LONGEST_SPIKE + 1):
        sizes, lone_sizes = _there_and_back(own, length), _there_and_back(lone, length)
        with np.errstate(invalid="ignore"):
            lone_sizes = np.minimum(sizes, lone_sizes)
            odd = (sizes > SPIKE * usual[: sizes.size]) | (lone_sizes > LONE_SPIKE * usual[: sizes.size])
        for k in np.flatnonzero(odd):
            back = k + length
            if ends[back] - ends[k] == length and not (taken[k] or taken[back]):
                taken[k] = taken[back] = True
                yield _spike(moves, j, int(ends[k]), length, float(np.copysign(sizes[k], own[k])), float(usual[k]))
    with np.errstate(invalid="ignore"):
        lone_moves = np.where(own * lone > 0.0, np.minimum(np.abs(own), np.abs(lone)), 0.0)
        odd = (np.abs(own) > JUMP * usual) | (lone_moves > LONE_JUMP * usual)
    for k in np.flatnonzero(odd & ~taken):
        yield _jump(moves, j, int(ends[k]), float(own[k]), float(usual[k]))


def _there_and_back(moves: F64, length: int) -> F64:
    """Return the smaller of each move and the one `length` moves later that takes it back; 0 where none does."""
    there, back = moves[:-length], -moves[length:]
    smaller: F64 = np.where(there * back > 0.0, np.minimum(np.abs(there), np.abs(back)), 0.0)
    return smaller


def _spike(moves: _Moves, j: int, k: int, length: int, size: float, usual: float) -> Doubt:
    name = moves.names[j]
    days = [moves.days[k + 1 + i].item() for i in range(length)]
    until = "" if length == 1 else f" to {days[-1]}"
    message = (
        f"{value_words(name, moves.levels[k + 1, j])}{until}, but {value_words(name, moves.levels[k, j])} before and "
        f"{value_words(name, moves.levels[k + 1 + length, j])} after: {move_words(name, size)} there and back, a usual "
        f"move is {move_words(name, usual).lstrip('+')}"
    )
    return Doubt(series=name, day=days[0], message=message)


def _jump(moves: _Moves, j: int, k: int, size: float, usual: float) -> Doubt:
    name = moves.names[j]
    message = (
        f"{value_words(name, moves.levels[k + 1, j])}, but {value_words(name, moves.levels[k, j])} before: "
        f"{move_words(name, size)}, a usual move is {move_words(name, usual).lstrip('+')}"
    )
    return Doubt(series=name, day=moves.days[k + 1].item(), message=message)
