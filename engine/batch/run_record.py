"""Writing a run's record: figures first, the manifest last. Until then there is no run."""

import io
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.batch.figures.convergence import convergence_rows
from engine.batch.figures.exact import distributions, exact_rows
from engine.batch.figures.levels import level_rows
from engine.batch.figures.run_figures import RunFigures
from engine.batch.sources import Loaded, Source
from engine.inputs.batch import recorded
from engine.portable_files import move, sync_folder
from engine.record.atomic import write_atomically, write_json
from engine.record.contribution_rows import contribution_rows
from engine.record.correlations import (
    CORRELATIONS,
    CORRELATIONS_SCHEMA,
    Correlations,
    correlation_rows,
    recorded_correlations,
)
from engine.record.manifest import Manifest, RecordedBlock, RecordedBook
from engine.record.parameter_studies import figure_rows, recorded_study, set_rows
from engine.record.read import BatchFault
from engine.record.rows import Row, component_rows, result_rows
from engine.record.tables import (
    CONTRIBUTIONS,
    CONTRIBUTIONS_SCHEMA,
    CONVERGENCE,
    DISTRIBUTIONS,
    DISTRIBUTIONS_SCHEMA,
    LEVELS,
    LEVELS_SCHEMA,
    MANIFEST,
    PARAMETER_FIGURES,
    PARAMETER_FIGURES_SCHEMA,
    PARAMETER_SETS,
    PARAMETER_SETS_SCHEMA,
    RESULTS,
    RESULTS_SCHEMA,
    SCHEMA_VERSION,
    SUPERSEDED,
    convergence_schema,
)
from engine.risk.results import ScopeResult, as_json
from engine.run.prepared import PreparedRun
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from engine.scenario.scenario import Scenario
from engine.sharing.program_digest import code
from kernels.types import F64

INCOMPLETE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time that a run took."""

    workers: str  # who computed, in words
    started: str  # UTC
    simulate_s: float
    resumed_blocks: int  # that were on disk at the start


def write_run(
    folder: Path,
    source: Source,
    loaded: Loaded,
    prepared: PreparedRun,
    figures: RunFigures,
    correlations: Correlations,
    *,
    problem: str,
    blocks: Sequence[RecordedBlock],
    stressed: Sequence[Scenario],
    faults: Sequence[BatchFault],
    spent: Spent,
) -> str:
    """Write a run's record and return its manifest's digest. Raises DiskFullError or RiskError."""
    total, result = loaded.total, figures.result
    results = tuple(_renamed(row, total) for row in result.results)
    currency, confidences = result.run.currency, prepared.config.confidences
    rows = [
        *result_rows(results, currency),
        *component_rows(figures.components, results, currency),
        *exact_rows(prepared, stressed, total),
    ]
    names, pnl = [(row.scenario, row.scope) for row in results], figures.samples
    sums = {row.scenario: sample for row, sample in zip(result.results, pnl, strict=True) if row.scope == "total"}
    files = {
        RESULTS: _parquet(rows, RESULTS_SCHEMA),
        DISTRIBUTIONS: _parquet(distributions(pnl, names, currency), DISTRIBUTIONS_SCHEMA),
        CONVERGENCE: _parquet(_convergence(results, pnl, confidences, currency), convergence_schema()),
        LEVELS: _parquet(level_rows(prepared, result.run.n_paths, sums), LEVELS_SCHEMA),
        CORRELATIONS: _parquet(correlation_rows(correlations), CORRELATIONS_SCHEMA),
    }
    if result.parameters:
        files[PARAMETER_SETS] = _parquet(set_rows(result.parameters), PARAMETER_SETS_SCHEMA)
        of_sets = figure_rows(result.parameters, total, currency)
        files[PARAMETER_FIGURES] = _parquet(of_sets, PARAMETER_FIGURES_SCHEMA)
    if figures.contributions:
        files[CONTRIBUTIONS] = _parquet(contribution_rows(figures.contributions, currency), CONTRIBUTIONS_SCHEMA)
    for name, data in files.items():
        write_atomically(folder / name, data)
    plain = as_json(result)
    manifest: Manifest = {
        "schema": SCHEMA_VERSION,
        "run": source.run.name,
        "valuation_date": plain["run"]["valuation_date"],
        "complete": loaded.complete,
        "fingerprint": source.fingerprint,
        "config": recorded(source.run),
        "market": {"path": str(source.market), "sha256": source.market_sha256},
        "books": _books(source, loaded),
        "scenarios": list(source.scenarios),
        "default_scenario": DEFAULT_SCENARIO,
        "facts": plain["run"],
        "code": code(),
        "host": socket.gethostname(),
        "workers": spent.workers,
        "problem_sha256": problem,
        "blocks": list(blocks),
        "pnl_sha256": {f"{row.scenario}/{row.scope}": row.pnl_sha256 for row in results},
        "files": {name: sha256(data).hexdigest() for name, data in files.items()},
        "correlations": recorded_correlations(correlations),
        "times": {"started": spent.started, "finished": now(), "simulate_s": spent.simulate_s,
                  "resumed_blocks": spent.resumed_blocks},
        "warnings": list(result.warnings),
        "faults": [asdict(fault) for fault in faults],
        "exit_code": 0 if loaded.complete else INCOMPLETE,
    }  # fmt: skip
    if result.parameters:
        manifest["parameters"] = [recorded_study(study) for study in result.parameters]
    return write_json(folder / MANIFEST, dict(manifest))


def set_aside(out: Path, folder: Path, manifest_sha256: str) -> Path:
    """Move a record that is to be replaced out of the way, whole; return where it is kept."""
    home = out / SUPERSEDED / folder.parent.name / folder.name
    home.mkdir(parents=True, exist_ok=True)
    kept = home / manifest_sha256[:16]
    number = 1
    while kept.exists():
        number += 1
        kept = home / f"{manifest_sha256[:16]}-{number}"
    move(folder, kept)
    sync_folder(folder.parent)
    sync_folder(home)
    return kept


def now() -> str:
    """Return the time in UTC. It is only reported, never compared: a clock that jumps changes nothing."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _books(source: Source, loaded: Loaded) -> list[RecordedBook]:
    books = dict(loaded.books)
    return [
        {"name": file.name, "path": str(file.path), "sha256": file.sha256, "books": list(books.get(file.name, ()))}
        for file in source.books
    ]


def _convergence(
    results: Sequence[ScopeResult], pnl: Sequence[F64], confidences: Sequence[float], currency: str
) -> list[Row]:
    """Return the rows of convergence of what was drawn: nothing converges where every move is valued."""
    drawn = [i for i, row in enumerate(results) if row.n_moves is None]
    names = [(results[i].scenario, results[i].scope) for i in drawn]
    return convergence_rows([pnl[i] for i in drawn], names, confidences, currency)


def _renamed(row: ScopeResult, total: str) -> ScopeResult:
    return replace(row, scope=total) if row.scope == "total" else row


def _parquet(rows: Sequence[Row], schema: pa.Schema) -> bytes:
    buffer = io.BytesIO()
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(full, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()
