"""Changes of factors between joint dates, by zero rates of one set of tenors: no change is of two curves."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from engine.calibration.swap_curves import published_zeros
from engine.conventions.currencies import currency_of_curve
from engine.conventions.spans import weekday_spans
from engine.errors import InputError
from engine.market.factors import Factor, FactorKind, tenor_years
from kernels.types import F64, I64, Dates

FIRST_DATE = date(2002, 1, 1)  # the first year in which one set of Treasury tenors goes through to today
YOUNG = 2120  # joint dates from the start within which a tenor may begin and still take part
NOT_BEFORE = {"JGB_25Y": date(2004, 4, 1)}  # first printed on 2004-03-22; from the month on, as when the law was chosen
LONGEST_HOLE = 15  # weekdays between two joint dates: Golden Week and New Year together are fewer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointChanges:
    """Changes of every factor between neighbouring dates on which all have a value."""

    days: Dates  # (n_changes,) the later date of each
    spans: F64  # (n_changes,) weekdays from the one to the other, 1 at least
    changes: F64  # (n_changes, n_factors) of zero rates, decimal, and of logarithms of prices; NaN before one begins
    notes: tuple[str, ...]  # tenors that began within the history, or take no part

    def until(self, day: date) -> "JointChanges | None":
        """Return the changes up to a date, as `joint_changes` has them for it; None for one that is no joint date."""
        n = int(np.searchsorted(self.days, np.datetime64(day), side="right"))
        if not n or self.days[n - 1] != np.datetime64(day):
            return None
        # copied, so that a sum over them adds as over those of the date alone
        return replace(self, days=self.days[:n].copy(), spans=self.spans[:n].copy(), changes=self.changes[:n].copy())


def joint_changes(
    history: pd.DataFrame,
    factors: Sequence[Factor],
    day: date,
    start: date = FIRST_DATE,
    beside: Collection[str] = (),
) -> JointChanges:
    """Return the changes of factors between all joint dates from `start` to `day`; no row after `day` is looked at.

    A tenor that begins within the first 2,120 joint dates takes part from then on, and the change over its first date
    is dropped; one that begins later takes no part. Before a curve's longest tenor begins its factor has the change of
    the longest there is.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    factors : that the history holds: rates of published curves, and prices
    beside : factors, by name, that take no date away from the others: where their market is shut they stand still, as
        noted; before they begin they have no changes

    Raises
    ------
    InputError
        `day` is beyond the history or no joint date, a tenor or price ends before it or has a hole, a pillar lies
        outside its curve, or a series is not there.
    """
    inside = history.loc[pd.Timestamp(start) : pd.Timestamp(day)]
    _check_day(history, inside, day)
    main = [factor for factor in factors if factor.name not in beside]
    curves = {name: _tenors(history, name) for name in dict.fromkeys(f.curve for f in main if f.curve)}
    prices = {f.name: _log_level(inside, f.name) for f in main if f.kind is not FactorKind.RATE}
    founding = {name: _founding(inside, tenors, name) for name, tenors in curves.items()}
    base = [column for columns in founding.values() for column in columns]
    wanted = inside[base].assign(**prices)
    _check_ends(wanted, day)
    younger, notes = _younger(inside, curves, founding, wanted.dropna().index)
    later = inside[list(younger)]
    whole = (
        later.notna() | (later.index.to_numpy()[:, None] < np.array(list(younger.values()), "datetime64[us]"))
    ).all(axis="columns")
    joint = wanted[whole].dropna().index
    _check_holes(joint, wanted)
    others, more = _states_beside(inside, [factor for factor in factors if factor.name in beside], joint)
    pieces = [
        (
            each,
            _states(inside.loc[each], factors, _tenors_at(curves, founding, younger, each[0]), prices, others),
        )
        for each in _between_seams(joint, sorted(set(younger.values())))
    ]
    dates = [each.to_numpy().astype("datetime64[D]") for each, _ in pieces]
    return JointChanges(
        days=np.concatenate([each[1:] for each in dates]),
        spans=np.concatenate([weekday_spans(each) for each in dates]).astype(np.float64),
        changes=np.concatenate([np.diff(states, axis=0) for _, states in pieces]),
        notes=(*notes, *more),
    )


def _tenors(history: pd.DataFrame, name: str) -> dict[str, float]:
    """Return the columns of a published curve -> years, shortest first."""
    tenors = {str(c): tenor_years(str(c).rpartition("_")[2]) for c in history.columns if str(c).startswith(f"{name}_")}
    if currency_of_curve(name) is None or not tenors:
        raise InputError(f"the history has no yields of {name}: add the file that publishes them")
    return dict(sorted(tenors.items(), key=lambda item: item[1]))


def _log_level(inside: pd.DataFrame, name: str) -> pd.Series:
    """Return the logarithm of a price by date."""
    if name not in inside.columns:
        raise InputError(
            f"the history has no {name} column: add one of that name, or say how {name} moves by [law.given]"
        )
    level = inside[name]
    if (level <= 0.0).any():
        raise InputError(
            f"{name} must be positive, got {level[level <= 0.0].iloc[0]} on {level[level <= 0.0].index[0].date()}"
        )
    return pd.Series(np.log(level.to_numpy(dtype=np.float64)), index=inside.index)


def _check_day(history: pd.DataFrame, inside: pd.DataFrame, day: date) -> None:
    first, last = history.index[0].date(), history.index[-1].date()
    if not first <= day <= last:
        raise InputError(f"{day} lies outside the history, which runs from {first} to {last}")
    if not len(inside) or inside.index[-1].date() != day:
        raise InputError(f"the history has no row of {day}; the last before it is {inside.index[-1].date()}")


def _founding(inside: pd.DataFrame, tenors: Mapping[str, float], name: str) -> list[str]:
    """Return the tenors of a curve that are published on its first date."""
    published = inside[list(tenors)].dropna(how="all")
    if published.empty:
        raise InputError(f"the history has no {name} yields from {inside.index[0].date()} on")
    return [str(column) for column in published.columns[published.iloc[0].notna()]]


def _check_ends(wanted: pd.DataFrame, day: date) -> None:
    """Refuse a date on which something that takes part has no value: it was not published, or has ended."""
    missing = [str(name) for name in wanted.columns[wanted.iloc[-1].isna()]]
    if missing:
        last = wanted[missing].apply(lambda column: column.last_valid_index())
        ends = ", ".join(f"{name} ends on {last[name].date()}" for name in missing)
        raise InputError(
            f"{day} is no date on which every factor has a value: {ends}; a tenor that is published no longer must be"
            " replaced by another, or another date taken"
        )


def _younger(
    inside: pd.DataFrame,
    curves: Mapping[str, Mapping[str, float]],
    founding: Mapping[str, Sequence[str]],
    joint: pd.Index,
) -> tuple[dict[str, pd.Timestamp], tuple[str, ...]]:
    """Return the tenors that begin while averages still warm up, with their first joint date; and notes on all others.

    A tenor that ended before the last date is refused.
    """
    found, notes = {}, []
    for name, tenors in curves.items():
        for column in (each for each in tenors if each not in founding[name]):
            published = inside.loc[joint, column].loc[pd.Timestamp(NOT_BEFORE.get(column, FIRST_DATE)) :].dropna()
            if published.empty:
                continue
            begins = published.index[0]
            if int(joint.searchsorted(begins)) >= YOUNG:
                notes.append(f"{column} begins on {begins.date()} and takes no part: one set of tenors is kept")
                continue
            if published.index[-1] != joint[-1]:
                raise InputError(
                    f"{column} ends on {published.index[-1].date()}, before {joint[-1].date()}: leave it out"
                )
            found[column] = begins
            notes.append(f"{column} takes part from {begins.date()}: the change over that date is dropped")
    return found, tuple(notes)


def _tenors_at(
    curves: Mapping[str, Mapping[str, float]],
    founding: Mapping[str, Sequence[str]],
    younger: Mapping[str, pd.Timestamp],
    day: pd.Timestamp,
) -> dict[str, list[str]]:
    """Return the columns of each curve that take part on a day, shortest first."""
    return {
        name: [c for c in tenors if c in founding[name] or (c in younger and younger[c] <= day)]
        for name, tenors in curves.items()
    }


def _check_holes(joint: "pd.Index[Any]", wanted: pd.DataFrame) -> None:
    days = joint.to_numpy().astype("datetime64[D]")
    spans = weekday_spans(days)
    if not spans.size or spans.max() <= LONGEST_HOLE:
        return
    at = int(spans.argmax())
    hole = wanted.loc[joint[at] : joint[at + 1]].iloc[1:-1]
    names = ", ".join(map(str, hole.columns[hole.isna().mean() > 0.5])) or "all series"
    raise InputError(
        f"the history has a hole: no date between {days[at]} and {days[at + 1]} has every factor ({names} missing);"
        " give files that fill it, or start after it"
    )


def _between_seams(joint: "pd.Index[Any]", seams: Sequence[pd.Timestamp]) -> Iterator["pd.Index[Any]"]:
    """Yield the joint dates from each seam to the next."""
    edges: I64 = np.array([0, *(int(joint.searchsorted(seam)) for seam in seams), len(joint)], np.int64)
    yield from (joint[a:b] for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True) if b > a)


def _states(
    rows: pd.DataFrame,
    factors: Sequence[Factor],
    tenors: Mapping[str, list[str]],
    prices: Mapping[str, pd.Series],
    others: pd.DataFrame,
) -> F64:
    """Return states on dates with one set of tenors, those of `others` as they are: (n_dates, n_factors)."""
    zeros = {name: _zeros(rows, name, columns) for name, columns in tenors.items()}
    columns = []
    for factor in factors:
        if factor.name in others:
            columns.append(others[factor.name].loc[rows.index].to_numpy(dtype=np.float64))
        elif factor.curve is None or factor.pillar is None:
            columns.append(prices[factor.name].loc[rows.index].to_numpy(dtype=np.float64))
        else:
            columns.append(_at_pillar(*zeros[factor.curve], factor, tenors[factor.curve][0]))
    return np.stack(columns, axis=1)


def _states_beside(
    inside: pd.DataFrame, factors: Sequence[Factor], joint: "pd.Index[Any]"
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return states of factors that take no date away, (n_joint, n_factors), standing still where they are shut."""
    columns: dict[str, pd.Series] = {}
    notes = []
    for name in dict.fromkeys(factor.curve or factor.name for factor in factors):
        mine = [factor for factor in factors if name in (factor.curve, factor.name)]
        states = _curve_beside(inside, name, mine, joint) if mine[0].curve else _log_level(inside, name).to_frame(name)
        states = states.reindex(joint)
        lived = states.iloc[:, 0].loc[states.iloc[:, 0].first_valid_index() :]
        if shut := int(lived.isna().sum()):
            what = f"it has no {'whole curve' if mine[0].curve else 'value'} there"
            notes.append(f"{name} stands still on {shut:,} of {len(lived):,} joint dates: {what}")
        columns |= {str(factor): states[factor].ffill() for factor in states}
    return pd.DataFrame(columns, index=joint), tuple(notes)


