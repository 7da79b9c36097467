"""Swaptions of a compiled book in one market, by Bachelier's formula on the forward swap rate."""

import numpy as np
import numpy.typing as npt

from engine.book.compiled import Swaptions
from engine.book.pricing.curves import DAYS_PER_TIME_YEAR, discounts, sums
from engine.book.pricing.options import bachelier
from engine.market.market import Market

F64 = npt.NDArray[np.float64]


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


def _leg(swaptions: Swaptions, ranges: npt.NDArray[np.int64], market: Market, day: int) -> F64:
    sizes = ranges[:, 1] - ranges[:, 0]
    owner = np.repeat(np.arange(sizes.size), sizes)
    row = np.repeat(ranges[:, 0] - (np.cumsum(sizes) - sizes), sizes) + np.arange(owner.size)
    tau = np.maximum(swaptions.day[row] - day, 0) / DAYS_PER_TIME_YEAR
    values = swaptions.amount[row] * discounts(swaptions.curve[owner], tau, market)
    return sums(owner, values, sizes.size)
