"""Bond futures of a compiled book in one market: the cheapest of a basket, carried to delivery."""

from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, sums
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """Bond futures: price = min over the basket of forward clean price / conversion factor, less the net basis.

    Daily settled: what a position is worth is its profit since the valuation date.
    """

    position: I64  # (n_futures,)
    currency: Words  # (n_futures,)
    delivery_day: I64  # (n_futures,) calendar days
    last_trading_day: I64  # (n_futures,) calendar days
    repo_curve: Words  # (n_futures,) carries a deliverable to delivery
    contract_value: F64  # (n_futures,) contracts * currency per unit of price (per 1, not per 100), bought positive
    market_price: F64  # (n_futures,) per 1; NaN: none given, the net basis is 0
    basket: I64  # (n_futures, 2) first and last + 1 of the deliverables; futures may share one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deliverables:
    """Bonds that may be delivered, per 1 of face; their flows after delivery."""

    factor: F64  # (n_deliverables,) conversion factor as the exchange rounds it
    accrued: F64  # (n_deliverables,) at delivery, per 1
    flow_range: I64  # (n_deliverables, 2) first and last + 1 below
    curve: Words  # (n_deliverables,)
    day: I64  # (n_deliverable_flows,) calendar days
    amount: F64  # (n_deliverable_flows,) per 1 of face


def converted_prices(futures: Futures, deliverables: Deliverables, market: Market, day: int = 0) -> tuple[F64, I64]:
    """Forward clean price over conversion factor of every bond of every future's basket, on `day`.

    (sum of a bond's flows after delivery, discounted on its curve) / (repo discount factor to delivery), less the
    interest accrued at delivery, over the factor.

    Returns
    -------
    (n_rows,) prices per 1, and (n_rows,) the future that each belongs to, ascending
    """
    sizes = futures.basket[:, 1] - futures.basket[:, 0]
    future = np.repeat(np.arange(sizes.size), sizes)
    start = np.cumsum(sizes) - sizes
    bond = np.repeat(futures.basket[:, 0] - start, sizes) + np.arange(future.size)
    tau = np.maximum(futures.delivery_day - day, 0) / DAYS_PER_TIME_YEAR
    growth = 1.0 / discounts(futures.repo_curve, tau, market)
    dirty = _present_values(deliverables, market, day)[bond] * growth[future]
    return (dirty - deliverables.accrued[bond]) / deliverables.factor[bond], future


def model_prices(futures: Futures, deliverables: Deliverables, market: Market, day: int = 0) -> F64:
    """Least of the basket's converted prices, on `day`, before any net basis: (n_futures,) per 1."""
    prices, _ = converted_prices(futures, deliverables, market, day)
    if not prices.size:
        return np.empty(0)
    sizes = futures.basket[:, 1] - futures.basket[:, 0]
    return np.asarray(np.minimum.reduceat(prices, np.cumsum(sizes) - sizes))


def _present_values(deliverables: Deliverables, market: Market, day: int) -> F64:
    """Value on `day` of each bond's flows after delivery: (n_deliverables,) per 1 of face."""
    sizes = deliverables.flow_range[:, 1] - deliverables.flow_range[:, 0]
    bond = np.repeat(np.arange(sizes.size), sizes)
    tau = (deliverables.day - day) / DAYS_PER_TIME_YEAR
    values = deliverables.amount * discounts(deliverables.curve[bond], tau, market)
    return sums(bond, values, sizes.size)
