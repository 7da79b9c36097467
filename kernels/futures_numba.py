"""Bond futures: the least of the basket's forward clean prices over their conversion factors. Twin: cuda/futures.cuh."""

from typing import Any

from numba import njit

from kernels.gauss_numba import bounded_exp
from kernels.intrinsics_numba import fma
from kernels.numba_settings import BLOCK, STRICT
from kernels.options_numba import log_point


@njit(**STRICT)
def add_future(book: Any, scenario: int, j: int, observed: Any, legs: Any, scratch: Any, total: Any) -> None:
    """Add the P&L of future j since its reference price to `total` (BLOCK,), in its currency.

    observed  (n_observations, n_factors, ROW)  deviations from the start
    legs      (n, ROW)                          values of the legs after those of the books
    scratch   (2, ROW)                          rows to work in
    """
    growth, price = scratch[0], scratch[1]
    point = book.future_growth[j]
    n_own = book.base_value.size * book.fx_factor.size
    log_point(book, point, observed, growth)
    start = book.point_start[scenario, point]
    for i in range(BLOCK):
        growth[i] = start * bounded_exp(growth[i])
        price[i] = 1e300
    for d in range(book.basket_range[j, 0], book.basket_range[j, 1]):
        leg = legs[book.deliverable_leg[d] - n_own]
        accrued, inverse = book.deliverable_accrued[d], 1.0 / book.deliverable_factor[d]
        for i in range(BLOCK):
            x = fma(leg[i], growth[i], 0.0 - accrued) * inverse
            price[i] = x if x < price[i] else price[i]
    quantity, reference = book.future_quantity[j], book.future_basis[j] + book.future_reference[j]
    for i in range(BLOCK):
        total[i] = fma(quantity, price[i] - reference, total[i])
