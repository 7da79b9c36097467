"""Every payoff of a book, one after the other. Twins: numpy/payoffs.py, and payoffs.cuh, written for each build.

Which function adds a tuple of tables is found in kernels.payoffs by the tuple's class, when numba looks at its type: a
book's type says which payoffs it was made with, and the machine code is for these.
"""

from collections.abc import Callable
from typing import Any

from numba.extending import overload

from kernels.layout import Points, Run
from kernels.numba.settings import INLINE
from kernels.payoffs import payoff_of
from kernels.types import F64


def add_payoffs(
    payoffs: tuple[Any, ...],
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
    """Add all payoffs of a cell to `total` (BLOCK,) [currency], in the order of the book's tuple.

    observed  (n_observations, n_factors, ROW)  deviations from the scenario's start
    legs      (n_shared_legs, ROW)              values of the shared legs [currency]
    scratch   (SPARE_ROWS, ROW)                 rows that a payoff may work in
    """
    raise NotImplementedError  # compiled code has the bodies below


@overload(add_payoffs, jit_options=INLINE)
def _add_payoffs(
    payoffs: tuple[Any, ...],
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: F64,
    scratch: F64,
    total: F64,
) -> Callable[..., None]:
    """Return the body for the arguments' types, which numba passes: the first payoff's function, then the others'."""

    def add_none(
        payoffs: tuple[Any, ...],
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
        pass

    if len(payoffs) == 0:
        return add_none
    add = payoff_of(payoffs[0].instance_class).numba()

    def add_all(
        payoffs: tuple[Any, ...],
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
        add(payoffs[0], run, points, scenario, book, currency, observed, legs, scratch, total)
        add_payoffs(payoffs[1:], run, points, scenario, book, currency, observed, legs, scratch, total)

    return add_all
