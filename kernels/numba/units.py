"""Units: values that move with one factor's exponential. Twins: numpy/units.py, cuda/units.cuh."""

from numba import njit

from kernels.layout import Points, Run, Unit, Units
from kernels.numba.intrinsics import fma
from kernels.numba.normal import exp_f64
from kernels.numba.settings import BLOCK, INLINE, STRICT
from kernels.records import Rows
from kernels.types import F64


@njit(**STRICT)
def add_each_unit(units: Rows[Unit], value: F64, observed: F64, total: F64) -> None:
    """Add units to `total` (BLOCK,) [currency].

    value     (n,)                              with no deviation [currency]
    observed  (n_observations, n_factors, ROW)  deviations from the start
    """
    for k in range(units.size):
        v, x = value[k], observed[units[k].when, units[k].factor]
        for i in range(BLOCK):
            total[i] = fma(v, exp_f64(x[i]), total[i])


@njit(**INLINE)
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
    first, last = tables.owned[book, currency].first, tables.owned[book, currency].last
    if last > first:
        add_each_unit(tables.units[first:last], tables.value[scenario, first:last], observed, total)
