"""Every payoff of a book, one after the other. Twins in numba/, and in cuda/, where it is written for each build."""

from typing import Any

from kernels.layout import Points, Run
from kernels.payoffs import payoff_of
from kernels.types import F64


def add_payoffs(
    payoffs: tuple[tuple[Any, ...], ...],
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add all payoffs of an account to `total` (n,) [currency].

    observed  (n_observations, n_factors, n)  deviations from the scenario's start
    legs      (n,) each                       values of the shared legs [currency]
    """
    for tables in payoffs:
        add = payoff_of(type(tables)).numpy()
        add(tables, run, points, scenario, book, currency, observed, legs, total)
