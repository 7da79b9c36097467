"""Bond futures: the basket's least forward clean price over its conversion factor. Twin: cuda/futures.cuh."""

from typing import Any

from numba import njit

from kernels.numba.gauss import bounded_exp
from kernels.numba.intrinsics import fma
from kernels.numba.points import log_point
from kernels.numba.settings import BLOCK, STRICT


@njit(**STRICT)
def add_futures(
    futures: Any, deliverables: Any, points: Any, starts: Any, observed: Any, legs: Any, scratch: Any, total: Any
) -> None:
    """Add the P&L of futures since their reference prices to `total` (BLOCK,), in their currency.

    starts    (n_points,)                       of the points, in this scenario
    observed  (n_observations, n_factors, ROW)  deviations from the start
    legs      (n, ROW)                          values of the legs after the books' own
    scratch   (2, ROW)                          rows to work in
    """
    growth, price = scratch[0], scratch[1]
    for j in range(futures.size):
        future = futures[j]
        log_point(points[future.growth], observed, growth)
        start = starts[future.growth]
        for i in range(BLOCK):
            growth[i] = start * bounded_exp(growth[i])
            price[i] = 1e300
        for d in range(future.first, future.last):
            leg = legs[deliverables[d].leg]
            accrued, inverse = deliverables[d].accrued, 1.0 / deliverables[d].factor
            for i in range(BLOCK):
                x = fma(leg[i], growth[i], 0.0 - accrued) * inverse
                price[i] = x if x < price[i] else price[i]
        quantity, reference = future.quantity, future.basis + future.reference
        for i in range(BLOCK):
            total[i] = fma(quantity, price[i] - reference, total[i])
