"""Compressed P&L keeps to its bound: books of all kinds drawn at random, on every path, and the bundled books."""

import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.books import rows_of_book
from engine.inputs.book.load import bundled_book_names, bundled_book_path, load_book
from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import load_market
from engine.inputs.scenario.load import load_scenario
from engine.pack.pack import pack
from engine.scenario.apply import apply
from kernels.base import AbstractBackend, PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend

MATURITIES = ("2025-06-20", "2025-07-15", "2026-05-28", "2027-05-28")


def both_packed(book, market, shocked, horizon_days, currency):
    return [
        pack(
            book,
            market,
            shocked,
            horizon_days=horizon_days,
            n_steps=1,
            currency=currency,
            instantaneous=False,
            direct=direct,
        )
        for direct in (False, True)
    ]


def distance(backend: AbstractBackend, compressed, direct, first: int, n: int):
    """Largest |compressed - direct| of each row: (n_scenarios, 1 + n_books)."""
    found = []
    for packed in (compressed, direct):
        program = backend.prepare(
            packed.model, packed.book, seed=8, n_steps=1, float32=False, centre=packed.shock_pnl.ravel()
        )
        found.append(backend.pnl(program, PathRange(first=first, n=n)))
    return np.abs(found[0] - found[1]).max(axis=1).reshape(compressed.bounds.pnl.shape)


@st.composite
def drawn(draw):
    """Fields of a book of two to three dozen positions, with or without enough options for a table."""
    rows = rows_of_book(draw(st.integers(5, 40)), n_books=draw(st.integers(1, 3)), seed=draw(st.integers(0, 10**6)))
    return list(rows), draw(st.sampled_from(MATURITIES)), draw(st.sampled_from([0, 50])), draw(st.integers(0, 10**6))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn(), st.sampled_from([1, 10, 60]), st.sampled_from(["JPY", "USD"]))
def test_compressed_and_direct_differ_by_less_than_the_bound(csv_book, option_rows, index_market, made, days, currency):
    rows, maturity, n_options, seed = made
    book = csv_book([*rows, *option_rows(maturity, n_options, seed)], index_market)
    shocked = [index_market, apply(load_scenario("august-2024"), index_market).market]
    compressed, direct = both_packed(book, index_market, shocked, days, currency)
    assert (distance(NumbaBackend(), compressed, direct, 0, 20_000) <= compressed.bounds.pnl).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["numba", "cuda on the host"])
@pytest.mark.parametrize("currency", ["JPY", "USD"])
def test_the_bound_holds_on_a_million_paths(csv_book, option_rows, index_market, name, currency):
    if name != "numba" and not shutil.which("g++"):
        pytest.skip("needs g++, to build the CUDA sources for the CPU")
    backend = NumbaBackend() if name == "numba" else CudaBackend([HostDevice()])
    rows = [*rows_of_book(64, n_books=2, seed=4), *(row for m in MATURITIES for row in option_rows(m, 50))]
    book = csv_book(rows, index_market)
    shocked = [index_market, apply(load_scenario("august-2024"), index_market).market]
    compressed, direct = both_packed(book, index_market, shocked, 10, currency)
    for first in range(0, 10**6, 250_000):
        assert (distance(backend, compressed, direct, first, 250_000) <= compressed.bounds.pnl).all()


@pytest.mark.parametrize("name", bundled_book_names())
def test_bundled_books_are_valued_within_1e_9_of_flows_and_1e_6_of_premiums(name):
    market = load_market(market_path_for([bundled_book_path(name)]))
    book = load_book(bundled_book_path(name), market.valuation_date)
    compressed, direct = both_packed(book, market, [market], 10, "JPY")
    assert 0.0 < compressed.bounds.flows < 1e-9
    assert compressed.bounds.payoffs["fx_options"] < 1e-6
    gross = np.abs(compressed.book.flows.value).sum()  # in mixed currencies: a yen at least, each
    assert compressed.bounds.pnl[0, 0] < 1e-9 * gross * market.usdjpy
    assert (distance(NumbaBackend(), compressed, direct, 0, 5_000) <= compressed.bounds.pnl).all()
