"""Moves of a history that are more likely misprints: they turn back, or no neighbour on the curve made them.

The limits were set on the years 1990 to 2019 of the published yields, USD/JPY and indices, beyond every move in them,
and tried on 2020 to May 2025, where they point at nothing that happened; docs/reference/histories.md has the counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.inputs.history.doubt import Doubt, days_of, move_words, value_words
from engine.inputs.history.load import is_yield
from engine.market.factors import tenor_years
from kernels.types import F64, Dates

SPIKE, PRICE_SPIKE = 15.0, 10.0  # times the usual move, there and back: of a yield, of a price
LONE_SPIKE, LONE_SIZE = 5.0, 10.0  # the same against the neighbours too; or times what is usual against them
JUMP, LONE_JUMP = 25.0, 16.0  # times the usual move, and not taken back: of a move, or of one that no neighbour made
LONGEST_SPIKE = 5  # dates that a value may stand before it turns back
_LONG_RUN, _SHORT_RUN = 500, 21  # moves, half of them before, whose median size is the usual one: the larger of both
_LEAST_LONG, _LEAST_SHORT = 20, 8  # moves that such a median takes: at a history's end half of them are to come
_FLOOR, _BILL_FLOOR, _PRICE_FLOOR = 1e-4, 6e-4, 1e-3  # least usual move: of yields, of those below a year, of ln(price)
_LONE_BILL_FLOOR = 3e-4  # the same of a move against the neighbours, below a year
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
    usual: F64  # (n_moves, n_series) size of `own`
    usual_lone: F64  # (n_moves, n_series) size of `lone`


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spike:
    """A value, or several on end, that turn back."""

    j: int  # series
    k: int  # the move to it
    length: int  # dates that it stands
    size: float  # the smaller of the moves there and back, with the sign of the first
    usual: float  # move
    is_lone: bool  # found against the neighbours


def move_doubts(values: pd.DataFrame) -> Iterator[Doubt]:
    """Yield the moves that are doubted, by series; `values` is a history's table on weekdays.

    What is doubted is taken out before neighbours are compared, so that no tenor is blamed for the one beside it.
    """
    for names in _groups([str(name) for name in values.columns]):
        moves = _moves(values[names].dropna(how="all"), names)
        for is_lone in (False, True):
            spikes = [spike for j in range(len(names)) for spike in _spikes(moves, j, is_lone=is_lone)]
            yield from (_spike_doubt(moves, spike) for spike in spikes)
            moves = _without(moves, spikes)
        yield from (doubt for j in range(len(names)) for doubt in _jumps(moves, j))


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
    return _compared(names, days, levels, own)


def _compared(names: Sequence[str], days: Dates, levels: F64, own: F64) -> _Moves:
    """Return moves with those of the neighbours taken off, and their usual sizes."""
    lone = _lone(own, names)
    return _Moves(
        names=names,
        days=days,
        levels=levels,
        own=own,
        lone=lone,
        usual=np.column_stack([_usual(own[:, j], name, _BILL_FLOOR) for j, name in enumerate(names)]),
        usual_lone=np.column_stack([_usual(lone[:, j], name, _LONE_BILL_FLOOR) for j, name in enumerate(names)]),
    )


def _without(moves: _Moves, spikes: Sequence[_Spike]) -> _Moves:
    """Return the moves without those to and from what is doubted."""
    if not spikes:
        return moves
    own = moves.own.copy()
    for spike in spikes:
        own[spike.k : spike.k + spike.length + 1, spike.j] = np.nan
    return _compared(moves.names, moves.days, moves.levels, own)


def _usual(own: F64, name: str, bill_floor: float) -> F64:
    """Return (n_moves,) usual size around each move: the larger of the median over two years and over a month."""
    sizes = pd.Series(np.abs(own))
    long = sizes.rolling(_LONG_RUN, center=True, min_periods=_LEAST_LONG).median()
    short = sizes.rolling(_SHORT_RUN, center=True, min_periods=_LEAST_SHORT).median()
    unknown = _UNKNOWN if is_yield(name) else _UNKNOWN_PRICE
    usual = np.fmax(long.fillna(unknown).to_numpy(), short.to_numpy())
    floored: F64 = np.maximum(usual, _floor(name, bill_floor))
    return floored


def _floor(name: str, bill_floor: float) -> float:
    if not is_yield(name):
        return _PRICE_FLOOR
    return bill_floor if tenor_years(name.rpartition("_")[2]) < 1.0 else _FLOOR


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


def _spikes(moves: _Moves, j: int, *, is_lone: bool) -> Iterator[_Spike]:
    """Yield values of a series that turn back, the shortest first: by its own moves, or by those no neighbour made."""
    there = ~np.isnan(moves.lone[:, j] if is_lone else moves.own[:, j])
    own, lone, ends = moves.own[there, j], moves.lone[there, j], np.flatnonzero(there)
    usual = moves.usual[there, j]
    limits = (SPIKE if is_yield(moves.names[j]) else PRICE_SPIKE) * usual
    if is_lone:
        limits = np.minimum(LONE_SPIKE * usual, LONE_SIZE * moves.usual_lone[there, j])
    taken = np.zeros(own.size, dtype=bool)  # moves that are part of a spike
    for length in range(1, LONGEST_SPIKE + 1):
        sizes = _there_and_back(own, length)
        if is_lone:
            sizes = np.minimum(sizes, _there_and_back(lone, length))
        for k in np.flatnonzero(sizes > limits[: sizes.size]):
            back = k + length
            if ends[back] - ends[k] == length and not (taken[k] or taken[back]):
                taken[k] = taken[back] = True
                size = float(np.copysign(sizes[k], own[k]))
                yield _Spike(j=j, k=int(ends[k]), length=length, size=size, usual=float(usual[k]), is_lone=is_lone)


def _there_and_back(moves: F64, length: int) -> F64:
    """Return the smaller of each move and the one `length` moves later that takes it back; 0 where none does."""
    there, back = moves[:-length], -moves[length:]
    smaller: F64 = np.where(there * back > 0.0, np.minimum(np.abs(there), np.abs(back)), 0.0)
    return smaller


def _spike_doubt(moves: _Moves, spike: _Spike) -> Doubt:
    name, k = moves.names[spike.j], spike.k
    before, at, after = (moves.levels[i, spike.j] for i in (k, k + 1, k + 1 + spike.length))
    first, last = moves.days[k + 1].item(), moves.days[k + spike.length].item()
    until = "" if spike.length == 1 else f" to {last}"
    against = " against its neighbours" if spike.is_lone else ""
    message = (
        f"{value_words(name, at)}{until}, but {value_words(name, before)} before and {value_words(name, after)} after: "
        f"{move_words(name, spike.size)} there and back{against}, usual are {move_words(name, spike.usual).lstrip('+')}"
    )
    return Doubt(series=name, day=first, message=message)


def _jumps(moves: _Moves, j: int) -> Iterator[Doubt]:
    """Yield moves of a series that are not taken back."""
    own, lone, usual, name = moves.own[:, j], moves.lone[:, j], moves.usual[:, j], moves.names[j]
    with np.errstate(invalid="ignore"):
        lone_moves = np.where(own * lone > 0.0, np.minimum(np.abs(own), np.abs(lone)), 0.0)
        odd = (np.abs(own) > JUMP * usual) | (lone_moves > LONE_JUMP * usual)
    for k in np.flatnonzero(odd):
        message = (
            f"{value_words(name, moves.levels[k + 1, j])}, but {value_words(name, moves.levels[k, j])} before: "
            f"{move_words(name, own[k])}, usual are {move_words(name, usual[k]).lstrip('+')}"
        )
        yield Doubt(series=name, day=moves.days[k + 1].item(), message=message)
