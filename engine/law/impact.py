"""What sales do to prices: fields of the law's record, and each factor's move."""

import math
from itertools import accumulate

import numpy as np

from engine.law.part import LawSetting, Record
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.factor_names import JGB_CURVE, TEN_YEARS, UST_CURVE
from engine.mechanisms.parameters.parameter import kernel_record
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.parameters.studies import law_of_studies
from engine.mechanisms.unwind import Unwind
from kernels.law_layout import MAX_STUDIES
from kernels.types import F64

UNIT = 1e-6  # bp per USD 100 bn as a decimal yield per USD bn
BP = 1e-4
_NUMBERS = range(1, MAX_STUDIES + 1)
IMPACT_FIELDS = (
    *("fx_low", "fx_high", "per_cap", "fading"),
    *(f"study_{k}" for k in _NUMBERS[:-1]),
    *(f"{end}_{k}" for end in ("low", "high") for k in _NUMBERS),
)


def impact_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.impact`: a decimal yield, of the 5-year Treasury, per USD bn."""
    part = unwind.impact
    if part is None:
        return {}
    law = law_of_studies(part.studies)
    reached = [*accumulate(law.weights[:-1]), *[1.0] * MAX_STUDIES]  # 1 is beyond what a path draws: none comes after
    lows, highs = ([*each, *[0.0] * MAX_STUDIES] for each in (law.lows, law.highs))
    return {
        **kernel_record(part),
        "fx_low": part.fx_log_per_usd_bn * part.fx_least,
        "fx_high": part.fx_log_per_usd_bn * part.fx_most,
        **{f"study_{k}": reached[k - 1] for k in _NUMBERS[:-1]},
        **{f"low_{k}": lows[k - 1] * UNIT for k in _NUMBERS},
        **{f"high_{k}": highs[k - 1] * UNIT for k in _NUMBERS},
        "per_cap": 1.0 / (part.cap_bp * BP),
        "fading": math.exp(-part.fading_per_year * setting.dt),
    }


def impact_shape(unwind: Unwind, market: Market) -> F64:
    """Return the move of each factor per unit of the impact on the 5-year Treasury yield: (n_factors,).

    Prices move by their beta to the 10-year Treasury. The share of the proceeds that buys JGBs lowers their yields by
    as much per USD as Treasuries' of the same maturity rise, the shape being linear between pillars and flat beyond.
    """
    names = [factor.name for factor in market.factors]
    if unwind.impact is None or not any(each.high_bp for each in unwind.impact.studies):
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
