"""Small records, written with the schemas and writers of `engine.batch`, from figures made by hand: nothing is run."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.special import ndtri

from engine.analysis.contributions.figures import ContributionTable
from engine.record.atomic import write_json
from engine.record.contribution_rows import contribution_rows
from engine.record.read import BatchFault, LimitUse, night_folder, run_folder
from engine.record.rows import ComponentKey, component_rows, exact_row, result_rows
from engine.record.tables import (
    CONTRIBUTIONS,
    CONTRIBUTIONS_SCHEMA,
    CONVERGENCE,
    DISTRIBUTIONS,
    DISTRIBUTIONS_SCHEMA,
    GAIN,
    LEVELS,
    LEVELS_SCHEMA,
    MANIFEST,
    N_BINS,
    NIGHT,
    RESULTS,
    RESULTS_SCHEMA,
    SCHEMA_VERSION,
    convergence_schema,
)
from engine.risk.components import Component, ComponentEstimate
from engine.risk.estimate import Estimate
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import ScopeResult, TailResult

pytest.importorskip("jinja2", reason="needs the extra `report`")

TODAY = date(2025, 5, 28)
CONFIDENCES = (0.99, 0.975)
N_PATHS = 1_000_000
DIGEST = "0123456789abcdef" * 4


def tail(confidence: float, var: float, se: float) -> TailResult:
    """VaR as given; ES a seventh above it."""
    shortfall = 8.0 * var / 7.0
    return TailResult(
        confidence=confidence,
        estimates={
            "value_at_risk": Estimate(value=var, se=se, low=var - 1.96 * se, high=var + 1.96 * se),
            "expected_shortfall": Estimate(
                value=shortfall, se=1.3 * se, low=shortfall - 2.6 * se, high=shortfall + 2.6 * se
            ),
        },
        around_shock={"value_at_risk": var, "expected_shortfall": shortfall},
        tail_paths=int((1.0 - confidence) * N_PATHS),
        rough=False,
    )


def result(scenario: str, scope: str, var: float, *, se: float | None = None, shock: float = 0.0) -> ScopeResult:
    """A normal P&L of which `var` is the 99 % quantile."""
    std = abs(var) / 2.3263
    se = std / 250.0 if se is None else se
    return ScopeResult(
        scenario=scenario,
        scope=scope,
        base_value=31.7 * var,
        shock_pnl=shock,
        mean=0.011 * var,
        mean_se=std / 1000.0,
        std=std,
        pnl_bound=0.0,
        measures=(tail(0.99, var, se), tail(0.975, 0.8425 * var, 0.7 * se)),
        pnl_sha256=DIGEST,
    )


class Record:
    """A record's folder; each method writes a part of it."""

    result = staticmethod(result)  # one figure after another, by hand

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.market = folder / "market.toml"
        self.market.write_text("no market\n")

    def run(
        self,
        name: str = "ten-days",
        night: date = TODAY,
        *,
        books: Mapping[str, float] | None = None,
        scenarios: Sequence[str] = ("base", "august-2024"),
        horizon: int = 10,
        complete: bool = True,
        results: Sequence[ScopeResult] | None = None,
        extras: bool = False,
        contributions: Sequence[ContributionTable] = (),
        **manifest: Any,
    ) -> None:
        """One run: VaR by book in JPY; the total is four fifths of their sum, each scenario a third above the last."""
        books = {"carry": 3.1e9, "life": 4.7e9} if books is None else books
        total = "total" if complete else "partial"
        found = list(results or _results(books, scenarios, total))
        home = run_folder(self.folder, night, name)
        home.mkdir(parents=True)
        rows = [*result_rows(found, "JPY"), *_exact_rows(books, scenarios, total)]
        if extras:
            rows += component_rows(_components(found), found, "JPY")
        tables = {
            RESULTS: (rows, RESULTS_SCHEMA),
            DISTRIBUTIONS: ([_distribution(each) for each in found], DISTRIBUTIONS_SCHEMA),
        }
        if extras:
            tables |= {
                CONVERGENCE: (_converging(found[0]), convergence_schema()),
                LEVELS: (_levels(scenarios), LEVELS_SCHEMA),
            }
        if contributions:
            tables[CONTRIBUTIONS] = (contribution_rows(contributions, "JPY"), CONTRIBUTIONS_SCHEMA)
        for file, (content, schema) in tables.items():
            full = [{key: row.get(key) for key in schema.names} for row in content]
            pq.write_table(pa.Table.from_pylist(full, schema=schema), home / file)
        plain = self._manifest(home, name, night, books, scenarios, horizon, complete, tables)
        write_json(home / MANIFEST, plain | manifest)

    def seal(self, home: Path) -> None:
        """A run's manifest, of the files as they are now."""
        plain = json.loads((home / MANIFEST).read_bytes())
        digests = {name: sha256((home / name).read_bytes()).hexdigest() for name in plain["files"]}
        write_json(home / MANIFEST, plain | {"files": digests})

    def close(
        self,
        night: date = TODAY,
        *,
        failed: Sequence[str] = (),
        faults: Sequence[BatchFault] = (),
        limits: Sequence[LimitUse] = (),
        realised: Path | None = None,
    ) -> None:
        """The night's own file, of the runs that are there."""
        home = night_folder(self.folder, night)
        home.mkdir(exist_ok=True)
        manifests = [json.loads(path.read_bytes()) for path in sorted(home.glob(f"run=*/{MANIFEST}"))]
        runs = [{"name": each["run"], "state": "complete", "manifest_sha256": each["sha256"]} for each in manifests]
        runs += [{"name": name, "state": "failed", "manifest_sha256": None} for name in failed]
        content = {
            "schema": SCHEMA_VERSION,
            "valuation_date": night.isoformat(),
            "complete": not faults,
            "exit_code": 4 if faults else 0,
            "batch": {"path": "nightly.toml", "sha256": DIGEST},
            "runs": runs,
            "faults": [asdict(fault) for fault in faults],
            "limits": [asdict(use) for use in limits],
            "realised": str(realised) if realised else None,
            "finished": "2025-05-28T20:00:00+00:00",
        }
        write_json(home / NIGHT, content)

    @staticmethod
    def limit(name: str = "desk", value: float | None = 6.2e9, amount: float = 6.5e9, **others: Any) -> LimitUse:
        """A limit on the total's VaR."""
        given: dict[str, Any] = {
            "measure": "VaR", "run": "ten-days", "scope": "total", "scenario": "base", "confidence": 0.99,
            "curve": None, "severity": "hard", "currency": "JPY", "se": 1e7, "probability_above": 0.2,
            "state": "within", "reason": None,
        }  # fmt: skip
        return LimitUse(name=name, value=value, amount=amount, **{**given, **others})

    def _manifest(
        self,
        home: Path,
        name: str,
        night: date,
        books: Mapping[str, float],
        scenarios: Sequence[str],
        horizon: int,
        complete: bool,
        files: Mapping[str, Any],
    ) -> dict[str, Any]:
        return {
            "schema": SCHEMA_VERSION,
            "run": name,
            "valuation_date": night.isoformat(),
            "complete": complete,
            "fingerprint": DIGEST,
            "market": {"path": str(self.market), "sha256": sha256(self.market.read_bytes()).hexdigest()},
            "books": [{"name": book, "path": book, "sha256": DIGEST, "books": [book]} for book in books],
            "scenarios": [{"name": scenario, "path": None, "sha256": DIGEST} for scenario in scenarios],
            "facts": {
                "seed": 11,
                "n_paths": N_PATHS,
                "horizon_days": horizon,
                "standings": {each: {"is_stress": each != "base", "law": None} for each in scenarios},
                "steps": "one",
                "backend": "numba",
                "device": "a processor",
                "precision": "float64",
                "currency": "JPY",
                "interval_confidence": 0.95,
                "versions": {"numpy": "2.0.0"},
                "revaluation": {"method": "compressed", "flow_bound": 3e-12, "option_bound": 0.0},
            },
            "code": {"version": "0.1.0", "sha256": DIGEST},
            "host": "a-machine",
            "workers": "this process",
            "problem_sha256": DIGEST,
            "blocks": [{"first": 0, "n": 16, "sha256": DIGEST, "chain": DIGEST}],
            "pnl_sha256": {"base/total": DIGEST},
            "files": {each: sha256((home / each).read_bytes()).hexdigest() for each in files},
            "times": {"started": "a", "finished": "b", "simulate_s": 1.5, "resumed_blocks": 0},
            "warnings": [],
            "faults": [],
            "exit_code": 0,
        }


