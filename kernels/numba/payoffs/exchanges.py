"""Foreign currency that contracts deliver, as its spot rate counts it. Twins in numpy/ and cuda/."""

from numba import njit

from kernels.layout import Exchanges, Points, Run
from kernels.numba.intrinsics import fma
from kernels.numba.payoffs.gauss import bounded_exp
from kernels.numba.payoffs.points import log_point
from kernels.numba.settings import BLOCK, PART
from kernels.types import F64


@njit(**PART)
def add_exchanges(
    tables: Exchanges,
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
    """Add what contracts deliver in an account's currency to `total` (BLOCK,) [currency].

    Arguments as in kernels.numba.payoffs.all_payoffs, of scratch one row.
    """
    factor, exchanges, cash = scratch[0], tables.exchanges, tables.cash[scenario]
    where, starts, owned = points.points, points.start[scenario], tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        number, received = exchanges[k].point, cash[k]
        log_point(where, number, observed, factor)
        start, leg = starts[number], legs[exchanges[k].leg]
        for i in range(BLOCK):
            total[i] = fma(leg[i] + received, start * bounded_exp(factor[i]), total[i])
