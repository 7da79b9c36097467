"""Quantities of price factors of a compiled book in one market: held outright, or as index futures."""

from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Amounts of currency held now: cash and settled FX."""

    position: I64  # (n_units,) index into CompiledBook.position_ids
    currency: Words  # (n_units,)
    quantity: F64  # (n_units,) in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdings:
    """Quantities of a PRICE factor's level: index positions, index futures, EM assets."""

    position: I64  # (n_holdings,) index into CompiledBook.position_ids
    factor: Words  # (n_holdings,) "SPX"
    currency: Words  # (n_holdings,) of the factor's level
    quantity: F64  # (n_holdings,) of the level, owned positive
    expiry_day: I64  # (n_holdings,) calendar days, of a future; 0: held outright
    market_price: F64  # (n_holdings,) of a future; NaN: none given, it trades at the level


def factor_levels(holdings: Holdings, market: Market) -> F64:
    """Level of each holding's factor: (n_holdings,). Raises InputError for one that the market lacks or quotes in
    another currency."""
    prices = {factor.name: factor for factor in market.factors if factor.kind is FactorKind.PRICE}
    levels = np.zeros(holdings.quantity.size)
    for name, currency in sorted(set(zip(holdings.factor.tolist(), holdings.currency.tolist(), strict=True))):
        if name not in prices:
            raise InputError(
                f"the market has no price factor {name!r}, which the book needs; it has {', '.join(prices)}"
            )
        if prices[name].currency != currency:
            raise InputError(
                f"factor {name!r} is quoted in {prices[name].currency}, the book holds it in {currency}; the currency"
                " of a position is its factor's"
            )
        levels[(holdings.factor == name) & (holdings.currency == currency)] = market.level(prices[name])
    return levels


def holding_values(holdings: Holdings, market: Market, carry: F64, reference: F64, day: int = 0) -> F64:
    """Value on `day`: quantity * (level * exp(carry * years to expiry) - reference), in each one's currency.

    carry, reference (n_holdings,): per year, and the level from which a future's profit counts; `Fits` has them.
    """
    tau = np.maximum(holdings.expiry_day - day, 0) / DAYS_PER_TIME_YEAR
    return np.asarray(holdings.quantity * (factor_levels(holdings, market) * np.exp(carry * tau) - reference))
