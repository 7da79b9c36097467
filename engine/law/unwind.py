"""The unwind of a scenario as the kernels' arrays: what a law has beside its diffusion."""

import math
from dataclasses import dataclass

import numpy as np

from engine.law.fat_tails import mixing_quantiles
from engine.law.jumps import JumpArrays, jump_arrays
from engine.law.regimes import initial_probabilities, transition_table
from engine.market.factors import PRICE_FACTOR, FactorKind
from engine.market.market import Market
from engine.mechanisms.sizes import values
from engine.mechanisms.unwind import Unwind
from engine.scenario.needs import TEN_YEARS, pickup_factors
from kernels.types import F64

N_LAGS = 5  # closes that hazards and interventions look back
UNIT = 1e-6  # bp per USD 100 bn as a decimal yield per USD bn
JPY_TN_PER_USD_BN = 1e-3  # one USD bn at one yen a dollar
WEIGHTS = (1.0, -1.0, 1.0, -1.0)  # of `pickup_factors` in the pick-up
NO_IMPACT = -600.0  # the logarithm of an impact that is none: exp would make 1 of a 0 left out

Record = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnwindLaw:
    """Fields of kernels.base.ModelArrays for one law, and its record."""

    record: Record  # fields of kernels.base.LAW; those left out are 0
    quantiles: F64  # (N_QUANTILES,), or (1,) of 1 where the law does not mix
    initial: F64  # (n_regimes,)
    transitions: F64  # (n_regimes, n_regimes, 2)
    jumps: JumpArrays
    impact: F64  # (n_factors,)
    scheduled: F64  # (n_steps,)

    def key(self) -> bytes:
        """Equal for equal laws."""
        jumps = self.jumps
        arrays = (self.quantiles, self.initial, self.transitions, self.impact, self.scheduled)
        of_jumps = (jumps.step, jumps.tails, jumps.mean, jumps.loadings)
        return repr(sorted(self.record.items())).encode() + b"".join(a.tobytes() for a in (*arrays, *of_jumps))


def unwind_law(unwind: Unwind, market: Market, base: Market, dt: float, n_steps: int) -> UnwindLaw:
    """Arrays of `unwind` around a shocked `market`, for steps of `dt` years; `base` is the market unshocked."""
    names = tuple(factor.name for factor in market.factors)
    regimes = tuple(regime.name for regime in unwind.regimes)
    jumps = jump_arrays(unwind.jumps, regimes, names, dt)
    scheduled = np.zeros(n_steps)
    for day, usd_bn in unwind.scheduled_sales:
        if day <= n_steps:
            scheduled[day - 1] += usd_bn
    return UnwindLaw(
        record={
            "is_unwind": int(unwind.is_daily or unwind.nu is not None),
            "n_regimes": max(1, len(regimes)),
            "mixes": int(unwind.nu is not None),
            "last_jump": len(unwind.jumps),
            "fx": names.index(PRICE_FACTOR) if PRICE_FACTOR in names else 0,
            "ust": names.index(TEN_YEARS) if TEN_YEARS in names else 0,
            **_lags(market, base.usdjpy),
            **_intervention(unwind, market),
            **_carry(unwind, market, base.usdjpy, dt),
            **_repatriation(unwind, market, base, dt),
            **_impact(unwind, dt),
        },
        quantiles=np.ones(1) if unwind.nu is None else mixing_quantiles(unwind.nu),
        initial=initial_probabilities(unwind.regimes),
        transitions=transition_table(unwind.regimes, unwind.hazards, dt),
        jumps=jumps,
        impact=impact_shape(unwind, market),
        scheduled=scheduled,
    )


