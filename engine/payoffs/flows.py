"""Dated payments of a compiled book in one market, and what has been paid since the valuation date."""

from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """Payments still to come after the valuation date, sorted by position, then date."""

    position: I64  # (n_flows,) index into CompiledBook.position_ids
    curve: Words  # (n_flows,) "JGB", "SOFR": discounts the flow
    currency: Words  # (n_flows,) in which `amount` is paid
    day: I64  # (n_flows,) calendar days from the valuation date, >= 0; 0: interest accrued so far
    amount: F64  # (n_flows,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floats:
    """Overnight interest compounded on one curve and discounted on another: the yen leg of a cross-currency swap.

    Paid on `day`: amount * P(start_day) / P(day), P the projection curve's discount factors (1 at `start_day` 0).
    """

    position: I64  # (n_floats,) index into CompiledBook.position_ids
    curve: Words  # (n_floats,) "XCCY_JPY": discounts
    projection: Words  # (n_floats,) "TONA"
    currency: Words  # (n_floats,)
    start_day: I64  # (n_floats,) calendar days from the valuation date, >= 0
    day: I64  # (n_floats,) of payment, >= start_day
    amount: F64  # (n_floats,) notional with its interest up to `start_day`, received positive


def flow_amounts(flows: Flows, market: Market, spreads: F64, day: int, before: Market) -> F64:
    """Value of every payment on `day`: amount * exp(-(zero(tau) + spread) tau), tau the years left.

    Parameters
    ----------
    market : levels on `day`
    spreads : (n_positions,) decimal per year
    before : levels on the valuation date: what was paid since has grown at their forward rates

    Returns
    -------
    (n_flows,) in each flow's currency
    """
    tau = (flows.day - day) / DAYS_PER_TIME_YEAR
    values = flows.amount * np.exp(-spreads[flows.position] * np.maximum(tau, 0.0))
    ahead = tau >= 0.0
    values[ahead] *= discounts(flows.curve[ahead], tau[ahead], market)
    paid = ~ahead
    if paid.any():
        curve, then = flows.curve[paid], flows.day[paid] / DAYS_PER_TIME_YEAR
        now = np.full(then.size, day / DAYS_PER_TIME_YEAR)
        values[paid] *= discounts(curve, then, before) / discounts(curve, now, before)
    return values


def float_amounts(floats: Floats, market: Market, day: int, before: Market) -> F64:
    """Value of every payment of interest projected on another curve, on `day`: (n_floats,) in its currency.

    amount * P(start) / P(pay) * D(pay), P on the projection curve. The part of a running period that lies between the
    valuation date and `day` has been fixed at the forward rates of `before`. Other arguments as in `flow_amounts`.
    """
    now = day / DAYS_PER_TIME_YEAR
    start, end = floats.start_day / DAYS_PER_TIME_YEAR, floats.day / DAYS_PER_TIME_YEAR
    fixed_to = np.minimum(end, np.maximum(start, now))
    fixed = discounts(floats.projection, start, before) / discounts(floats.projection, fixed_to, before)
    ahead = np.maximum(fixed_to - now, 0.0), np.maximum(end - now, 0.0)
    projected = discounts(floats.projection, ahead[0], market) / discounts(floats.projection, ahead[1], market)
    values = floats.amount * fixed * projected * discounts(floats.curve, ahead[1], market)
    paid = end < now
    grown = discounts(floats.curve, end, before) / discounts(floats.curve, np.full(end.size, now), before)
    return np.asarray(np.where(paid, values * grown, values))
