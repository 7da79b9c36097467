"""Moves that are given: the oracle's P&L within rounding, and the very bits of paths that moved so."""

import numpy as np
import pytest

from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from tests.kernels.books import random_book
from tests.kernels.laws import random_model

NUMBA, NUMPY = NumbaBackend(), NumpyBackend()


@pytest.mark.parametrize("n", [1, 127, 129, 500])
def test_both_wings_value_the_same_moves(n):
    rng = np.random.default_rng(n)
    book = random_book(rng, 5)
    moves = rng.normal(0.0, 0.05, (5, n))
    numba, numpy = (backend.pnl_of_moves(book, moves) for backend in (NUMBA, NUMPY))
    assert numba.shape == (book.n_rows, n)
    # 40 flows of 100 in two currencies at 140, exponents to 20 years: roundings of 1e-16, some thirty deep
    np.testing.assert_allclose(numba, numpy, rtol=1e-11, atol=1e-6)


def test_the_device_s_backend_gives_the_same_bits():
    rng = np.random.default_rng(8)
    book, moves = random_book(rng, 5), rng.normal(0.0, 0.05, (5, 200))
    assert np.array_equal(CudaBackend([HostDevice()]).pnl_of_moves(book, moves), NUMBA.pnl_of_moves(book, moves))


def test_moves_of_simulated_paths_give_these_paths_bits():
    rng = np.random.default_rng(4)
    book = random_book(rng, 5, n_scenarios=1)
    program = NUMBA.prepare(
        random_model(rng, 5, 1), book, seed=11, n_steps=1, float32=False, centre=np.zeros(book.n_rows)
    )
    moves = NUMBA.levels(program, np.arange(300, dtype=np.uint64))[0, -1, :5]
    found = NUMBA.pnl_of_moves(book, moves)
    assert np.array_equal(found, NUMBA.pnl(program, PathRange(first=0, n=300)))
