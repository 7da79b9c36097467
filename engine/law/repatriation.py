"""Repatriation as fields of the law's record."""

import math

from engine.law.part import LawSetting, Record
from engine.mechanisms.factor_names import TEN_YEARS, pickup_factors
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.unwind import Unwind

WEIGHTS = (1.0, -1.0, 1.0, -1.0)  # of `pickup_factors` in the pick-up
REPATRIATION_FIELDS = (
    *("years", "hazard", "start_held"),
    *(f"pickup_{k + 1}" for k in range(len(WEIGHTS))),
    *(f"weight_{k + 1}" for k in range(len(WEIGHTS))),
)


def repatriation_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.repatriation`; none where it is off, or the pick-up lacks a factor.

    The scenario's own shock counts, as for the carry trade: by the pick-up, within the hazard, and as loss.
    """
    market, base = setting.market, setting.base
    part, pickup = unwind.repatriation, pickup_factors(market.factors)
    if part is None or pickup is None:
        return {}
    shocked = {factor.name: market.level(factor) - base.level(factor) for factor in market.factors}
    rise, fall = shocked[TEN_YEARS], math.log(base.usdjpy / market.usdjpy)
    wider = math.fsum(weight * shocked[name] for weight, name in zip(WEIGHTS, pickup, strict=True))
    return {
        **kernel_record(part),
        "years": setting.dt,
        "hazard": part.hazard + part.per_pickup * wider,
        "start_held": part.duration * rise + part.unhedged * fall,
        **{f"pickup_{k + 1}": setting.names.index(name) for k, name in enumerate(pickup)},
        **{f"weight_{k + 1}": weight for k, weight in enumerate(WEIGHTS)},
    }