def _curve_beside(inside: pd.DataFrame, name: str, pillars: Sequence[Factor], joint: "pd.Index[Any]") -> pd.DataFrame:
    """Return zero rates at a curve's pillars on the joint dates that have the tenors of its first one."""
    tenors = _tenors(inside, name)
    columns = _founding(inside.loc[joint], tenors, name)
    lasts = {column: inside.loc[joint, column].last_valid_index() for column in columns}
    if ended := [column for column in columns if lasts[column] != max(lasts.values())]:
        raise InputError(f"{ended[0]} ends on {lasts[ended[0]].date()}, before the others of {name}: leave it out")
    rows = inside.loc[joint, columns].dropna()
    times, rates = _zeros(rows, name, columns)
    return pd.DataFrame({f.name: _at_pillar(times, rates, f, columns[0]) for f in pillars}, index=rows.index)


def _zeros(rows: pd.DataFrame, name: str, columns: list[str]) -> tuple[F64, F64]:
    """Return tenors (n_tenors,) in years and zero rates (n_tenors, n_dates)."""
    times = np.array([tenor_years(column.rpartition("_")[2]) for column in columns])
    return times, published_zeros(name, times, rows[columns].to_numpy(dtype=np.float64).T)


def _at_pillar(times: F64, zeros: F64, factor: Factor, shortest: str) -> F64:
    """Return (n_dates,) zero rate at a factor's pillar: linear between the nodes, flat beyond the last."""
    pillar = float(factor.pillar or 0.0)
    if pillar < times[0]:
        raise InputError(f"{factor.name} lies below the shortest tenor of its curve, {shortest}")
    after = min(int(np.searchsorted(times, pillar)), times.size - 1)
    if times[after] <= pillar:
        return np.asarray(zeros[after])
    weight = float((pillar - times[after - 1]) / (times[after] - times[after - 1]))
    return np.asarray(weight * zeros[after] + (1.0 - weight) * zeros[after - 1])
