"""The numba backend against the numpy oracle, and against itself: the same bits however the work is cut."""

import itertools

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.base import CELL, CellRange, PathRange
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend
from kernels.numba.settings import BLOCK
from kernels.numpy.backend import NumpyBackend
from kernels.payoffs import empty_book

NUMBA, NUMPY = NumbaBackend(), NumpyBackend()
FEW = settings(max_examples=25, deadline=None)
PATHS = st.one_of(st.integers(0, 2 * BLOCK), st.integers(2**32 - 300, 2**32 + 300), st.integers(2**63, 2**64 - 1000))

# The oracle has no fma, its own log and another order of sums: each operation may differ by its rounding, 1.1e-16 of
# what goes in, some ten deep.
ROUNDING = 1e-14
LARGEST_EXPONENT = 40.0  # of the two of a flow together, which pass the error of a deviation on


def in_two_currencies(book, **run):
    """A book of `no_book` in dollars too, at 140 yen, which factor 0 moves; `run` is what else differs."""
    n_factors = book.flows.centre.shape[1]
    other = empty_book(n_scenarios=1, n_books=1, n_currencies=2, n_factors=n_factors, n_steps=1)
    return other.holding(other.run._replace(fx_start=np.array([[1.0, 140.0]]), **run))


def level_error(case, float32):
    """Difference of deviations that rounding allows: a few units in the last place of the largest possible sum."""
    model, _, _, n_steps = case
    return (1e-6 if float32 else 1e-15) * 9.5 * n_steps * float(np.abs(model.chol).sum(axis=2).max())


def prepared(backend, case, float32=False):
    model, book, seed, n_steps = case
    n_rows = book.n_rows
    centre = np.linspace(-5.0, 5.0, n_rows)
    return backend.prepare(model, book, seed=seed, n_steps=n_steps, float32=float32, centre=centre)


def gross(case, paths):
    """What is added up on each path and row, all taken positive: rounding errors are relative to it."""
    model, book, seed, n_steps = case
    run = book.run._replace(cash=np.abs(book.run.cash), base_value=-np.abs(book.run.base_value))
    bare = book.holding(run, book.flows._replace(value=np.abs(book.flows.value)))
    return NUMPY.pnl(prepared(NUMPY, (model, bare, seed, n_steps)), paths)


