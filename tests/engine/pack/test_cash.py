"""One trade, booked in three ways: each has the others' P&L on every path of each wing."""

import shutil

import numpy as np
import pytest

from engine.market.market import Market
from engine.pack.pack import pack
from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

N_PATHS = 20_000
USD, NEAR, FAR = 1e9, 145.04, 143.6
FORWARD = {"kind": "FX_FORWARD", "notional": -USD, "rate": FAR, "maturity": "2025-08-29"}
SPOT = {"kind": "FX_SPOT", "notional": USD, "rate": NEAR}
WINGS = {
    "numba": NumbaBackend,
    "numpy": NumpyBackend,
    "cuda": lambda: CudaBackend([HostDevice()]),
}


def bookings(market: Market) -> list[dict[str, object]]:
    """An FX swap from the spot date, 30 May 2025; spot and forward; the value of its near leg, held, and forward."""
    swap = {"kind": "FX_SWAP", "notional": USD, "rate": NEAR, "far_rate": FAR, "start_date": "2025-05-30"}
    yen = float(market.curves["XCCY_JPY"].discount(2 / 365))
    cash = [
        {"kind": "CASH", "currency": "USD", "notional": USD * yen},  # a dollar of the spot date is worth its rate then
        {"kind": "CASH", "currency": "JPY", "notional": -USD * NEAR * yen},
    ]
    ways = {
        "swap": [swap | {"maturity": "2025-08-29"}],
        "spot": [SPOT, FORWARD],
        "dated": [SPOT | {"maturity": "2025-05-30"}, FORWARD],
        "cash": [*cash, FORWARD],
    }
    return [row | {"book": name} for name, rows in ways.items() for row in rows]


@pytest.mark.parametrize("currency", ["JPY", "USD"])
@pytest.mark.parametrize("wing", WINGS)
def test_a_swap_a_spot_with_a_forward_and_cash_with_one_are_the_same_trade(wing, currency, bundled_with, make_book):
    if wing == "cuda" and shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    market = bundled_with()
    given = {"horizon_days": 10, "n_steps": 1, "currency": currency, "instantaneous": False, "direct": False}
    packed = pack(make_book(*bookings(market)), market, [market], **given)
    gross = USD * (1.0 if currency == "USD" else NEAR)
    assert packed.base_values[1:] == pytest.approx([packed.base_values[1]] * 4, abs=1e-9 * gross)
    backend = WINGS[wing]()
    program = backend.prepare(
        packed.model, packed.book, seed=3, n_steps=1, float32=False, centre=packed.shock_pnl.ravel()
    )
    swap, *others = np.asarray(backend.pnl(program, PathRange(first=0, n=N_PATHS)))[1:]
    assert np.std(swap) > 1e-4 * gross  # three months of interest move with the exchange rate
    for other in others:
        assert np.abs(other - swap).max() <= 1e-9 * gross


EXPIRED = {"kind": "FX_CALL", "notional": 1e8, "strike": 140.0, "maturity": "2025-05-28"}
EXPIRED_OF = [  # rows that expire on the valuation date, and what each has earned by spot
    (EXPIRED, lambda forward: 1e8 * (forward - 140.0)),
    (EXPIRED | {"kind": "FX_PUT", "strike": 150.0}, lambda forward: 1e8 * (150.0 - forward)),
    (EXPIRED | {"kind": "FX_PUT"}, lambda forward: 0.0),
    (EXPIRED | {"kind": "FX_STRADDLE", "strike": 146.0}, lambda forward: 1e8 * (146.0 - forward)),
    (EXPIRED | {"kind": "FX_DIGITAL_CALL", "currency": "JPY", "width": 0.5}, lambda forward: 1e8),
    (EXPIRED | {"kind": "FX_DIGITAL_PUT", "currency": "JPY", "width": 0.5}, lambda forward: 0.0),
]


@pytest.mark.parametrize("wing", WINGS)
@pytest.mark.parametrize("n_steps", [1, 10])
def test_an_option_that_expires_today_is_fixed_cash_on_every_path(wing, n_steps, bundled_with, make_book):
    if wing == "cuda" and shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    market = bundled_with()
    rows = [row | {"book": str(i)} for i, (row, _) in enumerate(EXPIRED_OF)]
    live = {"kind": "FX_PUT", "notional": 1e8, "strike": 143.0, "maturity": "2025-06-04", "book": "live"}
    given = {"horizon_days": 10, "currency": "JPY", "instantaneous": False, "direct": False}
    packed = pack(make_book(*rows, live), market, [market], n_steps=n_steps, **given)
    yen = float(market.curves["XCCY_JPY"].discount(2 / 365))
    payoffs = np.array([paid(market.usdjpy) for _, paid in EXPIRED_OF])  # the spot rate is that of the delivery
    assert packed.base_values[1:-1] == pytest.approx(payoffs * yen, rel=1e-12, abs=1e-3)
    backend = WINGS[wing]()
    program = backend.prepare(
        packed.model, packed.book, seed=3, n_steps=n_steps, float32=False, centre=packed.shock_pnl.ravel()
    )
    pnl = np.asarray(backend.pnl(program, PathRange(first=0, n=2000)))[1:]
    horizon = float(market.curves["XCCY_JPY"].discount(14 / 365))
    for one, paid in zip(pnl[:-1], payoffs, strict=True):
        assert one == pytest.approx(np.full(2000, paid * yen * (1.0 / horizon - 1.0)), abs=1e-3)  # its interest alone
    assert pnl[-1].std() > 1e6
