"""The list of payoffs: each with the tables that hold it, and where each wing has the function that adds it.

A payoff costs a file of its name in the folder `payoffs` of each of the three wings, its tables in kernels/layout.py
and a line here. Its function is called `add_<name>` in each of the three; the order of the list is that of the sums.
One from outside is added by `PAYOFFS.register`, with its functions and the path of its source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from kernels.layout import Book, Exchanges, Flows, Futures, FxOptions, Holdings, Points, Run, Swaptions
from kernels.records import contiguous, empty, lengths_of
from kernels.registry import Registry

CUDA = Path(__file__).parent / "cuda" / "payoffs"
Adder = Callable[..., None]  # tables, run, points, scenario, book, currency, observed, legs, (numba: scratch,) total


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff:
    """A kind of payoff. Nothing of a wing is loaded before its backend is asked for."""

    name: str
    tables: type[Any]  # NamedTuple of declared fields; `owned` holds the rows of each account
    rows: str  # the field whose rows are the payoff's: without any, CUDA leaves it out
    numpy: Callable[[], Adder]
    numba: Callable[[], Adder]  # a jitted function
    cuda: Path  # file with `Lanes add_<name>(i64 scenario, i64 account, const Observed& observed, Lanes total)`


def _payoff(tables: type[Any], name: str, rows: str) -> Payoff:
    """Return a payoff whose files stand in the wings."""

    def adder(wing: str) -> Callable[[], Adder]:
        return lambda: getattr(import_module(f"kernels.{wing}.payoffs.{name}"), f"add_{name}")

    return Payoff(
        name=name, tables=tables, rows=rows, numpy=adder("numpy"), numba=adder("numba"), cuda=CUDA / f"{name}.cuh"
    )


PAYOFFS: Registry[Payoff] = Registry(
    "payoff of kernels.payoffs",
    (
        _payoff(Holdings, "holdings", "holdings"),
        _payoff(Futures, "futures", "futures"),
        _payoff(Swaptions, "swaptions", "swaps"),
        _payoff(FxOptions, "fx_options", "groups"),
        _payoff(Exchanges, "exchanges", "exchanges"),
    ),
    name=lambda payoff: payoff.name,
)
HOUSE = frozenset(PAYOFFS)  # those of this package


def payoff_of(tables: type[Any]) -> Payoff:
    """Return the payoff that `tables`, a tuple's class, hold. Raises KeyError where none does."""
    for payoff in PAYOFFS.values():
        if issubclass(tables, payoff.tables):
            return payoff
    raise KeyError(f"{tables.__name__} is the tables of no payoff: {', '.join(PAYOFFS)}")


def empty_book(*, n_scenarios: int, n_books: int, n_currencies: int, n_factors: int, n_steps: int) -> Book:
    """Return books that hold nothing, seen after `n_steps` alone, all scenarios under the first law.

    Rates are 1 and no factor but the first moves them; P&L is in the home currency.
    """
    lengths = {"n_scenarios": n_scenarios, "n_books": n_books, "n_currencies": n_currencies, "n_factors": n_factors}
    lengths |= {"n_moves": n_factors}
    run = empty(Run, **lengths)._replace(
        observations=np.array([n_steps], np.int64), fx_start=np.ones((n_scenarios, n_currencies))
    )
    return Book(
        run=run,
        flows=empty(Flows, **lengths),
        points=empty(Points, **lengths),
        payoffs=tuple(empty(payoff.tables, **lengths) for payoff in PAYOFFS.values()),
    )


def checked(book: Book) -> Book:
    """Return the book with every array contiguous, as kernels read it.

    Raises
    ------
    ValueError
        An array has another type or number of axes than declared, or two disagree on a length.
    """
    own = lengths_of(book.run)
    for tables in book.parts():
        for name, n in lengths_of(tables).items():
            if name in own and n != own[name]:
                raise ValueError(f"{type(tables).__name__} has {name} {n}, the run has {own[name]}")
    run, flows, points, *payoffs = (contiguous(tables) for tables in book.parts())
    return Book(run, flows, points, tuple(payoffs))  # type: ignore[arg-type]


def has_rows(tables: tuple[Any, ...]) -> bool:
    """Return whether the book holds any of the payoff."""
    return bool(getattr(tables, payoff_of(type(tables)).rows).size)