def draw_case(data, random_model, random_book):
    """A model and a book of any size, a seed and a number of steps."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1), "numbers"))
    n_factors = data.draw(st.sampled_from([1, 2, 3, 4, 5, 8, 9, 17, 31, 64]), "n_factors")
    n_dynamics = data.draw(st.integers(1, 2), "n_dynamics")
    book = random_book(
        rng,
        n_factors,
        n_scenarios=data.draw(st.integers(n_dynamics, 3), "n_scenarios"),
        n_dynamics=n_dynamics,
        n_books=data.draw(st.integers(1, 3), "n_books"),
        flows_per_segment=data.draw(st.integers(0, 7), "flows_per_segment"),
        reporting=data.draw(st.integers(0, 1), "reporting"),
    )
    seed, n_steps = data.draw(st.integers(0, 2**64 - 1), "seed"), data.draw(st.integers(1, 4), "n_steps")
    book = book.holding(book.run._replace(observations=np.array([n_steps])))
    return random_model(rng, n_factors, n_dynamics), book, seed, n_steps


@pytest.fixture(scope="module")
def case(random_model, random_book):
    """A middling case: two dynamics, three scenarios, two books, three steps."""
    rng = np.random.default_rng(2)
    return random_model(rng, 5, 2), random_book(rng, 5, n_scenarios=3, n_dynamics=2, n_steps=3), 7, 3


@given(data=st.data(), first=PATHS, n=st.integers(1, 300), float32=st.booleans())
@FEW
def test_pnl_agrees_with_the_oracle(random_model, random_book, data, first, n, float32):
    case, paths = draw_case(data, random_model, random_book), PathRange(first=first, n=n)
    found = NUMBA.pnl(prepared(NUMBA, case, float32), paths)
    wanted = NUMPY.pnl(prepared(NUMPY, case, float32), paths)
    assert found.dtype == wanted.dtype == np.float64
    assert found.shape == wanted.shape
    tolerance = ROUNDING + LARGEST_EXPONENT * level_error(case, float32)
    assert (np.abs(found - wanted) <= tolerance * gross(case, paths)).all()


@given(data=st.data(), ids=st.lists(PATHS, min_size=1, max_size=200), float32=st.booleans())
@FEW
def test_levels_agree_with_the_oracle(random_model, random_book, data, ids, float32):
    case = draw_case(data, random_model, random_book)
    path_ids = np.array(ids, np.uint64)
    found = NUMBA.levels(prepared(NUMBA, case, float32), path_ids)
    wanted = NUMPY.levels(prepared(NUMPY, case, float32), path_ids)
    assert found.dtype == wanted.dtype == (np.float32 if float32 else np.float64)
    assert (np.abs(found - wanted) <= level_error(case, float32)).all()


def test_a_book_of_cash_alone_is_valued(white_model, no_book):
    program = prepared(NUMBA, (white_model(3), no_book(3), 1, 1))
    assert NUMBA.pnl(program, PathRange(first=0, n=5)).tolist() == [[1.0] * 5] * 2


def test_a_usd_report_divides_by_the_rate_of_the_path(white_model, no_book):
    cash, base_value = np.array([[[7e6, 3.0]]]), np.array([2.0])
    book = in_two_currencies(no_book(1), reporting=1, cash=cash, base_value=base_value)
    program = prepared(NUMBA, (white_model(1), book, 1, 1))
    moves = NUMBA.levels(program, np.arange(500, dtype=np.uint64))[0, 0, 0]
    wanted = 7e6 / (140.0 * np.exp(moves)) + 3.0 - 2.0
    assert NUMBA.pnl(program, PathRange(first=0, n=500))[1] == pytest.approx(wanted, rel=1e-13)


# ---- the same bits ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("float32", [False, True])
def test_one_thread_and_all_give_the_same_bits(case, float32):
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("needs two threads; numba was started with one")
    program, paths = prepared(NUMBA, case, float32), PathRange(first=0, n=40_000)
    cells = CellRange(first=0, n=1, n_paths=40_000)
    brackets = np.tile([[-1e3, -5e2], [-1e2, 1e2]], (program.n_rows, 1, 1))
    found = []
    for n_threads in (1, 2):
        before = numba.get_num_threads()
        numba.set_num_threads(n_threads)
        try:
            found.append((NUMBA.pnl(program, paths), NUMBA.reduce(program, cells, brackets)))
        finally:
            numba.set_num_threads(before)
    (one_pnl, one), (two_pnl, two) = found
    assert one_pnl.tobytes() == two_pnl.tobytes()
    for name in ("sums", "squares", "digests", "gap_counts", "gap_sums", "gap_squares", "kept_pnl", "kept_rows"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


@given(data=st.data(), float32=st.booleans())
@FEW
def test_any_split_into_ranges_gives_the_same_bits(random_model, random_book, data, float32):
    program = prepared(NUMBA, draw_case(data, random_model, random_book), float32)
    first, n = data.draw(PATHS, "first"), data.draw(st.integers(1, 700), "n")
    whole = NUMBA.pnl(program, PathRange(first=first, n=n))
    cuts = sorted({0, n, *data.draw(st.lists(st.integers(0, n), max_size=4), "cuts")})
    parts = [NUMBA.pnl(program, PathRange(first=first + a, n=b - a)) for a, b in itertools.pairwise(cuts)]
    assert np.concatenate(parts, axis=1).tobytes() == whole.tobytes()


def test_more_paths_leave_the_first_ones_as_they_were(case):
    program = prepared(NUMBA, case)
    few = NUMBA.pnl(program, PathRange(first=0, n=5_001))
    assert NUMBA.pnl(program, PathRange(first=0, n=10_002))[:, :5_001].tobytes() == few.tobytes()


def test_more_factors_leave_the_draws_of_the_first_as_they_were(white_model, no_book):
    ids = np.arange(200, dtype=np.uint64)
    for float32 in (False, True):
        few, many = (
            NUMBA.levels(prepared(NUMBA, (white_model(n), no_book(n, 2), 3, 2), float32), ids)[0, :, :3]
            for n in (3, 40)
        )
        assert few.tobytes() == many.tobytes()


@pytest.mark.parametrize("float32", [False, True])
def test_a_replayed_path_is_the_path_of_the_run(case, float32):
    """Valuing the replayed deviations flow by flow, as the oracle does, gives the run's own P&L."""
    program = prepared(NUMBA, case, float32)
    ids = np.array([2**40 + 5, 3, 2**40 + 4, 2**64 - 1, 3], np.uint64)
    replayed = NUMBA.levels(program, ids)
    for place, path in enumerate(ids.tolist()):
        alone = NUMBA.levels(program, ids[place : place + 1])[..., 0]
        assert alone.tobytes() == np.ascontiguousarray(replayed[..., place]).tobytes()
        pnl = NUMBA.pnl(program, PathRange(first=path, n=1))[:, 0]
        still = replace_walk(case, replayed[:, -1, : -len(PATH_SERIES), place].astype(np.float64))
        again = NUMBA.pnl(prepared(NUMBA, still), PathRange(first=path, n=1))[:, 0]
        assert again.tobytes() == pnl.tobytes()


