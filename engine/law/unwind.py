"""The unwind of a scenario as the kernels' arrays: what a law has beside its diffusion."""

import math
from dataclasses import dataclass

from engine.law.cap import CapArrays, cap_arrays
from engine.law.carry import CohortArrays, cohort_arrays
from engine.law.fat_tails import law_quantiles
from engine.law.impact import impact_shape
from engine.law.jumps import JumpArrays, jump_arrays
from engine.law.part import LawSetting, Record
from engine.law.regimes import initial_probabilities, transition_table
from engine.law.registry import law_part
from engine.law.scheduled_sales import sales_by_step
from engine.mechanisms.factor_names import TEN_YEARS, USDJPY
from engine.mechanisms.registry import MECHANISMS, is_daily
from engine.mechanisms.unwind import Unwind
from kernels.law_layout import LAW
from kernels.types import F64

N_LAGS = 5  # closes that hazards and interventions look back
STRUCTURAL = ("is_unwind", "feeds_back", "fx", "ust", *(f"lag_{k + 1}" for k in range(N_LAGS)))  # of no one mechanism


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnwindLaw:
    """Fields of kernels.law_layout.ModelArrays for one law, and its record."""

    record: Record  # every field of kernels.law_layout.LAW; 0 of what is off
    quantiles: F64  # (N_QUANTILES,), or (1,) of 1 where the law does not mix
    initial: F64  # (n_regimes,)
    transitions: F64  # (n_regimes, n_regimes, 2)
    jumps: JumpArrays
    impact: F64  # (n_factors,)
    scheduled: F64  # (n_steps,)
    cohorts: CohortArrays
    cap: CapArrays

    def key(self) -> bytes:
        """Return bytes that are equal for equal laws."""
        jumps = self.jumps
        arrays = (self.quantiles, self.initial, self.transitions, self.impact, self.scheduled)
        of_jumps = (jumps.step, jumps.tails, jumps.mean, jumps.loadings)
        trades = (self.cohorts.entry, self.cohorts.stopped, self.cohorts.with_fx, self.cohorts.holdings)
        of_cap = (self.cap.may_end, self.cap.shape, self.cap.release)
        numbers = (*arrays, *of_jumps, *trades, *of_cap)
        return repr(sorted(self.record.items())).encode() + b"".join(a.tobytes() for a in numbers)


def unwind_law(unwind: Unwind, setting: LawSetting) -> UnwindLaw:
    """Return the arrays of `unwind` around a market in a scenario, for steps of `setting.dt` years."""
    record = dict.fromkeys(LAW.names or (), 0.0) | _structural_record(unwind, setting)
    for key in MECHANISMS:
        if (record_of := law_part(key).record) is not None:
            record |= record_of(unwind, setting)
    regimes = tuple(regime.name for regime in unwind.regimes)
    return UnwindLaw(
        record=record,
        quantiles=law_quantiles(unwind.nu),
        initial=initial_probabilities(unwind.regimes),
        transitions=transition_table(unwind.regimes, unwind.hazards, setting.dt),
        jumps=jump_arrays(unwind.jumps, regimes, setting.names, setting.dt),
        impact=impact_shape(unwind, setting.market),
        scheduled=sales_by_step(unwind.scheduled_sales, setting.n_steps),
        cohorts=cohort_arrays(unwind, setting),
        cap=cap_arrays(unwind, setting),
    )


def _structural_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the factors that mechanisms look at, and ln USD/JPY at the closes before, from the shocked start.

    A market without closes was flat before the shock. An intervention feeds back with or without an impact, so that
    what is sold for it is counted.
    """
    names, market = setting.names, setting.market
    closes = market.previous_usdjpy or (setting.base.usdjpy,) * N_LAGS
    return {
        "is_unwind": int(is_daily(unwind) or unwind.nu is not None),
        "feeds_back": int(any(law_part(key).feeds_back and unwind.part(key) not in (None, ()) for key in MECHANISMS)),
        "fx": names.index(USDJPY) if USDJPY in names else 0,
        "ust": names.index(TEN_YEARS) if TEN_YEARS in names else 0,
        **{f"lag_{k + 1}": math.log(close / market.usdjpy) for k, close in enumerate(closes[:N_LAGS])},
    }
