"""Swaptions of a compiled book in one market, by Bachelier's formula on the forward swap rate."""

from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.black import bachelier
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, sums
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swaptions:
    """European swaptions, cash or physical alike: Bachelier on the forward swap rate."""

    position: I64  # (n_swaptions,)
    currency: Words  # (n_swaptions,)
    curve: Words  # (n_swaptions,) projects and discounts: "TONA", "SOFR"
    expiry_day: I64  # (n_swaptions,)
    payer: I64  # (n_swaptions,) 1: pays fixed, -1: receives fixed
    quantity: F64  # (n_swaptions,) notional, bought positive
    strike: F64  # (n_swaptions,) decimal
    market_vol: F64  # (n_swaptions,) given normal vol, decimal per sqrt(year); NaN: a premium is given
    float_range: I64  # (n_swaptions, 2) flows below: +1 at the start, -1 at the end
    annuity_range: I64  # (n_swaptions, 2) flows below: accrual fractions
    day: I64  # (n_swaption_flows,) calendar days
    amount: F64  # (n_swaption_flows,) per 1 of notional


def float_and_annuity(swaptions: Swaptions, market: Market, day: int = 0) -> tuple[F64, F64]:
    """Value on `day` of each swap's floating leg and of a fixed rate of 1: (n_swaptions,) each, per 1 of notional."""
    return _leg(swaptions, swaptions.float_range, market, day), _leg(swaptions, swaptions.annuity_range, market, day)


def swaption_values(swaptions: Swaptions, market: Market, normal_vol: F64, day: int = 0) -> F64:
    """Value on `day`: quantity * annuity * Bachelier(forward rate, strike, vol * sqrt(time)).

    normal_vol (n_swaptions,) decimal per sqrt(year), as `Fits` has it. Returns (n_swaptions,) in each one's currency.
    """
    floating, annuity = float_and_annuity(swaptions, market, day)
    time = np.maximum(swaptions.expiry_day - day, 0) / DAYS_PER_TIME_YEAR
    moneyness = swaptions.payer * (floating / annuity - swaptions.strike)
    return np.asarray(swaptions.quantity * annuity * bachelier(moneyness, normal_vol * np.sqrt(time)))


def _leg(swaptions: Swaptions, ranges: I64, market: Market, day: int) -> F64:
    sizes = ranges[:, 1] - ranges[:, 0]
    owner = np.repeat(np.arange(sizes.size), sizes)
    row = np.repeat(ranges[:, 0] - (np.cumsum(sizes) - sizes), sizes) + np.arange(owner.size)
    tau = np.maximum(swaptions.day[row] - day, 0) / DAYS_PER_TIME_YEAR
    values = swaptions.amount[row] * discounts(swaptions.curve[owner], tau, market)
    return sums(owner, values, sizes.size)