def replace_walk(case, deviations):
    """The same book where every path ends at `deviations` (n_dynamics, n_factors)."""
    model, book, seed, _ = case
    fixed = model._replace(decay=np.zeros_like(model.decay), drift=deviations[:, None], chol=np.zeros_like(model.chol))
    return fixed, book.holding(book.run._replace(observations=np.array([1]))), seed, 1


def test_cells_reduced_in_any_blocks_are_the_same(white_model, no_book):
    book = in_two_currencies(no_book(1), cash=np.array([[[0.0, 1.0]]]))
    program = prepared(NUMBA, (white_model(1), book, 9, 1))
    n_paths = 4 * CELL + 777
    brackets = np.tile([[-np.inf, 20.0], [60.0, 61.0]], (program.n_rows, 1, 1))
    whole = NUMBA.reduce(program, CellRange(first=0, n=5, n_paths=n_paths), brackets)
    for cuts in ([0, 1, 2, 3, 4, 5], [0, 2, 5], [0, 4, 5]):
        parts = [
            NUMBA.reduce(program, CellRange(first=a, n=b - a, n_paths=n_paths), brackets)
            for a, b in itertools.pairwise(cuts)
        ]
        for name, axis in [("sums", 1), ("squares", 1), ("digests", 1), ("gap_counts", 2), ("gap_sums", 2)]:
            joined = np.concatenate([getattr(part, name) for part in parts], axis=axis)
            assert joined.tobytes() == getattr(whole, name).tobytes()
        for row in range(program.n_rows):
            kept = np.concatenate([kept_of(part, row) for part in parts])
            assert np.sort(kept).tobytes() == np.sort(kept_of(whole, row)).tobytes()


def kept_of(reduction, row):
    return reduction.kept_pnl[reduction.kept_rows[row] : reduction.kept_rows[row + 1]]


def test_another_seed_gives_other_paths_and_the_same_seed_the_same(case):
    model, book, _, n_steps = case
    paths = PathRange(first=0, n=200)
    one, again, other, high = (
        NUMBA.pnl(prepared(NUMBA, (model, book, seed, n_steps)), paths) for seed in (1, 1, 2, 1 + 2**32)
    )
    assert one.tobytes() == again.tobytes()
    assert not (one == other).any()
    assert not (one == high).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_pnl_that_is_not_finite_reaches_the_moments(random_model, random_book, bad):
    """So that the accumulator refuses it: a path must never just be missing from the figures."""
    rng = np.random.default_rng(3)
    book = random_book(rng, 3)
    cash = book.run.cash.copy()
    cash[0, 0, 1] = bad
    backend = NumbaBackend()
    program = backend.prepare(
        random_model(rng, 3),
        book.holding(book.run._replace(cash=cash)),
        seed=1,
        n_steps=1,
        float32=False,
        centre=np.zeros(book.n_rows),
    )
    brackets = np.tile([-np.inf, 0.0], (program.n_rows, 1, 1))
    found = backend.reduce(program, CellRange(first=0, n=1, n_paths=1_000), brackets)
    assert not np.isfinite(found.sums[:2]).any()  # of scenario 0: the total and book 0
    assert np.isfinite(found.sums[3:]).all()
