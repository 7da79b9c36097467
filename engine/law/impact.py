"""What sales do to prices: fields of the law's record, and each factor's move."""

import math

import numpy as np

from engine.law.part import LawSetting, Record
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.factor_names import JGB_CURVE, TEN_YEARS, UST_CURVE
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.unwind import Unwind
from kernels.types import F64

UNIT = 1e-6  # bp per USD 100 bn as a decimal yield per USD bn
NO_IMPACT = -600.0  # the logarithm of no impact at all: its exponential is 0, where that of 0 would be 1
IMPACT_FIELDS = ("log_impact", "impact_sd", "fading")


def impact_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.impact`: a decimal yield, of the 5-year Treasury, per USD bn."""
    part = unwind.impact
    if part is None:
        return {"log_impact": NO_IMPACT}
    per_bn = part.ust_bp_per_100_bn * UNIT
    return {
        **kernel_record(part),
        "log_impact": math.log(per_bn) if per_bn > 0.0 else NO_IMPACT,
        "impact_sd": part.ust_log_sd if per_bn > 0.0 else 0.0,
        "fading": math.exp(-part.fading_per_year * setting.dt),
    }


def impact_shape(unwind: Unwind, market: Market) -> F64:
    """Return the move of each factor per unit of the impact on the 5-year Treasury yield: (n_factors,).

    Prices move by their beta to the 10-year Treasury. The share of the proceeds that buys JGBs lowers their yields by
    as much per USD as Treasuries' of the same maturity rise, the shape being linear between pillars and flat beyond.
    """
    names = [factor.name for factor in market.factors]
    if unwind.impact is None or unwind.impact.ust_bp_per_100_bn == 0.0:
        return np.zeros(len(names))
    shape = values(unwind.impact.shape, names)
    on_ten = float(shape[names.index(TEN_YEARS)])
    moves = shape + values(unwind.impact.betas, names) * on_ten
    share = unwind.repatriation.into_jgb if unwind.repatriation else 0.0
    at = [(factor.pillar or 0.0, shape[i]) for i, factor in enumerate(market.factors) if factor.curve == UST_CURVE]
    times, sizes = np.array(sorted(at)).T
    for i, factor in enumerate(market.factors):
        if factor.kind is FactorKind.RATE and factor.curve == JGB_CURVE:
            moves[i] -= share * float(np.interp(factor.pillar or 0.0, times, sizes))
    return np.asarray(moves)
