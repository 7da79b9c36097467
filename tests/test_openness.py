"""All that `tests.toys` adds from outside runs together: a user's files, a run on each backend, its table and its JSON.

A book file holds a position of the toy kind in the toy currency, which a market file quotes; a scenario file has the
toy mechanism's table; the toy measure is in the result. The engine names the floor where a registration was forgotten.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

import engine.run.prepared
import engine.run.start
from cli import render, run_table
from engine.book.value import position_values
from engine.errors import InputError
from engine.inputs.book.load import load_book
from engine.inputs.market.load import load_market
from engine.inputs.run import resolve
from engine.law.registry import LAWS
from engine.mechanisms.registry import MECHANISMS
from engine.pack.payoffs import PACKERS
from engine.payoffs import registry as payoffs
from engine.risk.results import RunResult, as_json
from kernels import payoffs as kernels
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from tests.toys import POWER_PAYOFF, everything_registered, lists

# --- The files that a user writes.

LEVEL, VOL, STRIKE, NOTIONAL, STRETCH = 15.25, 0.09, 15.0, 2e6, 2.0
MARKET = f"""
schema = 1
valuation_date = 2025-05-28
curves.JGB = {{ currency = "JPY", source = "by hand", par_yields = {{ 1Y = 0.005, 10Y = 0.015 }} }}
curves.CROWN = {{ currency = "XTS", source = "by hand", par_yields = {{ 1Y = 0.03, 10Y = 0.03 }} }}
fx = {{ usdjpy = 145.0, source = "by hand", rates.XTS = {{ level = {LEVEL}, source = "by hand" }} }}
calibration = {{ description = "by hand" }}
[factors]
names = ["JGB_10Y", "XTSJPY", "USDJPY"]
vols = [0.005, {VOL}, 0.11]
correlation = [[1.0], [0.2, 1.0], [0.1, 0.6, 1.0]]
"""
BOOK = f"""position_id,kind,currency,notional,strike
long-the-square,POWER,XTS,{NOTIONAL},{STRIKE}
"""
SCENARIO = f"""
title = "Storm"
description = "Crowns move twice as much."
source = "by hand"
[storm]
source = "by hand"
stretch = {STRETCH}
reach = {{ XTSJPY = 1.0 }}
"""


# --- The story.


def written(folder: Path) -> dict[str, Path]:
    """The user's three files."""
    files = {"market": ("market.toml", MARKET), "book": ("book.csv", BOOK), "scenario": ("storm.toml", SCENARIO)}
    for name, text in files.values():
        (folder / name).write_text(text, "utf-8")
    return {key: folder / name for key, (name, _) in files.items()}


def asked(files: dict[str, Path], backend: str):
    scenarios = ["base", str(files["scenario"])]
    given = {"paths": 65_536, "seed": 11, "confidences": [0.99], "backend": backend, "scenarios": scenarios}
    return resolve(given | {"market": files["market"], "book": files["book"]}, {}, None)


