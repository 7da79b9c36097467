"""Carry stops as fields of the law's record."""

import math

from engine.law.part import LawSetting, Record
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.unwind import Unwind

CARRY_FIELDS = ("start_loss", "carry_per_step")


def carry_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.carry`; none where it is off.

    The loss at the start is that of the scenario's own shock.
    """
    part = unwind.carry
    if part is None:
        return {}
    return {
        **kernel_record(part),
        "start_loss": math.log(setting.base.usdjpy / setting.market.usdjpy),
        "carry_per_step": part.earned_per_year * setting.dt,
    }
