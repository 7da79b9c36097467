"""Units: values that move with one factor's exponential. Twins: numba/units.py, cuda/units.cuh."""

import numpy as np

from kernels.layout import Points, Run, Units
from kernels.types import F64


def add_units(
    tables: Units,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add the units of a cell to `total` (n,) [currency]; see kernels.numpy.payoffs."""
    owned = tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        unit = tables.units[k]
        total += tables.value[scenario, k] * np.exp(observed[unit.when, unit.factor])
