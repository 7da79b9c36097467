"""A cap on a yield as fields of the law's record, and what its purchases and its end do to each factor."""

from dataclasses import dataclass

import numpy as np

from engine.law.part import LawSetting, Record
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.unwind import Unwind
from engine.scenario.dated_events import event_days
from kernels.types import F64

BP = 1e-4
CAP_FIELDS = ("is_capped", "capped", "cap_begin", "cap_band", "cap_pull", "pull_per_tn")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CapArrays:
    """Fields of kernels.law_layout.ModelArrays for the cap of one law; zeros where there is none."""

    may_end: F64  # (n_steps,) 1: it may end in the step
    shape: F64  # (n_factors,) fall of each factor per unit of pull
    release: F64  # (n_factors,) move of each per unit of all that was pulled, at the end


def cap_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.cap`; none where it is off.

    The cap stands above the yield of the unshocked market: the scenario's own shock brings paths nearer to it.
    """
    part = unwind.cap
    if part is None:
        return {}
    at = setting.names.index(part.factor)
    factor = setting.market.factors[at]
    shocked = setting.market.level(factor) - setting.base.level(factor)
    return {
        **kernel_record(part),
        "is_capped": 1,
        "capped": at,
        "cap_begin": (part.room_bp - part.band_bp) * BP - shocked,
        "cap_band": part.band_bp * BP,
        "cap_pull": part.at_cap_bp * BP,
        "pull_per_tn": part.bp_per_jpy_tn * BP,
    }


def cap_arrays(unwind: Unwind, setting: LawSetting) -> CapArrays:
    """Return what purchases do to each factor, and in which steps the cap may end; a step is a joint date."""
    part, n_factors = unwind.cap, len(setting.names)
    if part is None:
        none = np.zeros(n_factors)
        return CapArrays(may_end=np.zeros(setting.n_steps), shape=none, release=none)
    shape = values(part.shape, setting.names)
    shape[setting.names.index(part.factor)] = 1.0
    may_end = np.ones(setting.n_steps)
    if part.event is not None:
        may_end = np.zeros(setting.n_steps)
        may_end[[day - 1 for _, day in event_days(part.event, setting.market.valuation_date, setting.n_steps)]] = 1.0
    return CapArrays(may_end=may_end, shape=shape, release=shape + values(part.spill, setting.names))