def ignore(*_: object) -> None:
    """Reports of progress are not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run's result, and what a user sees of it."""

    result: RunResult
    table: str
    json: dict


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Run the files on a backend, everything registered meanwhile: name -> what comes out."""
    folder, found = tmp_path_factory.mktemp("openness"), {}
    files = written(folder)

    def run(backend: str) -> Shown:
        if backend == "cuda" and shutil.which("g++") is None:
            pytest.skip("g++ is not installed")
        if backend not in found:
            with pytest.MonkeyPatch.context() as patch, everything_registered(folder):
                patch.setenv("UNWIND_CACHE", str(folder / "cache"))
                if backend == "cuda":  # its sources, built for a processor
                    patch.setattr(engine.run.prepared, "choose_backend", lambda *_: CudaBackend([HostDevice()]))
                result = engine.run.start.run(asked(files, backend), ignore, ignore)
                table = render.plain(run_table.table(result))
                found[backend] = Shown(result=result, table=table, json=json.loads(json.dumps(as_json(result))))
        return found[backend]

    return run


def quantile(scenario: str, odds: float) -> float:
    """P&L that `odds` of paths fall below [JPY]: the rate is lognormal, the position its cube in yen."""
    variance = VOL**2 * 10 / 252
    stretch = STRETCH if scenario == "storm" else 1.0
    log_move = -0.5 * variance + stretch * variance**0.5 * NormalDist().inv_cdf(odds)
    return LEVEL * NOTIONAL * (LEVEL / STRIKE) ** 2 * float(np.expm1(3.0 * log_move))


@pytest.mark.parametrize("row", [0, 2], ids=["base", "storm"])
def test_its_figures_are_those_of_the_closed_form(shown, row):
    found = shown("numba").result.results[row]
    assert found.base_value == pytest.approx(LEVEL * NOTIONAL * (LEVEL / STRIKE) ** 2, rel=1e-15)
    (tail,) = found.measures
    for key, odds in (("value_at_risk", 0.01), ("far_loss", 0.005)):
        estimate = tail.estimates[key]
        assert estimate.value == pytest.approx(-quantile(found.scenario, odds), abs=4.0 * estimate.se)
        assert estimate.se < 0.03 * estimate.value  # so that a storm is told from none


def test_the_cuda_sources_have_numbas_bits(shown):
    ours, theirs = shown("cuda").result, shown("numba").result
    assert ours.run.backend == "cuda"
    assert [row.pnl_sha256 for row in ours.results] == [row.pnl_sha256 for row in theirs.results]
    assert ours.results == theirs.results


def test_the_oracle_agrees(shown):
    ours, theirs = shown("numba").result.results, shown("numpy").result.results
    for mine, oracle in zip(ours, theirs, strict=True):
        # P&L is a difference of values some twenty times as large, each good to some 1e-14 of it
        for key, estimate in mine.measures[0].estimates.items():
            assert estimate.value == pytest.approx(oracle.measures[0].estimates[key].value, rel=1e-11)
        assert (mine.scenario, mine.scope, mine.base_value) == (oracle.scenario, oracle.scope, oracle.base_value)


def test_a_user_sees_the_measure_in_the_table_and_in_the_json(shown):
    assert "FAR 99 %" in shown("numba").table
    rows = shown("numba").json["results"]
    assert [(row["scenario"], row["scope"]) for row in rows[2:]] == [("storm", "total"), ("storm", "book:book")]
    figures = shown("numba").result.results[2].measures[0].estimates["far_loss"]
    assert (rows[2]["measures"][0]["far_loss"], rows[2]["measures"][0]["far_loss_se"]) == (figures.value, figures.se)


def test_nothing_of_it_is_left(tmp_path):
    before = lists()
    with everything_registered(tmp_path):
        assert all(len(now) == len(then) + 1 for now, then in zip(lists(), before, strict=True))
    assert lists() == before
    with pytest.raises(InputError, match="got 'XTS'"):
        engine.run.start.run(asked(written(tmp_path), "numba"), ignore, ignore)


def test_an_error_in_between_leaves_nothing_either(tmp_path):
    before = lists()
    with pytest.raises(ZeroDivisionError), everything_registered(tmp_path):
        raise ZeroDivisionError
    assert lists() == before


# --- What is said when a floor was forgotten, or a name is taken.


@pytest.mark.parametrize(
    ("registry", "name", "message"),
    [
        (PACKERS, "powers", "payoff 'powers' of kernels.payoffs has no packer: register one of its name in"),
        (kernels.PAYOFFS, "powers", "packer 'powers' has no kernels: register a payoff of its name in"),
        (LAWS, "storm", "mechanism 'storm' has no part in a law: register one in engine.law.registry.LAWS"),
        (MECHANISMS, "storm", "the part of a law 'storm' belongs to no mechanism: register one of this key in"),
    ],
    ids=["packer", "kernels", "law", "mechanism"],
)
def test_a_floor_that_was_forgotten_is_named(registry, name, message, tmp_path, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    files = written(tmp_path)
    with everything_registered(tmp_path), monkeypatch.context() as without:
        without.delitem(registry, name)
        config = asked(files, "numpy")
        if name == "storm":
            config = config.model_copy(update={"scenarios": ("base",)})  # a file would name a table that is not there
        with pytest.raises(LookupError, match=message):
            engine.run.start.run(config, ignore, ignore)


def test_a_payoff_that_no_path_would_count_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    files = written(tmp_path)
    with everything_registered(tmp_path), monkeypatch.context() as without:
        without.delitem(PACKERS, "powers")
        without.delitem(kernels.PAYOFFS, "powers")
        market = load_market(files["market"])
        assert position_values(load_book(files["book"], market.valuation_date), market).size == 1  # it has a value
        with pytest.raises(LookupError, match=r"payoff PowerTable of engine\.payoffs has a value but no packer"):
            engine.run.start.run(asked(files, "numpy"), ignore, ignore)


def test_an_instrument_without_its_payoff_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    files = written(tmp_path)
    with everything_registered(tmp_path), monkeypatch.context() as without:
        without.setattr(payoffs, "PAYOFFS", [each for each in payoffs.PAYOFFS if each is not POWER_PAYOFF])
        with pytest.raises(TypeError, match="no payoff has the part PowerPart; register one that does"):
            load_book(files["book"], load_market(files["market"]).valuation_date)
