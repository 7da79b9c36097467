"""Drifts in every regime, as arrays."""

from dataclasses import replace

import numpy as np

from engine.law.diffusion import reverting_time
from engine.law.part import LawSetting
from engine.law.past.filtered import RowLaw, RowSteps
from engine.market.market import Market
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.unwind import Unwind
from kernels.types import F64


def drifts_per_year(unwind: Unwind, market: Market) -> F64:
    """Return what `unwind.drifts` adds to every regime's drift, per year, in the states' units: (n_factors,)."""
    return values(unwind.drifts, [factor.name for factor in market.factors])


def drifted_rows(unwind: Unwind, setting: LawSetting, rows: RowLaw, steps: RowSteps) -> RowSteps:
    """Return steps by rows with `unwind.drifts` in them; a factor with a history goes back nowhere."""
    years = np.where(rows.follows != 0, setting.dt, reverting_time(setting.market.kappas, setting.dt))
    return replace(steps, drift=steps.drift + drifts_per_year(unwind, setting.market) * years)
