"""Bond futures: the basket's least forward clean price over its conversion factor. Twins: numpy, cuda/futures.cuh."""

from numba import njit

from kernels.layout import Deliverable, Future, Futures, Point, Points, Run
from kernels.numba.gauss import bounded_exp
from kernels.numba.intrinsics import fma
from kernels.numba.points import log_point
from kernels.numba.settings import BLOCK, INLINE, STRICT
from kernels.records import Rows
from kernels.types import F64


@njit(**STRICT)
def add_each_future(
    futures: Rows[Future],
    deliverables: Rows[Deliverable],
    points: Rows[Point],
    starts: F64,
    observed: F64,
    legs: F64,
    scratch: F64,
    total: F64,
) -> None:
    """Add the P&L of futures since their reference prices to `total` (BLOCK,) [currency].

    starts    (n_points,)                       of the points, in this scenario
    observed  (n_observations, n_factors, ROW)  deviations from the start
    legs      (n_shared_legs, ROW)              values of the shared legs
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


@njit(**INLINE)
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
    """Add the futures of a cell to `total` (BLOCK,) [currency]; see kernels.numba.payoffs."""
    first, last = tables.owned[book, currency].first, tables.owned[book, currency].last
    if last > first:
        add_each_future(
            tables.futures[first:last],
            tables.deliverables,
            points.points,
            points.start[scenario],
            observed,
            legs,
            scratch,
            total,
        )
