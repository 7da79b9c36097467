"""Books of every kind: numba against the oracle, and the same bits however the work is cut."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.base import PathRange
from kernels.layout import Futures, FxOptions, Holding, Holdings, Owned, Swaptions
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

NUMBA, NUMPY = NumbaBackend(), NumpyBackend()
RNGS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def books(draw, random_model, random_book, with_tables):
    """A model and a book with up to three rows of each kind, observed up to three times."""
    rng = draw(RNGS)
    n_factors = draw(st.integers(3, 12))
    few = st.integers(0, 3)
    plain = random_book(
        rng, n_factors, n_dynamics=2, n_books=draw(st.integers(1, 3)), reporting=draw(st.integers(0, 1)), n_steps=2
    )
    book = with_tables(
        rng,
        plain,
        n_early=draw(st.integers(0, 2)),
        n_holdings=draw(few),
        n_futures=draw(few),
        n_groups=draw(few),
        n_options=draw(few),
        n_swaptions=draw(few),
        vol_factor=draw(st.sampled_from([-1, n_factors - 2])),
    )
    return random_model(rng, n_factors, 2), book


def prepared(backend, model, book):
    n_rows = book.n_rows
    n_steps = int(book.run.observations[-1])
    return backend.prepare(model, book, seed=5, n_steps=n_steps, float32=False, centre=np.zeros(n_rows))


def size(book):
    """Something like the largest term of a P&L: what roundings are relative to."""
    futures, swaptions = book.of(Futures).futures["quantity"], book.of(Swaptions).swaptions["quantity"]
    amounts = (book.run.cash, book.flows.value, book.of(Holdings).value, futures, swaptions)
    options = np.abs(book.of(FxOptions).options["amount"]).sum()
    return 200.0 * (sum(np.abs(a).sum() for a in amounts) + options) + np.abs(book.run.base_value).sum()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_agrees_with_the_oracle(data, random_model, random_book, with_tables):
    model, book = data.draw(books(random_model, random_book, with_tables))
    paths = PathRange(first=11, n=150)
    ours, plain = (backend.pnl(prepared(backend, model, book), paths) for backend in (NUMBA, NUMPY))
    # deviations agree to 1e-15 and are multiplied by times up to 20; terms add up with 1e-16 of the largest each
    np.testing.assert_allclose(ours, plain, rtol=0.0, atol=1e-13 * size(book))


@settings(max_examples=15, deadline=None)
@given(data=st.data(), cut=st.integers(1, 700))
def test_bits_do_not_depend_on_threads_or_splits(data, cut, random_model, random_book, with_tables):
    model, book = data.draw(books(random_model, random_book, with_tables))
    program = prepared(NUMBA, model, book)
    whole = NUMBA.pnl(program, PathRange(first=3, n=5000))
    parts = [PathRange(first=3, n=cut), PathRange(first=3 + cut, n=5000 - cut)]
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        split = np.concatenate([NUMBA.pnl(program, part) for part in parts], axis=1)
    finally:
        numba.set_num_threads(threads)
    assert np.array_equal(whole, split)


@pytest.mark.parametrize("backend", [NUMBA, NUMPY], ids=lambda backend: backend.name)
def test_what_is_observed_early_is_valued_on_that_days_deviations(backend, random_model, bare_book):
    """Two holdings of one factor, seen after steps 1 and 3, are exp of the deviations that `levels` replays."""
    model = random_model(np.random.default_rng(1), 3)
    book = bare_book(1, 3)
    book = book.holding(
        book.run._replace(observations=np.array([1, 3])),
        Holdings(
            owned=Owned.rows(first=[[0, 2]], last=2),
            holdings=Holding.rows(factor=2, when=[0, 1]),
            value=np.array([[1.0, 100.0]]),
        ),
    )
    program = backend.prepare(model, book, seed=9, n_steps=3, float32=False, centre=np.zeros(2))
    levels = backend.levels(program, np.arange(40, dtype=np.uint64))[0, :, 2]
    pnl = backend.pnl(program, PathRange(first=0, n=40))[1]
    assert pnl == pytest.approx(np.exp(levels[0]) + 100.0 * np.exp(levels[2]), rel=1e-14)