def _results(books: Mapping[str, float], scenarios: Sequence[str], total: str) -> list[ScopeResult]:
    scopes = {total: 0.8 * sum(books.values())} | {f"book:{name}": var for name, var in books.items()}
    return [
        result(scenario, scope, var * (4.0 / 3.0) ** i, shock=-0.1 * i * var)
        for i, scenario in enumerate(scenarios)
        for scope, var in scopes.items()
    ]


def _exact_rows(books: Mapping[str, float], scenarios: Sequence[str], total: str) -> list[dict[str, Any]]:
    scopes = {total: 0.8 * sum(books.values())} | {f"book:{name}": var for name, var in books.items()}
    rows = [
        exact_row("stress_loss", scope, 0.1 * i * var, "JPY", scenario=scenario)
        for i, scenario in enumerate(scenarios)
        for scope, var in scopes.items()
    ]
    return rows + [exact_row("dv01", scope, 0.002 * var, "JPY/bp", curve="JGB") for scope, var in scopes.items()]


def _components(results: Sequence[ScopeResult]) -> dict[ComponentKey, Component]:
    """Four fifths of what each book is alone, so that they add up to the total."""
    return {
        (scope.scenario, scope.scope, alone.confidence): Component(
            estimates={
                key: ComponentEstimate(value=0.8 * each.value, se=6.0 * each.se)
                for key, each in alone.estimates.items()
            },
            tail_paths=1966,
        )
        for scope in results
        if scope.scope.startswith("book:")
        for alone in scope.measures
    }


