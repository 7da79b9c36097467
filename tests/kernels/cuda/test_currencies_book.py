"""A whole run in five currencies, of all that they take: CUDA's bits are numba's, and the oracle agrees."""

import csv
import shutil

import numpy as np
import pytest

from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario
from engine.instruments.rows.columns import COLUMNS
from engine.pack.pack import pack
from engine.run import prepared, start
from engine.scenario.apply import apply
from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.layout import FxOptions
from kernels.select import select_backend
from tests.engine.five_currencies import five_currencies

EARLY, EXPIRY = "2025-06-03", "2025-08-27"  # before and after the horizon of ten days from 28 May 2025


def rows():
    """One of everything that euros take, cash and forwards of the others, and options enough for tables."""
    swap = {"notional": "3e7", "start_date": "2025-06-02", "maturity": "2033-06-02"}
    yield {"kind": "BUND", "currency": "EUR", "notional": "5e7", "coupon": "0.025", "maturity": "2035-02-15"}
    yield {"kind": "OIS", "currency": "EUR", "rate": "0.022", **swap}
    yield {"kind": "SWAP", "currency": "EUR", "rate": "0.0235", **swap}
    yield {"kind": "SWAPTION_PAYER", "currency": "EUR", "notional": "2e7", "rate": "0.024", "maturity": "2026-05-28",
           "tenor": "10Y", "vol": "0.0068"}  # fmt: skip
    loan = {"notional": "2e7", "rate": "0.0213", "start_date": "2025-05-30", "maturity": "2025-06-30"}
    for code, rate, cross in (("EUR", "162", "1.13"), ("AUD", "93", "0.64"), ("MXN", "7.4", "0.051")):
        forward = {"kind": "FX_FORWARD", "currency": code, "notional": "-4e6"}
        yield {"kind": "CASH", "currency": code, "notional": "3e6"}
        yield {"kind": "DEPOSIT", "currency": code, **loan}
        yield {**forward, "rate": rate, "maturity": EXPIRY}
        yield {**forward, "rate": cross, "maturity": EXPIRY, "against": "USD"}
        yield {"kind": "NDF", "currency": code, "notional": "5e6", "rate": rate, "maturity": "2025-06-05"}
    for strike in range(140, 190):
        yield {"kind": "FX_CALL", "currency": "EUR", "notional": "1e6", "strike": str(strike), "maturity": EXPIRY}
        against = {"against": "USD", "strike": f"{strike / 145:.4f}", "maturity": EXPIRY}
        yield {"kind": "FX_PUT", "currency": "EUR", "notional": "-2e6", **against}
        yield {"kind": "FX_CALL", "currency": "USD", "notional": "1e6", "strike": str(strike - 20), "maturity": EXPIRY}
    for pair in ({"strike": "163"}, {"strike": "1.13", "against": "USD"}):
        yield {"kind": "FX_PUT", "currency": "EUR", "notional": "3e6", "maturity": EARLY, **pair}
        yield {"kind": "FX_STRADDLE", "currency": "EUR", "notional": "2e6", "maturity": EXPIRY, **pair}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("currencies")
    write_market(five_currencies(load_market(bundled_market_path())), folder / "market.toml")
    with (folder / "book.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS), restval="", lineterminator="\n")
        writer.writeheader()
        for k, row in enumerate(rows()):
            writer.writerow({"position_id": f"{row['kind']}-{k}", "book": "calls" if k % 3 else "rest", **row})
    return folder


@pytest.mark.parametrize(
    ("precision", "scenarios", "currency"),
    [
        ("float64", ["base", "august-2024"], "JPY"),
        ("float32", ["base"], "EUR"),
        ("float64", ["base", "bench/three-regimes.toml"], "EUR"),
    ],
)
def test_a_run_in_five_currencies_has_numbas_digests(folder, precision, scenarios, currency, monkeypatch):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    settings = {"market": folder / "market.toml", "book": folder / "book.csv", "backend": "numba", "paths": 3000}
    settings |= {"scenario": scenarios, "precision": precision, "seed": 5, "currency": currency}
    theirs = start.run(resolve(settings, {}, None), lambda *_: None, lambda *_: None)
    monkeypatch.setattr(prepared, "choose_backend", lambda *_: CudaBackend([HostDevice()]))
    ours = start.run(resolve(settings, {}, None), lambda *_: None, lambda *_: None)
    assert len(ours.results) == 3 * len(scenarios)
    assert [row.pnl_sha256 for row in ours.results] == [row.pnl_sha256 for row in theirs.results]


@pytest.mark.parametrize("direct", [False, True])
def test_the_oracle_agrees_in_five_currencies(folder, direct):
    market = load_market(folder / "market.toml")
    book, shocked = load_book(folder / "book.csv", market.valuation_date), apply(load_scenario("august-2024"), market)
    packed = pack(book, market, [shocked.market], horizon_days=10, n_steps=10, currency="EUR", instantaneous=False,
                  direct=direct)  # fmt: skip
    options = packed.book.of(FxOptions)
    pairs = set(zip(options.groups["foreign"].tolist(), options.groups["domestic"].tolist(), strict=True))
    assert len(pairs) == 5  # EUR/JPY, EUR/USD, USD/JPY, and the fixings of AUD/JPY and MXN/JPY
    assert direct or options.tables.shape[1] >= 3
    pnl = []
    for name in ("numba", "numpy"):
        runner = select_backend(name)
        centre = packed.shock_pnl.ravel()
        program = runner.prepare(packed.model, packed.book, seed=9, n_steps=10, float32=False, centre=centre)
        pnl.append(np.asarray(runner.pnl(program, PathRange(first=0, n=40))))
    # what the packing says of tables, and the sum of some 300 terms, of 1e9 JPY each at most, in another order
    atol = packed.bounds.pnl[0].max() + 1e-13 * 3e11 / market.rate("EUR")
    assert atol < 1e-8 * 2e9  # EUR, of what the book holds and owes
    np.testing.assert_allclose(pnl[0], pnl[1], rtol=1e-12, atol=atol)
