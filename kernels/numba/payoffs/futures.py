"""Bond futures: the basket's least forward clean price over its conversion factor. Twins in numpy/ and cuda/."""

from numba import njit

from kernels.layout import Futures, Points, Run
from kernels.numba.intrinsics import fma
from kernels.numba.payoffs.gauss import bounded_exp
from kernels.numba.payoffs.points import log_point
from kernels.numba.settings import BLOCK, PART
from kernels.types import F64


@njit(**PART)
def add_futures(
    tables: Futures,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: F64,
    scratch: F64,
    total: F64,
) -> None:
    """Add the P&L since their reference prices of an account's futures to `total` (BLOCK,) [currency].

    Arguments as in kernels.numba.payoffs.all_payoffs, of scratch two rows.
    """
    growth, price = scratch[0], scratch[1]
    futures, deliverables, where, starts = tables.futures, tables.deliverables, points.points, points.start[scenario]
    owned = tables.owned[book, currency]
    for j in range(owned.first, owned.last):
        future = futures[j]
        log_point(where, future.growth, observed, growth)
        start = starts[future.growth]
        for i in range(BLOCK):
            growth[i] = start * bounded_exp(growth[i])
            price[i] = 1e300
        for d in range(future.first, future.last):
            bond = deliverables[d]
            leg, accrued, inverse = legs[bond.leg], bond.accrued, 1.0 / bond.factor
            for i in range(BLOCK):
                x = fma(leg[i], growth[i], 0.0 - accrued) * inverse
                price[i] = x if x < price[i] else price[i]
        quantity, reference = future.quantity, future.basis + future.reference
        for i in range(BLOCK):
            total[i] = fma(quantity, price[i] - reference, total[i])
