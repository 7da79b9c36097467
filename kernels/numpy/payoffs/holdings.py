"""Holdings: values that move with one factor's exponential. Twins in numba/ and cuda/."""

import numpy as np

from kernels.layout import Holdings, Points, Run
from kernels.types import F64


def add_holdings(
    tables: Holdings,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add the holdings of an account to `total` (n,) [currency]; see kernels.numpy.payoffs.all_payoffs."""
    owned = tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        holding = tables.holdings[k]
        total += tables.value[scenario, k] * np.exp(observed[holding.when, holding.factor])
