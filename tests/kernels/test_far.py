"""Far paths: which are counted, which keep their numbers, and that every wing finds the same."""

import numpy as np
import pytest

from kernels.base import CELL, CellRange
from kernels.far import N_NAMED, far_paths
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend


def test_paths_beyond_the_limit_are_counted_by_cell_and_the_farthest_named():
    ratios = np.zeros((2, 10))
    ratios[0] = [0.0, 1.0, -1.5, 2.0, -2.0, 1.2, 0.0, 0.0, -1.0, 9.0]  # cells of four: two, and two paths over
    found = far_paths(ratios, 4_000, 3, 4)
    assert found.far_counts.tolist() == [[2, 2, 1], [0, 0, 0]]  # at the limit itself none is
    assert found.far_paths[0].tolist() == [[4003, 4002, 0], [4004, 4005, 0], [4009, 0, 0]]
    assert found.far_ratios[0].tolist() == [[2.0, -1.5, 0.0], [-2.0, 1.2, 0.0], [9.0, 0.0, 0.0]]
    assert not found.far_ratios[1].any()


def test_of_more_than_are_named_the_farthest_are_and_of_equal_ones_the_first():
    found = far_paths(np.array([[3.0, -3.0, 1.5, 4.0, 3.0]]), 0, 1, 5)
    assert found.far_counts.tolist() == [[5]]
    assert N_NAMED == 3
    assert found.far_paths[0, 0].tolist() == [3, 0, 1]


@pytest.mark.parametrize("float32", [False, True])
def test_numba_and_the_oracle_name_the_same_paths(float32, random_unwind, random_book):
    model = random_unwind(np.random.default_rng(21), 7, 2, 4)
    book = random_book(np.random.default_rng(21), 7, n_dynamics=2, n_steps=4)
    cells = CellRange(first=0, n=1, n_paths=3_000)
    far = []
    for backend in (NumbaBackend(), NumpyBackend()):
        program = backend.prepare(model, book, seed=5, n_steps=4, float32=float32, centre=np.zeros(6))
        found = backend.reduce(program, cells, np.zeros((program.n_rows, 1, 2)))
        moves = backend.levels(program, np.arange(3_000, dtype=np.uint64))[:, -1, :7].astype(np.float64)
        ratios = moves * book.run.inverse_limit[:, None]
        assert found.far_counts[:, 0].tolist() == (np.abs(ratios).max(axis=1) > 1.0).sum(axis=1).tolist()
        for d in range(2):
            worst = np.abs(ratios[d]).max(axis=0)
            assert found.far_paths[d, 0].tolist() == np.argsort(-worst, kind="stable")[:N_NAMED].tolist()
            named = np.sort(worst)[::-1][:N_NAMED]  # what is replayed in binary32 is rounded to it, after the impact
            assert np.abs(found.far_ratios[d, 0]) == pytest.approx(named, rel=1e-6 if float32 else 0.0)
        assert found.far_counts.min() > 0
        assert found.far_counts.max() < 3_000 < CELL
        far.append(found)
    if not float32:  # binary32's rounding may turn a jump of the farthest
        assert far[0].far_paths.tolist() == far[1].far_paths.tolist()
        assert far[0].far_ratios == pytest.approx(far[1].far_ratios, rel=1e-11)
