"""Every payoff of a book, one after the other. Twins in numpy/, and in cuda/, where it is written for each build.

Which function adds a tuple of tables is found in kernels.payoffs by the tuple's class, when numba looks at its type: a
book's type says which payoffs it was made with, and the machine code is for these.
"""

from collections.abc import Callable, Iterable
from typing import Any

from numba.extending import overload

from kernels.layout import Points, Run
from kernels.numba.settings import INLINE
from kernels.payoffs import Adder, payoff_of
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
    """Add all payoffs of an account to `total` (BLOCK,) [currency], in the order of the book's tuple.

    observed  (n_observations, n_factors, STRIDE)  deviations from the scenario's start
    legs      (n_shared_legs, STRIDE)              values of the shared legs [currency]
    scratch   (SPARE_ROWS, STRIDE)                 rows that a payoff may work in
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
    """Return the body for the arguments' types, which numba passes."""
    return _in_a_row(payoff_of(tables.instance_class).numba() for tables in payoffs)


def _in_a_row(adders: Iterable[Adder]) -> Callable[..., None]:
    """Return a function that calls each payoff's for an account that holds any of it.

    Its text is written, a call after the other: a function for each tail of the list would compile all tails in turn.
    """
    names: dict[str, Any] = {f"add_{k}": add for k, add in enumerate(adders)}
    arguments = "run, points, scenario, book, currency, observed, legs, scratch, total"
    lines = [f"def add_in_a_row(payoffs, {arguments}):", "    pass"]
    for k, name in enumerate(names):
        lines.append(f"    owned_{k} = payoffs[{k}].owned[book, currency]")
        lines.append(f"    if owned_{k}.last > owned_{k}.first:")
        lines.append(f"        {name}(payoffs[{k}], {arguments})")
    exec("\n".join(lines), names)
    made: Callable[..., None] = names["add_in_a_row"]
    made.__annotations__ = dict(add_payoffs.__annotations__)  # numba compares them
    return made
