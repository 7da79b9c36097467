"""Carry trades as fields of the law's record, the cohorts at the start, and rows net of what they sold."""

import math
from dataclasses import dataclass, replace

import numpy as np

from engine.conventions.currencies import HOME, fx_quote
from engine.errors import InputError
from engine.law.impact import impact_shape
from engine.law.part import LawSetting, Record
from engine.law.past.filtered import RowLaw, row_loadings, weekday_variances
from engine.market.filtered import FilteredState
from engine.market.loop_record import LoopRecord, inferred_sales
from engine.mechanisms.carry import Carry, shape_of
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.loop import loop_strength
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.unwind import Unwind
from kernels.types import F64

CARRY_FIELDS = ("fx_per_stock", "stop_start", "stop_slope", "waiting", "held_impact")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortArrays:
    """Fields of kernels.law_layout.ModelArrays for the carry trades of one law; no cohorts where there are none."""

    entry: F64  # (n_cohorts,) ln of the value at which each entered, less that at the start; oldest first
    stopped: F64  # (n_cohorts,) share of each that is stopped at the start
    waiting: float  # share of the stock that waits to be sold
    with_fx: F64  # (n_factors,) what a unit of USD/JPY's residual is in each factor's
    holdings: F64  # (n_factors,) log move of a cohort's value per deviation, beside ln USD/JPY's
    value_per_fx: float  # log move of a cohort's value per one of USD/JPY by sales, at the vols of the start


def carry_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.carry`; none where it is off."""
    part = unwind.carry
    if part is None:
        return {}
    shape = shape_of(part)
    return {
        **kernel_record(part),
        "fx_per_stock": loop_strength(part, unwind.impact),
        "stop_start": shape.start,
        "stop_slope": shape.slope,
        "waiting": cohort_arrays(unwind, setting).waiting,
        "held_impact": float(_holdings(part, setting) @ impact_shape(unwind, setting.market)),
    }


def cohort_arrays(unwind: Unwind, setting: LawSetting) -> CohortArrays:
    """Return the carry trades at the start, as the record has them on the market's date.

    The scenario's own shock counts as a move of that date: what it stops waits.
    """
    if unwind.carry is None:
        none, zeros = np.zeros(0), np.zeros(len(setting.names))
        return CohortArrays(entry=none, stopped=none, waiting=0.0, with_fx=zeros, holdings=zeros, value_per_fx=1.0)
    shape, (state, record) = shape_of(unwind.carry), _record_of(setting)
    at_close = inferred_sales(record.moves, shape)
    holdings = _holdings(unwind.carry, setting)
    entry = at_close.losses + math.log(setting.base.usdjpy / setting.market.usdjpy)
    for f in np.flatnonzero(holdings).tolist():
        factor = setting.market.factors[f]
        entry = entry + holdings[f] * math.log(setting.base.level(factor) / setting.market.level(factor))
    with_fx, sds = _with_fx(unwind, setting, state), np.sqrt(weekday_variances(state, setting.market))
    before, stopped = (shape.stopped(worst) for worst in (at_close.worst, np.maximum(at_close.worst, entry)))
    return CohortArrays(
        entry=entry,
        stopped=stopped,
        waiting=at_close.waiting + float((stopped - before).sum()) / shape.cohorts,
        with_fx=with_fx,
        holdings=holdings,
        value_per_fx=1.0 + float(holdings @ (with_fx * sds)) / float(sds[setting.names.index(USDJPY)]),
    )


def _holdings(carry: Carry, setting: LawSetting) -> F64:
    """Return the log move of a cohort's value per deviation of each factor, beside that of ln USD/JPY: (n_factors,).

    A share in a price in yen counts in place of USD/JPY; one in a foreign price with its currency's rate: in dollars
    USD/JPY then counts whole.
    """
    held, fx = values(carry.holdings, setting.names), setting.names.index(USDJPY)
    found = held.copy()
    for f in np.flatnonzero(held).tolist():
        currency = setting.market.factors[f].currency
        if currency is not None and currency != HOME:
            found[setting.names.index(fx_quote(currency).factor)] += held[f]
        found[fx] -= held[f]
    return np.asarray(found)


def _with_fx(unwind: Unwind, setting: LawSetting, state: FilteredState) -> F64:
    """Return what a unit of USD/JPY's residual, of sales, is in each factor's: (n_factors,).

    Its loading on USD/JPY; of a follower without a history its beta, by the standard deviations of the start: on a day
    whose vol of USD/JPY is twice that, sales move it half as much by the same fall.
    """
    found = row_loadings(state, setting.names)[:, state.factors.index(USDJPY)].copy()
    sds = np.sqrt(weekday_variances(state, setting.market))
    fx = setting.names.index(USDJPY)
    for name, beta in unwind.impact.followers if unwind.impact else ():
        at = setting.names.index(name)
        if name not in state.factors and sds[at] > 0.0:
            found[at] = beta * sds[fx] / sds[at]
    return found


def net_rows(unwind: Unwind, setting: LawSetting, rows: RowLaw) -> RowLaw:
    """Return the rows net of what the cohorts sold on their dates, so that no sale of the record counts twice.

    What sales did is added to a date's residual of USD/JPY before the cut; factors without a history go along.
    """
    if unwind.carry is None:
        return rows
    state, record = _record_of(setting)
    n, fx = len(state.rows), state.factors.index(USDJPY)
    push = inferred_sales(record.moves, shape_of(unwind.carry)).sold[-n:] / record.sds[-n:]
    net = record.residuals[-n:] + loop_strength(unwind.carry, unwind.impact) * push
    net = np.clip(net, -state.cap, state.cap)
    added = np.outer(net - state.rows[:, fx], row_loadings(state, setting.names)[:, fx])
    return replace(rows, residuals=rows.residuals + added)


def _record_of(setting: LawSetting) -> tuple[FilteredState, LoopRecord]:
    state = setting.market.filtered
    if state is None or state.loop is None:
        raise InputError("the market has no record of USD/JPY: `unwind calibrate --loop` writes [law.loop]")
    return state, state.loop
