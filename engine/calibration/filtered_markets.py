"""Markets of dates with their filtered laws: which factors are in the table of rows, and which move by assumption."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.calibration.filtered import LEAST_DATES, filtered_states, given_factors
from engine.calibration.market_of_date import is_carried
from engine.calibration.swap_curves import swap_curves_of
from engine.calibration.zero_rates import FIRST_DATE, JointChanges
from engine.conventions.currencies import DOLLAR, HOME, currency_of
from engine.errors import InputError
from engine.inputs.history.doubt import group_of
from engine.market.factors import PRICE_FACTOR, Factor
from engine.market.filtered import FilteredState, GivenFactor
from engine.market.market import Market

MOST_SHUT = 0.05  # of the joint dates on which a market beside Tokyo and New York may have no value
QUIET = 0.4  # of a factor's root mean square over its whole history: a vol of the day below is pointed out


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFactors:
    """The factors of a market that have a column in the table of rows."""

    factors: tuple[Factor, ...]
    beside: tuple[str, ...]  # of them, by name, those whose market takes no date away from Tokyo and New York
    notes: tuple[str, ...]  # those that have too little history, and what is done about it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawOfDate:
    """A market with its filtered law, or without one and why."""

    market: Market
    notes: tuple[str, ...]  # what took no part in the law, or why there is none


def with_filtered_laws(
    markets: Sequence[Market], history: pd.DataFrame, start: date = FIRST_DATE
) -> tuple[LawOfDate, ...]:
    """Return markets with the filtered laws of their dates; one whose law is refused is without it, and says why.

    Dates with the same factors share one walk along the history, and have the bits that each has alone.
    """
    groups: dict[tuple[Factor, ...], list[int]] = {}
    tables = [table_factors(market, history, start) for market in markets]
    for i, table in enumerate(tables):
        groups.setdefault(table.factors, []).append(i)
    found: dict[int, LawOfDate] = {}
    for places in groups.values():
        try:
            states = _states([markets[i] for i in places], tables[places[-1]], history, start)
            found |= {i: _lawful(markets[i], tables[i], *each) for i, each in zip(places, states, strict=True)}
        except InputError:
            found |= {i: _law_alone(markets[i], tables[i], history, start) for i in places}
    return tuple(found[i] for i in range(len(markets)))


def table_factors(market: Market, history: pd.DataFrame, start: date = FIRST_DATE) -> TableFactors:
    """Return which factors of a market a history of joint dates from `start` holds.

    Yen and dollar curves and USD/JPY make the joint dates. Others, an index, a euro, its bonds, take none away; one
    with fewer than 2,120 of them, or without a value on more than 5 %, has no column and is noted.
    """
    swaps = swap_curves_of(history, market, market.valuation_date)
    estimated = [factor for factor in market.factors if not is_carried(factor, market, swaps)]
    inside = history.loc[pd.Timestamp(start) : pd.Timestamp(market.valuation_date)]
    names = dict.fromkeys(factor.curve or factor.name for factor in estimated)
    beside = [name for name in names if not makes_dates(name)]
    there = {name: _has_value(inside, name) for name in names}
    joint = np.logical_and.reduce([has for name, has in there.items() if name not in beside])
    notes = {name: note for name in beside if (note := _lack(name, inside.index[joint], there[name][joint]))}
    kept = [factor for factor in estimated if (factor.curve or factor.name) not in notes]
    return TableFactors(
        factors=tuple(kept),
        beside=tuple(factor.name for factor in kept if (factor.curve or factor.name) in beside),
        notes=tuple(notes.values()),
    )


def makes_dates(name: str) -> bool:
    """Return whether a price, or a curve of bonds, is of the two centres whose common days paths step on."""
    return name == PRICE_FACTOR or name in (currency_of(code).curves.bond for code in (HOME, DOLLAR))


def quiet_notes(state: FilteredState, joint: JointChanges) -> Iterator[str]:
    """Yield the factors whose vol of the day is a small part of that of their whole history, as when a rate is held.

    `joint` are the changes behind the law. Its slowest average, whose weight is a tenth, keeps a vol above a third of
    that average's.
    """
    usual = np.sqrt(np.nanmean(joint.changes**2 / joint.spans[:, None], axis=0))
    shares = np.sqrt(state.variances) / np.where(usual > 0.0, usual, 1.0)
    low = np.flatnonzero(shares < QUIET)
    if low.size:
        words = ", ".join(f"{state.factors[f]} {100.0 * shares[f]:.0f} %" for f in low)
        yield (
            f"{joint.days[-1]}: vols of the day are far below those since {joint.days[0]}: {words} of them; where a"
            " rate is held down, the law holds nothing of the day on which it is let go: add a stress"
        )


def _states(
    markets: Sequence[Market], table: TableFactors, history: pd.DataFrame, start: date
) -> list[tuple[FilteredState, tuple[str, ...]]]:
    """Return the laws of markets with the same table, and notes on tenors and vols."""
    given = {market.valuation_date: _given(market, table) for market in markets}
    states = filtered_states(history, table.factors, given, start=start, beside=table.beside)
    return [(state, (*joint.notes, *quiet_notes(state, joint))) for state, joint in states]


def _law_alone(market: Market, table: TableFactors, history: pd.DataFrame, start: date) -> LawOfDate:
    try:
        (found,) = _states([market], table, history, start)
    except InputError as error:
        bare = replace(market, filtered=None, no_filtered=str(error))
        return LawOfDate(market=bare, notes=(f"{market.valuation_date}: no law of past days in the market: {error}",))
    return _lawful(market, table, *found)


def _lawful(market: Market, table: TableFactors, state: FilteredState, notes: tuple[str, ...]) -> LawOfDate:
    return LawOfDate(market=replace(market, filtered=state), notes=(*notes, *table.notes))


def _given(market: Market, table: TableFactors) -> Mapping[str, GivenFactor]:
    source = f"assumption: the correlation that the market of {market.valuation_date} has for it; untested"
    known = [factor.name for factor in table.factors]
    return given_factors(market.factors, market.correlation, known, source)


def _has_value(inside: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """Return on which dates a curve has any tenor, or a price a value: (n_dates,)."""
    columns = [str(column) for column in inside.columns if group_of(str(column)) == name]
    return np.asarray(inside[columns].notna().any(axis="columns").to_numpy(), np.bool_)


def _lack(name: str, joint: pd.Index, there: NDArray[np.bool_]) -> str:
    """Return why a market beside Tokyo and New York has no column: too few joint dates (n_joint,), or too many shut."""
    moves = "it moves with the factor that it depends on most, by assumption"
    if not there.any():
        return f"{name} has no history: {moves}"
    lived = there[int(there.argmax()) :]
    first = joint[int(there.argmax())].date()
    if lived.size <= LEAST_DATES:
        return (
            f"{name} begins on {first}: {lived.size:,} joint dates, and {LEAST_DATES + 1:,} are needed: {moves}; give"
            " files that reach further back"
        )
    if (shut := int((~lived).sum())) > MOST_SHUT * lived.size:
        return f"{name} has no value on {shut:,} of {lived.size:,} joint dates since {first}: {moves}"
    return ""
