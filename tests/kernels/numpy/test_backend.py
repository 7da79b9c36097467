"""The oracle: some paths at a time."""

import tracemalloc

import numpy as np

from kernels.base import PathRange
from kernels.numpy.backend import NumpyBackend


def test_the_oracles_memory_does_not_grow_with_days(random_model, random_book):
    """A year's walk of many paths goes in parts, and each has the bits that it has alone."""
    rng = np.random.default_rng(0)
    model, book = random_model(rng, 4), random_book(rng, 4, degree=0, n_steps=60)
    program = NumpyBackend().prepare(model, book, seed=1, n_steps=60, float32=False, centre=np.zeros(9))
    assert NumpyBackend().block_bytes(program, 1000) < NumpyBackend().block_bytes(program, 2000) < 2**28
    tracemalloc.start()
    pnl = NumpyBackend().pnl(program, PathRange(first=0, n=40_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < NumpyBackend().block_bytes(program, 40_000)
    alone = NumpyBackend().pnl(program, PathRange(first=39_900, n=100))
    np.testing.assert_allclose(pnl[:, 39_900:], alone, rtol=1e-12)
