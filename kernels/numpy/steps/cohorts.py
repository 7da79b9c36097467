"""Carry trades by the date of their entry, stopped out as each cohort's worst loss grows, and sold on the dates after.

Twins in numba/ and cuda/. Of a stock in equal parts, one a cohort, a loss l beyond all before stops a share
min(most, slope max(0, l - start)) of its cohort. What a close asks for waits, and of what waits a date sells a limit.
"""

from dataclasses import dataclass

import numpy as np

from kernels.law_layout import Law, ModelArrays
from kernels.numpy.steps.rows import Carried
from kernels.types import F64, Array


@dataclass(slots=True)
class Cohorts:
    """What paths carry of the carry trades."""

    entry: F64  # (n_cohorts, n_ids) ln of the value, of USD/JPY and what is held, from the start
    stopped: F64  # (n_cohorts, n_ids) share of the cohort
    waiting: F64  # (n_ids,) share of the stock to be sold


def start_cohorts(model: ModelArrays, d: int, n_ids: int) -> Cohorts:
    """Return the carry trades of law d at the start."""
    law = model.laws[d]
    n = int(law.n_cohorts)
    entry, stopped = (np.repeat(each[d, :n, None], n_ids, 1) for each in (model.cohort_entry, model.cohort_stopped))
    return Cohorts(entry=entry, stopped=stopped, waiting=np.full(n_ids, law.waiting))


def sell_waiting(law: Law, cohorts: Cohorts, carried: Carried) -> F64:
    """Sell what waits, up to a date's limit, and return what is sold: (n_ids,) shares of the stock."""
    sold = np.minimum(cohorts.waiting, law.stop_limit)
    cohorts.waiting = cohorts.waiting - sold
    carried.carry_sold = carried.carry_sold + law.carry_stock * sold
    return np.asarray(sold)


def stop_cohorts(model: ModelArrays, d: int, step: int, state: Array, carried: Carried, cohorts: Cohorts) -> None:
    """Stop cohorts by new worst losses at a close, and renew the oldest: state (n_factors, n_ids) after the step."""
    law = model.laws[d]
    value = state[law.fx] + model.cohort_holdings[d] @ state.astype(np.float64)
    value = value + law.held_impact * carried.impact(law.long_run)
    share = np.clip(law.stop_slope * (cohorts.entry - value - law.stop_start), 0.0, law.stop_most)
    share = np.maximum(cohorts.stopped, share)
    cohorts.waiting = cohorts.waiting + (share - cohorts.stopped).sum(axis=0) / law.n_cohorts
    cohorts.stopped = share
    oldest = step % int(law.n_cohorts)
    cohorts.entry[oldest], cohorts.stopped[oldest] = value, 0.0
