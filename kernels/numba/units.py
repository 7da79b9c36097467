"""Units: values that move with one factor's exponential. Twins: numpy/units.py, cuda/units.cuh."""

from numba import njit

from kernels.layout import Points, Run, Units
from kernels.numba.intrinsics import fma
from kernels.numba.normal import exp_f64
from kernels.numba.settings import BLOCK, STRICT
from kernels.types import F64


@njit(**STRICT)
def add_units(
    tables: Units,
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
    """Add the units of a cell to `total` (BLOCK,) [currency]; see kernels.numba.payoffs."""
    owned, units, values = tables.owned[book, currency], tables.units, tables.value[scenario]
    for k in range(owned.first, owned.last):
        v, x = values[k], observed[units[k].when, units[k].factor]
        for i in range(BLOCK):
            total[i] = fma(v, exp_f64(x[i]), total[i])