def _distribution(each: ScopeResult) -> dict[str, Any]:
    std = each.std if math.isfinite(each.std) and each.std > 0.0 else 1.0
    pnl = std * ndtri((np.arange(65_536) + 0.5) / 65_536)
    edges = np.linspace(pnl[0], pnl[-1], N_BINS + 1)
    counts, _ = np.histogram(pnl, edges)
    plain = {"scenario": each.scenario, "scope": each.scope, "n_paths": pnl.size, "unit": "JPY", "sign": GAIN}
    return {**plain, "edges": edges.tolist(), "counts": counts.tolist(), "tail": pnl[:655].tolist()}


def _converging(each: ScopeResult) -> list[dict[str, Any]]:
    rows = []
    for found in each.measures:
        for n in (1024, 4096, 16_384):
            se = found.of(VALUE_AT_RISK).se * math.sqrt(N_PATHS / n)
            value = found.of(VALUE_AT_RISK).value + 0.3 * se
            rows.append(
                {
                    "scenario": each.scenario, "scope": each.scope, "confidence": found.confidence, "n_paths": n,
                    "value_at_risk": value, "value_at_risk_se": se, "value_at_risk_low": value - 2 * se,
                    "value_at_risk_high": math.inf if n == 1024 else value + 2 * se,
                    "expected_shortfall": 1.1 * value, "expected_shortfall_se": se, "unit": "JPY",
                }
            )  # fmt: skip
    return rows


def _levels(scenarios: Sequence[str]) -> list[dict[str, Any]]:
    starts = (("JGB_10Y", 0.0152, "decimal", 0.0008), ("USDJPY", 145.04, "JPY per USD", 2.0))
    return [
        {"scenario": scenario, "factor": name, "day": day, "probability": p, "unit": unit,
         "level": start + width * math.sqrt(day) * float(ndtri(p)),
         "tail_mean": start + 2.0 * width if day == 10 else None}
        for scenario in scenarios
        for name, start, unit, width in starts for day in range(11) for p in (0.05, 0.25, 0.5, 0.75, 0.95)
    ]  # fmt: skip


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """An empty record."""
    folder = tmp_path / "record"
    folder.mkdir()
    return Record(folder)


@pytest.fixture
def full(record: Record) -> Record:
    """Two nights, limits, realised P&L, everything that a record may hold."""
    return _filled(record)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The same, only to be read."""
    return _filled(Record(tmp_path_factory.mktemp("record")))


@pytest.fixture(scope="session")
def html(whole: Record) -> str:
    """Its page."""
    from engine.report.page import render

    return render(whole.folder, TODAY)


def _filled(record: Record) -> Record:
    realised = record.folder / "realised.csv"
    realised.write_text("valuation_date,scope,pnl\n2025-05-28,total,-9.9e8\n2025-05-28,book:carry,1\n")
    yesterday = date(2025, 5, 27)
    record.run(night=yesterday, books={"carry": 3.0e9, "life": 4.9e9})
    record.run("one-day", yesterday, horizon=1, books={"carry": 0.5e9, "life": 0.7e9})
    record.close(yesterday)
    record.run(extras=True)
    record.run("one-day", horizon=1, books={"carry": 0.45e9, "life": 0.72e9})
    exact = {"measure": "stress", "se": 0.0, "confidence": None, "scenario": "august-2024"}
    breached = record.limit("stress", 1.1e9, 1e9, probability_above=1.0, state="breached", **exact)
    record.close(limits=[record.limit(), breached], realised=realised)
    return record
