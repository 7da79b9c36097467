"""A payoff of this test's own, registered from here alone, runs in all three wings."""

import shutil
from typing import Annotated, NamedTuple

import numpy as np
import pytest
from numba import njit

from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.layout import Owned
from kernels.numba import moves
from kernels.numba.backend import NumbaBackend
from kernels.numba.intrinsics import fma
from kernels.numba.paths import pnl_of_paths
from kernels.numba.settings import BLOCK, INLINE, cache_folder
from kernels.numpy.backend import NumpyBackend
from kernels.payoffs import PAYOFFS, Payoff
from kernels.records import Field, Record, Rows


class Square(Record):
    """amount * (deviation of a factor)^2 + a leg: it looks at a path and at a shared leg."""

    factor: Annotated[int, Field("factor")]
    leg: Annotated[int, Field("of the shared legs")]
    amount: Annotated[float, Field("per square of the deviation", "currency")]


class Squares(NamedTuple):
    """The toy's tables."""

    owned: Annotated[Rows[Owned], Field("squares of each account", shape="n_books n_currencies")]
    squares: Annotated[Rows[Square], Field("by account", shape="n_squares")]


def add_in_numpy(tables, run, points, scenario, book, currency, observed, legs, total):
    owned = tables.owned[book, currency]
    for square in tables.squares[owned.first : owned.last]:
        total += square.amount * observed[-1, square.factor] ** 2 + legs[square.leg]


@njit(**INLINE)
def add_in_numba(tables, run, points, scenario, book, currency, observed, legs, scratch, total):
    owned = tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        square = tables.squares[k]
        x, leg = observed[observed.shape[0] - 1, square.factor], legs[square.leg]
        for i in range(BLOCK):
            total[i] = fma(square.amount * x[i], x[i], total[i]) + leg[i]


CUDA = """
#pragma once
#include "payoffs/flows.cuh"

__device__ __forceinline__ Lanes add_squares(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.squares.owned[account];
#pragma unroll 1
    for (i64 k = owned.first; k < owned.last; ++k) {
        const Square& square = book.squares.squares[k];
        const Lanes x = deviation(observed, book.run.n_observations - 1, square.factor);
        const Lanes leg = shared_leg(scenario, square.leg, observed);
        EACH_LANE(p) total.of[p] = fma(square.amount * x.of[p], x.of[p], total.of[p]) + leg.of[p];
    }
    return total;
}
"""


@pytest.fixture
def toy(tmp_path):
    """The registry with the toy at its end."""
    (tmp_path / "squares.cuh").write_text(CUDA, encoding="utf-8")
    payoff = Payoff(
        name="squares",
        tables=Squares,
        rows="squares",
        numpy=lambda: add_in_numpy,
        numba=lambda: add_in_numba,
        cuda=tmp_path / "squares.cuh",
    )
    with PAYOFFS.registered(payoff):
        yield payoff


def with_squares(book, n_squares):
    """The book and so many squares in each of its accounts."""
    shape, n = book.flows.own.shape, book.flows.own.size * n_squares
    first = n_squares * np.arange(book.flows.own.size).reshape(shape)
    squares = Square.rows(factor=np.arange(n) % 5, leg=np.arange(n) % 7, amount=np.linspace(-1e6, 1e6, n))
    return book.holding(Squares(owned=Owned.rows(first=first, last=first + n_squares), squares=squares))


def pnl_of(backend, model, book):
    n_steps, centre = int(book.run.observations[-1]), np.zeros(book.n_rows)
    program = backend.prepare(model, book, seed=5, n_steps=n_steps, float32=False, centre=centre)
    return backend.pnl(program, PathRange(first=11, n=200))


@pytest.mark.slow
def test_a_payoff_registered_here_is_valued_by_the_oracle_and_by_numba(toy, random_model, random_book, with_tables):
    rng = np.random.default_rng(3)
    model, book = random_model(rng, 5), with_tables(rng, random_book(rng, 5))
    squares = with_squares(book, 2)
    theirs, without = (pnl_of(NumpyBackend(), model, each) for each in (squares, book))
    ours, ours_without = (pnl_of(NumbaBackend(), model, each) for each in (squares, book))
    assert np.abs(ours - ours_without).max() > 100.0  # squares of 1 % moves, a million each
    # both are differences of P&L of some 1e6, good to 1e-13 of it
    assert ours - ours_without == pytest.approx(theirs - without, rel=1e-9, abs=1e-6)


@pytest.mark.slow
def test_no_kept_kernel_names_its_class(toy, every_kind, random_book):
    """A list of kernels that does could be read by no process in which this file is not installed."""
    model, book = every_kind(3, 5, n_w=4)
    pnl_of(NumbaBackend(), model, with_squares(book, 1))
    given = with_squares(random_book(np.random.default_rng(3), 5), 1)
    NumbaBackend().pnl_of_moves(given, np.full((5, 3), 0.01))  # of a backtest, which prepares no program
    assert moves.pnl_of_moves.signatures  # it was compiled
    assert [path.name for path in cache_folder().rglob("*.nbc") if b"Squares" in path.read_bytes()] == []
    assert pnl_of_paths._cache._enabled  # our own are kept again
    assert moves.pnl_of_moves._cache._enabled


def test_its_cuda_source_has_numbas_bits(toy, every_kind):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    model, book = every_kind(3, 5, n_w=4)
    squares = with_squares(book, 2)
    ours, theirs = (pnl_of(backend, model, squares) for backend in (CudaBackend([HostDevice()]), NumbaBackend()))
    assert ours.tobytes() == theirs.tobytes()
    assert (theirs != pnl_of(NumbaBackend(), model, with_squares(book, 0))).all()


def test_books_are_made_with_the_payoffs_that_are_registered(every_kind):
    _, book = every_kind(3, 5, n_w=4)
    with pytest.raises(KeyError, match=r"this book was made with Holdings, Futures, .*, not with Squares"):
        book.of(Squares)
