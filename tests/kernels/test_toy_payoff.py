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
from kernels.numba.backend import NumbaBackend
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE
from kernels.numpy.backend import NumpyBackend
from kernels.payoffs import PAYOFFS, Payoff
from kernels.records import Field, Record, Rows


class Square(Record):
    """size * (deviation of a factor)^2 + a leg: it looks at a path and at a shared leg."""

    factor: Annotated[int, Field("factor")]
    leg: Annotated[int, Field("of the shared legs")]
    size: Annotated[float, Field("per square of the deviation", "currency")]


class Squares(NamedTuple):
    """The toy's tables."""

    owned: Annotated[Rows[Owned], Field("squares of each cell", shape="n_books n_currencies")]
    squares: Annotated[Rows[Square], Field("by cell", shape="n_squares")]


def add_in_numpy(tables, run, points, scenario, book, currency, observed, legs, total):
    owned = tables.owned[book, currency]
    for square in tables.squares[owned.first : owned.last]:
        total += square.size * observed[-1, square.factor] ** 2 + legs[square.leg]


@njit(**INLINE)
def add_in_numba(tables, run, points, scenario, book, currency, observed, legs, scratch, total):
    owned = tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        square = tables.squares[k]
        x, leg = observed[observed.shape[0] - 1, square.factor], legs[square.leg]
        for i in range(BLOCK):
            total[i] = fma(square.size * x[i], x[i], total[i]) + leg[i]


CUDA = """
#pragma once
#include "flows.cuh"

__device__ __forceinline__ Lanes add_squares(i64 scenario, i64 cell, const Observed& observed, Lanes total) {
    const Owned& owned = book.squares.owned[cell];
#pragma unroll 1
    for (i64 k = owned.first; k < owned.last; ++k) {
        const Square& square = book.squares.squares[k];
        const Lanes x = deviation(observed, book.run.n_observations - 1, square.factor);
        const Lanes leg = shared_leg(scenario, square.leg, observed);
        EACH_LANE(p) total.of[p] = fma(square.size * x.of[p], x.of[p], total.of[p]) + leg.of[p];
    }
    return total;
}
"""


@pytest.fixture
def toy(monkeypatch, tmp_path):
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
    monkeypatch.setitem(PAYOFFS, payoff.name, payoff)
    return payoff


def book_of_squares(every_kind, n_squares):
    """A book of every kind of this package, and of squares in each cell."""
    model, book = every_kind(3, 5, n_w=4)
    shape, n = book.flows.own.shape, book.flows.own.size * n_squares
    first = n_squares * np.arange(book.flows.own.size).reshape(shape)
    squares = Square.rows(factor=np.arange(n) % 5, leg=np.arange(n) % 7, size=np.linspace(-1e6, 1e6, n))
    return model, book.holding(Squares(owned=Owned.rows(first=first, last=first + n_squares), squares=squares))


def pnl_of(backend, model, book):
    n_steps, centre = int(book.run.observations[-1]), np.zeros(book.n_rows)
    program = backend.prepare(model, book, seed=5, n_steps=n_steps, float32=False, centre=centre)
    return backend.pnl(program, PathRange(first=11, n=200))


def test_a_payoff_registered_here_is_valued_by_the_oracle_and_by_numba(toy, every_kind):
    model, with_squares = book_of_squares(every_kind, 2)
    without = with_squares.holding(Squares(Owned.rows(first=np.zeros((2, 2)), last=0), Square.zeros(0)))
    theirs, bare = (pnl_of(NumpyBackend(), model, book) for book in (with_squares, without))
    ours, ours_bare = (pnl_of(NumbaBackend(), model, book) for book in (with_squares, without))
    assert np.abs(ours - ours_bare).max() > 100.0  # squares of 1 % moves, a million each
    assert ours - ours_bare == pytest.approx(theirs - bare, rel=1e-9, abs=1e-8)


def test_its_cuda_source_has_numbas_bits(toy, every_kind):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    model, book = book_of_squares(every_kind, 2)
    assert pnl_of(CudaBackend([HostDevice()]), model, book).tobytes() == pnl_of(NumbaBackend(), model, book).tobytes()


def test_books_are_made_with_the_payoffs_that_are_registered(every_kind):
    _, book = every_kind(3, 5, n_w=4)
    with pytest.raises(KeyError, match="Squares is none of the payoffs that this book was made with: Units, Futures"):
        book.of(Squares)
