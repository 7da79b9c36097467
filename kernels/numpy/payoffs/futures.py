"""Bond futures: the price is the cheapest deliverable's. Twins in numba/ and cuda/."""

import numpy as np

from kernels.layout import Futures, Points, Run
from kernels.numpy.payoffs.points import point_value
from kernels.types import F64


def add_futures(
    tables: Futures,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add the P&L since their reference prices of an account's futures to `total` (n,) [currency]."""
    owned = tables.owned[book, currency]
    for j in range(owned.first, owned.last):
        future = tables.futures[j]
        growth = point_value(points, scenario, future.growth, observed)
        bonds = tables.deliverables[future.first : future.last]
        prices = [(legs[bond.leg] * growth - bond.accrued) / bond.factor for bond in bonds]
        total += future.quantity * (np.min(prices, axis=0) - future.basis - future.reference)
