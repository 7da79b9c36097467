"""Holdings: values that move with one factor's exponential. Twins in numpy/ and cuda/."""

from numba import njit

from kernels.layout import Holdings, Points, Run
from kernels.numba.draws.normal import exp_f64
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, PART
from kernels.types import F64


@njit(**PART)
def add_holdings(
    tables: Holdings,
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
    """Add the holdings of an account to `total` (BLOCK,) [currency]; see kernels.numba.payoffs.all_payoffs."""
    owned, holdings, values = tables.owned[book, currency], tables.holdings, tables.value[scenario]
    for k in range(owned.first, owned.last):
        v, x = values[k], observed[holdings[k].when, holdings[k].factor]
        for i in range(BLOCK):
            total[i] = fma(v, exp_f64(x[i]), total[i])
