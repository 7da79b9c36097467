"""A whole run, from files to digests, of a book that holds every kind of position: CUDA's bits are numba's."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.inputs.run import resolve
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import template
from engine.market.factors import Factor, FactorKind
from engine.run import prepared, start
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from tests.engine.five_currencies import five_currencies

STRIKES = range(120, 170)  # enough of them for a table
EARLY = "2025-06-03"  # inside the horizon of ten days from 28 May 2025


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A market with an equity index, whose figures are this test's, and a book of all examples and more options."""
    folder = tmp_path_factory.mktemp("files")
    market = load_market(bundled_market_path())
    correlation = np.eye(len(market.factors) + 1)
    correlation[:-1, :-1] = market.correlation
    added = {name: np.append(getattr(market, name), x) for name, x in (("vols", 0.18), ("kappas", 0.0))}
    added |= {name: np.append(getattr(market, name), 0.0) for name in ("thetas", "mus")}
    index = Factor(name="SPX", kind=FactorKind.PRICE, currency="USD")
    with_index = replace(
        market,
        factors=(*market.factors, index),
        levels={**market.levels, "SPX": 5888.55},
        correlation=correlation,
        **added,
    )
    write_market(five_currencies(with_index), folder / "market.toml")
    header, *rows = template(list(KINDS.values())).splitlines()
    names = header.split(",")

    def call(strike, expiry):
        """One more row: a call on a million dollars."""
        given = {"position_id": f"C-{strike}-{expiry}", "book": "calls", "kind": "FX_CALL", "currency": "USD"}
        given |= {"notional": "1000000", "maturity": expiry, "strike": str(strike)}
        return ",".join(given.get(name, "") for name in names)

    calls = [*(call(strike, "2025-08-27") for strike in STRIKES), call(144, EARLY)]
    (folder / "book.csv").write_text("\n".join([header, *rows, *calls]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("precision", "scenarios"),
    [
        ("float64", ["base", "august-2024"]),
        ("float32", ["base", "august-2024"]),
        ("float64", ["base", "bench/three-regimes.toml", "boj-u-turn"]),
    ],
)
def test_a_run_of_every_kind_has_numbas_digests(folder, precision, scenarios, monkeypatch):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    settings = {"market": folder / "market.toml", "book": folder / "book.csv", "backend": "numba"}
    settings |= {"scenario": scenarios, "paths": 3000, "precision": precision, "seed": 5}
    said = []
    theirs = start.run(resolve(settings, {}, None), lambda *_: None, said.append)
    assert any("steps auto: daily" in line for line in said)  # something is seen early
    programs = []

    class Twin(CudaBackend):
        def prepare(self, *arguments, **named):
            programs.append(super().prepare(*arguments, **named))
            return programs[-1]

    monkeypatch.setattr(prepared, "choose_backend", lambda *_: Twin([HostDevice()]))
    ours = start.run(resolve(settings, {}, None), lambda *_: None, said.append)
    build = programs[0].model.settings
    assert build.is_split
    assert build.has_unwind == ("boj-u-turn" in scenarios)
    assert all(held for _, held in build.payoffs)
    assert build.vol_terms
    assert [row.pnl_sha256 for row in ours.results] == [row.pnl_sha256 for row in theirs.results]


@pytest.mark.slow
def test_a_run_under_a_cap_that_may_end_has_numbas_digests(monkeypatch):
    """Over twenty days of the sample books, on the fourteenth of which a sixth of the paths see the cap end."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    settings = {"scenario": ["filtered", "boj-cap"], "paths": 3000, "horizon_days": 20, "backend": "numba"}
    theirs = start.run(resolve(settings, {}, None), lambda *_: None, lambda _: None)
    monkeypatch.setattr(prepared, "choose_backend", lambda *_: CudaBackend([HostDevice()]))
    ours = start.run(resolve(settings, {}, None), lambda *_: None, lambda _: None)
    digests = {(row.scenario, row.scope): row.pnl_sha256 for row in theirs.results}
    assert {(row.scenario, row.scope): row.pnl_sha256 for row in ours.results} == digests
    assert len(set(digests.values())) == len(digests)
