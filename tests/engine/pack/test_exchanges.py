"""What contracts deliver of foreign currency, on paths: the factor to the spot date follows their rates."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.value import position_values, values_on
from engine.market.moved_market import moved
from engine.pack.pack import pack
from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.cuda.host.source import settings_for
from kernels.numba.backend import NumbaBackend
from kernels.numpy.revalue import revalue
from kernels.select import select_backend
from tests.engine.five_currencies import five_currencies

N = 40
CROSS = {"currency": "EUR", "against": "USD", "notional": 1e7}
ROWS = [
    {"kind": "FX_FORWARD", "notional": 1e7, "rate": 145.0, "maturity": "2025-05-30"},  # delivered on the way
    {"kind": "FX_FORWARD", "notional": -3e7, "rate": 143.0, "maturity": "2025-08-29"},
    {"kind": "FX_SWAP", "notional": 2e7, "rate": 145.0, "far_rate": 141.0, "start_date": "2025-06-02"},
    CROSS | {"kind": "FX_FORWARD", "rate": 1.13, "maturity": "2027-06-01"},
    CROSS | {"kind": "FX_PUT", "strike": 1.14, "maturity": "2026-06-01"},
    {"kind": "XCCY_SWAP", "notional": 1e7, "rate": 145.0, "spread": 0.0, "start_date": "2025-05-28"},
]
ROWS[2]["maturity"], ROWS[5]["maturity"] = "2026-05-29", "2030-05-30"
GROSS = 2 * 163.75 * sum(abs(row["notional"]) for row in ROWS)


@pytest.fixture(scope="module")
def market(make_market):
    """Five currencies; every factor moves, rates by some 150 bp a year."""
    made = five_currencies(make_market())
    return replace(made, vols=np.where(made.vols < 0.05, 0.015, made.vols))


@pytest.fixture(scope="module")
def book(make_book):
    return make_book(*ROWS)


def packed(book, market, days, **settings):
    usual = {"n_steps": 1, "currency": "JPY", "instantaneous": False, "direct": True}
    return pack(book, market, [market], horizon_days=days, **(usual | settings))


@pytest.mark.parametrize("days", [1, 8, 10, 27])  # spot dates of these horizons are two to four days ahead
def test_paths_are_valued_as_moved_markets_are(days, book, market):
    laid, fits = packed(book, market, days), fit(book, market)
    moves = np.random.default_rng(7).normal(0.0, np.where(market.vols > 0.05, 0.05, 0.015), (N, len(market.factors)))
    day = int(book.business_days[days - 1])
    found = revalue(laid.book, 0, moves.T[None])[0]
    base = position_values(book, market, fits).sum()
    wanted = [values_on(book, moved(market, move), fits, day=day, before=market).sum() - base for move in moves]
    assert np.ptp(wanted) > 1e-3 * GROSS
    np.testing.assert_allclose(found, wanted, rtol=0.0, atol=1e-13 * GROSS)


def test_the_factor_moves_with_short_rates(make_book, make_market):
    """A forward from the horizon, Wednesday 11 June, to its spot date is dealt at spot: no curve moves it from 0."""
    market = make_market()
    book = make_book({"kind": "FX_FORWARD", "notional": 1e7, "rate": 145.04, "maturity": "2025-06-13"})
    laid = packed(book, market, 10)
    assert (int(book.business_days[9]), int(book.exchanges.day[0])) == (14, 16)
    names = [factor.name for factor in market.factors]
    moves = np.zeros((len(names), 3))
    moves[names.index("UST_2Y")] = [-0.02, 0.0, 0.02]
    moves[names.index("JGB_2Y")] = [0.01, 0.0, -0.01]
    values = revalue(laid.book, 0, moves[None])[0] + laid.base_values[1]
    assert values == pytest.approx(np.zeros(3), abs=1e-15 * 4 * 145.04 * 1e7)


def test_cuda_values_forwards_where_it_walks_with_numbas_bits(market, make_book):
    """A book of flows and exchanges needs no kernel of its own for them."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    laid = packed(make_book(*ROWS[:4], ROWS[5]), market, 10, direct=False)
    assert not settings_for(laid.model, laid.book, float32=False).is_split
    found = []
    for runner in (NumbaBackend(), CudaBackend([HostDevice()])):
        program = runner.prepare(laid.model, laid.book, seed=3, n_steps=1, float32=False, centre=np.zeros(2))
        found.append(runner.pnl(program, PathRange(first=5, n=500)).tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("direct", [True, False])
def test_the_twins_agree(direct, book, market):
    laid = packed(book, market, 10, direct=direct)
    found = []
    for name in ("numba", "numpy"):
        runner = select_backend(name)
        program = runner.prepare(laid.model, laid.book, seed=3, n_steps=1, float32=False, centre=np.zeros(2))
        found.append(runner.pnl(program, PathRange(first=0, n=500))[0])
    assert np.ptp(found[1]) > 1e-3 * GROSS
    np.testing.assert_allclose(found[0], found[1], rtol=1e-11, atol=laid.bounds.pnl[0, 0] + 1e-13 * GROSS)
