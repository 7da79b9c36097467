"""Foreign currency that contracts deliver, as its spot rate counts it. Twins in numba/ and cuda/."""

from kernels.layout import Exchanges, Points, Run
from kernels.numpy.payoffs.points import point_value
from kernels.types import F64


def add_exchanges(
    tables: Exchanges,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add what contracts deliver in an account's currency to `total` (n,) [currency]."""
    owned = tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        exchange = tables.exchanges[k]
        delivered = legs[exchange.leg] + tables.cash[scenario, k]
        total += delivered * point_value(points, scenario, exchange.point, observed)
