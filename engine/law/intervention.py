"""Interventions as fields of the law's record: when the ministry comes, how much it moves, what it sells for it."""

import math

from engine.law.part import LawSetting, Record
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.unwind import Unwind

JPY_TN_PER_USD_BN = 1e-3  # one USD bn at one yen a dollar
INTERVENTION_FIELDS = ("intervenes", "log_size", "ust_per_tn")


def intervention_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.intervention`; none where it is off."""
    part = unwind.intervention
    if part is None:
        return {}
    return {
        **kernel_record(part),
        "intervenes": 1,
        "log_size": math.log(part.median_jpy_tn),
        "ust_per_tn": 1.0 / (JPY_TN_PER_USD_BN * setting.market.usdjpy),
    }
