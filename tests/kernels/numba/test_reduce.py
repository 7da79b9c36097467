"""What a run keeps of its P&L, against the same said in plain numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.base import CELL, CellRange, PathRange
from kernels.numba.backend import NumbaBackend
from kernels.numba.reduce import CellArrays, reduce_cells
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.reduce import reduce_cells as oracles_reduction

NUMBA = NumbaBackend()
N_PATHS = 3 * CELL + 12_345
FULL = 2**64 - 1


class OracleOnTheSamePnl(NumpyBackend):
    """The oracle's reduction of the numba kernel's P&L: now all but the squares, which lack the fma, must be equal."""

    def reduce(self, program, cells, brackets):
        still = np.zeros((len(program.model.decay), cells.paths.n))  # far paths have tests of their own
        return oracles_reduction(NUMBA.pnl(program, cells.paths), still, cells, program.centre, brackets)


@pytest.fixture(scope="module")
def program(random_model, random_book):
    rng = np.random.default_rng(3)
    model, book = random_model(rng, 3), random_book(rng, 3, n_books=1, flows_per_segment=1)
    return NUMBA.prepare(model, book, seed=5, n_steps=1, float32=False, centre=np.array([3.0, -50.0, 1e4, 0.0]))


@pytest.fixture(scope="module")
def quantiles(program):
    pnl = NUMBA.pnl(program, PathRange(first=0, n=CELL))
    return np.quantile(pnl, np.linspace(0.0, 1.0, 1001), axis=1).T  # (n_rows, 1001)


@given(
    ends=st.lists(st.integers(0, 1000), min_size=2, max_size=6, unique=True),
    first=st.integers(0, 3),
    open_below=st.booleans(),
    void=st.booleans(),
)
@settings(max_examples=6, deadline=None)
def test_every_figure_agrees_with_the_oracle(program, quantiles, ends, first, open_below, void):
    ends = sorted(ends)[: len(ends) // 2 * 2]
    brackets = quantiles[:, ends].reshape(program.n_rows, -1, 2).copy()
    if open_below:
        brackets[:, 0, 0] = -np.inf
    if void:  # what a row with fewer brackets than the others is filled with
        brackets = np.concatenate([brackets, np.full((program.n_rows, 1, 2), np.inf)], axis=1)
    cells = CellRange(first=first, n=4 - first, n_paths=N_PATHS)
    found = NUMBA.reduce(program, cells, brackets)
    wanted = OracleOnTheSamePnl().reduce(program, cells, brackets)
    assert found.first_cell == wanted.first_cell == first
    for name in ("sums", "digests", "gap_counts", "gap_sums", "kept_rows"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name
    for name in ("squares", "gap_squares"):  # of one sign: a rounding more in each of 256 terms
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=256 * 2.0**-52), name
    for row in range(program.n_rows):
        mine, theirs = (np.sort(r.kept_pnl[r.kept_rows[row] : r.kept_rows[row + 1]]) for r in (found, wanted))
        assert np.array_equal(mine, theirs)


def test_sums_are_those_of_exact_arithmetic(program):
    cells = CellRange(first=0, n=4, n_paths=N_PATHS)
    found = NUMBA.reduce(program, cells, np.zeros((program.n_rows, 1, 2)))
    shift = NUMBA.pnl(program, cells.paths) - program.centre[:, None]
    for c in range(4):
        part = shift[:, c * CELL : (c + 1) * CELL].astype(np.longdouble)
        # 256 sums of 256 terms each, then 8 foldings: each partial sum is rounded to 1.1e-16 of the terms' sizes
        assert (np.abs(found.sums[:, c] - part.sum(axis=1)) <= 264 * 2.0**-53 * np.abs(part).sum(axis=1)).all()
        assert found.squares[:, c] == pytest.approx((part**2).sum(axis=1).astype(np.float64), rel=264 * 2.0**-53)


def test_ends_of_a_bracket_are_kept_and_no_path_is_counted_twice(program):
    pnl = NUMBA.pnl(program, PathRange(first=0, n=1000))
    low, high = np.sort(pnl, axis=1)[:, [100, 200]].T
    brackets = np.stack([low, high], axis=1)[:, None, :]
    found = NUMBA.reduce(program, CellRange(first=0, n=1, n_paths=1000), brackets)
    assert np.diff(found.kept_rows).tolist() == [101] * program.n_rows
    assert found.gap_counts[:, 0, 0].tolist() == [100] * program.n_rows


def test_pnl_on_the_ends_of_several_brackets_is_counted_once(program):
    """Brackets that begin and end at P&L of the paths; one of a single path, one right beside it, one void."""
    cells = CellRange(first=0, n=1, n_paths=1000)
    order = np.sort(NUMBA.pnl(program, cells.paths), axis=1)
    assert (np.diff(order, axis=1) > 0.0).all()  # no ties: a rank names a path
    ends = [(100, 200), (300, 300), (301, 400), (997, 999)]
    brackets = np.stack([order[:, [low, high]] for low, high in ends] + [np.full((program.n_rows, 2), np.inf)], axis=1)
    found = NUMBA.reduce(program, cells, brackets)
    assert found.gap_counts[:, :, 0].tolist() == [[100, 99, 0, 596, 0]] * program.n_rows
    kept = np.concatenate([np.arange(low, high + 1) for low, high in ends])
    for row in range(program.n_rows):
        mine = np.sort(found.kept_pnl[found.kept_rows[row] : found.kept_rows[row + 1]])
        assert mine.tolist() == order[row, kept].tolist()
    gaps = order - program.centre[:, None]
    for g, (first, last) in enumerate([(0, 100), (201, 300), (301, 301), (401, 997), (1000, 1000)]):
        # up to 596 terms, each sum rounded to 1.1e-16 of their sizes
        size = np.abs(gaps[:, first:last]).sum(axis=1)
        assert (np.abs(found.gap_sums[:, g, 0] - gaps[:, first:last].sum(axis=1)) <= 1200 * 2.0**-53 * size).all()
    wanted = OracleOnTheSamePnl().reduce(program, cells, brackets)
    for name in ("gap_counts", "gap_sums", "kept_rows"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name


def digest_of(pnl, first):
    """A cell's two sums of mixes in Python's integers: the finaliser of MurmurHash3 over P&L bits and path."""
    sums = [0, 0]
    for i, bits in enumerate(pnl.view(np.uint64).tolist()):
        h = bits ^ ((first + i + 1) * 0x9E3779B97F4A7C15 & FULL)
        h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & FULL
        h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & FULL
        h ^= h >> 33
        sums = [(sums[0] + h) & FULL, (sums[1] + ((h ^ h >> 29) * 0xD6E8FEB86659FD93)) & FULL]
    return sums


def kernel_digest(pnl, first):
    one, gaps = np.zeros((1, 1)), np.zeros((1, 1, 1))
    counts = np.zeros((1, 1, 1), np.int64)
    out = CellArrays(one, one.copy(), np.zeros((1, 1, 2), np.uint64), counts, gaps, gaps.copy())
    brackets, kept = np.zeros((1, 1, 2)), np.zeros((1, 1), np.int64)
    reduce_cells(pnl[None], np.uint64(first), CELL, np.zeros(1), brackets, 0, kept.size, out, kept)
    return out.digests[0, 0].tolist()


def test_a_digest_is_the_sum_of_its_mixes_and_sees_a_single_bit_and_an_exchange():
    pnl, first = np.random.default_rng(1).normal(size=300), 2**40
    plain = kernel_digest(pnl, first)
    assert plain == digest_of(pnl, first)
    nudged = pnl.copy()
    nudged[123] = np.nextafter(nudged[123], np.inf)
    exchanged = pnl.copy()
    exchanged[[5, 6]] = exchanged[[6, 5]]
    for other in (kernel_digest(nudged, first), kernel_digest(exchanged, first), kernel_digest(pnl, first + 1)):
        assert other[0] != plain[0]
        assert other[1] != plain[1]