def impact_shape(unwind: Unwind, market: Market) -> F64:
    """Move of each factor per unit of the impact on the 5-year Treasury yield: (n_factors,).

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
    at = [(factor.pillar or 0.0, shape[i]) for i, factor in enumerate(market.factors) if factor.curve == "UST"]
    times, sizes = np.array(sorted(at)).T
    for i, factor in enumerate(market.factors):
        if factor.kind is FactorKind.RATE and factor.curve == "JGB":
            moves[i] -= share * float(np.interp(factor.pillar or 0.0, times, sizes))
    return np.asarray(moves)


def _lags(market: Market, base_usdjpy: float) -> Record:
    """ln USD/JPY at the five closes before, from the shocked start: a market without them was flat before the shock."""
    closes = market.previous_usdjpy or (base_usdjpy,) * N_LAGS
    return {f"lag_{k + 1}": math.log(close / market.usdjpy) for k, close in enumerate(closes[:N_LAGS])}


def _intervention(unwind: Unwind, market: Market) -> Record:
    given = unwind.intervention
    if given is None:
        return {}
    return {
        "intervenes": 1,
        "rise_logit": given.rise_logit,
        "fall_logit": given.fall_logit,
        "logit_per_move": given.per_move,
        "log_size": math.log(given.median_jpy_tn),
        "size_sd": given.log_sd,
        "fx_per_tn": given.log_move_per_jpy_tn,
        "ust_per_tn": 1.0 / (JPY_TN_PER_USD_BN * market.usdjpy),
        "feeds_back": 1,  # so that what is sold for it is counted, with or without an impact
    }


def _carry(unwind: Unwind, market: Market, base_usdjpy: float, dt: float) -> Record:
    """The loss at the start is that of the scenario's own shock."""
    given = unwind.carry
    if given is None:
        return {}
    return {
        "feeds_back": 1,
        "carry_stock": given.stock_usd_bn,
        "leverage": given.leverage,
        "start_loss": math.log(base_usdjpy / market.usdjpy),
        "carry_per_step": given.earned_per_year * dt,
        "stop_loss": given.stop_loss,
        "stop_slope": given.stop_slope,
        "stop_most": given.stop_most,
    }


def _repatriation(unwind: Unwind, market: Market, base: Market, dt: float) -> Record:
    """The scenario's own shock counts, as for the carry trade: by the pick-up, within the hazard, and as loss."""
    given, pickup = unwind.repatriation, pickup_factors(market.factors)
    if given is None or pickup is None:
        return {}
    names = [factor.name for factor in market.factors]
    shocked = {factor.name: market.level(factor) - base.level(factor) for factor in market.factors}
    rise, fall = shocked[TEN_YEARS], math.log(base.usdjpy / market.usdjpy)
    wider = math.fsum(weight * shocked[name] for weight, name in zip(WEIGHTS, pickup, strict=True))
    return {
        "feeds_back": 1,
        "ust_stock": given.stock_usd_bn,
        "years": dt,
        "hazard": given.hazard + given.per_pickup * wider,
        "hazard_per_pickup": given.per_pickup,
        "hazard_per_loss": given.per_loss,
        "hazard_most": given.most,
        "duration": given.duration,
        "unhedged": given.unhedged,
        "start_held": given.duration * rise + given.unhedged * fall,
        **{f"pickup_{k + 1}": names.index(name) for k, name in enumerate(pickup)},
        **{f"weight_{k + 1}": weight for k, weight in enumerate(WEIGHTS)},
    }


def _impact(unwind: Unwind, dt: float) -> Record:
    """The impact is a decimal yield, of the 5-year Treasury, per USD bn."""
    feeds_back = int(bool(unwind.scheduled_sales))
    given = unwind.impact
    if given is None:
        return {"feeds_back": feeds_back, "log_impact": NO_IMPACT} if feeds_back else {"log_impact": NO_IMPACT}
    per_bn = given.ust_bp_per_100_bn * UNIT
    return {
        "feeds_back": 1,
        "fx_per_bn": given.fx_log_per_usd_bn,
        "log_impact": math.log(per_bn) if per_bn > 0.0 else NO_IMPACT,
        "impact_sd": given.ust_log_sd if per_bn > 0.0 else 0.0,
        "long_run": given.long_run,
        "fading": math.exp(-given.fading_per_year * dt),
    }
