"""USD/JPY calls of a compiled book in one market."""

from dataclasses import dataclass

import numpy as np

from engine.conventions.currencies import FX_CURVES
from engine.market.fx_vols import smile_value
from engine.market.lookup import fx_vols
from engine.market.market import Market
from engine.payoffs.black import black_call
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, zero_curve
from kernels.types import F64, I64

PAIR = "USDJPY"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FxOptions:
    """European calls on USD against JPY. Puts, digitals and strangles are written as these and flows.

    The fixing of an NDF is a call on no dollars: from `expiry_day` on its flows are worth their difference.
    """

    position: I64  # (n_options,)
    expiry_day: I64  # (n_options,) calendar days from the valuation date, >= 1; vol and payoff
    delivery_day: I64  # (n_options,) calendar days, >= expiry_day; discounting
    strike: F64  # (n_options,) JPY per USD
    amount: F64  # (n_options,) USD, bought positive
    market_vol: F64  # (n_options,) given lognormal vol; NaN: none


def option_forwards(options: FxOptions, market: Market, day: int) -> tuple[F64, F64]:
    """Forward for delivery [JPY per USD] and yen discount factor of each option, on `day`: (n_options,) each."""
    tau = np.maximum(options.delivery_day - day, 0) / DAYS_PER_TIME_YEAR
    if not tau.size:
        return tau, tau  # a market without these curves serves a book without options
    domestic, foreign = (zero_curve(FX_CURVES[currency], market).discount(tau) for currency in ("JPY", "USD"))
    return market.usdjpy * foreign / domestic, domestic


def option_vols(options: FxOptions, market: Market, forwards: F64, day: int) -> F64:
    """Vol of each option's strike on the market's surface, on `day`; 0 once expired: (n_options,)."""
    vols = np.zeros(options.strike.size)
    if not options.amount.any():
        return vols  # nothing, or fixings only
    surface = fx_vols(market, PAIR)
    for expiry in np.unique(options.expiry_day).tolist():
        if expiry > day:
            time, mine = (expiry - day) / DAYS_PER_TIME_YEAR, options.expiry_day == expiry
            atm = float(surface.atm_vol(time))
            moneyness = np.log(options.strike[mine] / forwards[mine]) / (atm * np.sqrt(time))
            vols[mine] = atm * smile_value(surface.smile_at(time), moneyness)
    return vols


def option_values(options: FxOptions, market: Market, vol_ratio: F64, day: int = 0) -> F64:
    """Value of every option on `day`: amount * D_JPY * Black(F, K, ratio * vol * sqrt(time)). (n_options,) [JPY].

    vol_ratio (n_options,) multiplies the surface's vol, so that a given vol or premium is met; `Fits` has it.
    """
    forwards, domestic = option_forwards(options, market, day)
    time = np.maximum(options.expiry_day - day, 0) / DAYS_PER_TIME_YEAR
    std = vol_ratio * option_vols(options, market, forwards, day) * np.sqrt(time)
    return np.asarray(options.amount * domestic * black_call(forwards, options.strike, std))
