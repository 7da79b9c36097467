"""A night's record as it is read back. The folder is the record; nothing else is needed to read it.

    OUT/valuation_date=2025-05-28/night.json                     the night: faults, limits' use, exit code, its runs
    OUT/valuation_date=2025-05-28/run=ordinary/results.parquet       tables.RESULTS_SCHEMA, long form
    OUT/valuation_date=2025-05-28/run=ordinary/distribution.parquet  tables.DISTRIBUTIONS_SCHEMA
    OUT/valuation_date=2025-05-28/run=ordinary/convergence.parquet   tables.convergence_schema
    OUT/valuation_date=2025-05-28/run=ordinary/levels.parquet        tables.LEVELS_SCHEMA
    OUT/valuation_date=2025-05-28/run=ordinary/correlations.parquet  correlations.CORRELATIONS_SCHEMA
    OUT/valuation_date=2025-05-28/run=ordinary/manifest.json         written last

`manifest.json` holds the keys of `engine.record.manifest.Manifest`.

`night.json` holds "schema", "sha256", valuation_date, complete, exit_code (0, 3 or 4), batch {path, sha256},
runs [{name, state, manifest_sha256}], faults, limits (as `LimitUse`), realised (path or null), finished, and what
`engine.record.night_file` adds: before {valuation_date, sha256}, replaces, replaced [{run, sha256}].
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import InputError
from engine.record.intact_files import MEND_NIGHT, read_sealed
from engine.record.manifest import IntactRun, Manifest, read_intact
from engine.record.rows import ComponentKey, components_of, scope_results
from engine.record.tables import (
    DISTRIBUTIONS,
    DISTRIBUTIONS_SCHEMA,
    NIGHT,
    RESULTS,
    RESULTS_SCHEMA,
)
from engine.risk.components import Component
from engine.risk.results import ScopeResult
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFault:
    """What a night had to do without. Nothing was computed from it."""

    kind: str  # "market", "book", "run", "limit", "night", "report", "metrics" or "internal": an unforeseen exception
    subject: str  # the date, file, run or limit
    message: str
    run: str | None = None  # the run that it cost; None: every run of the date
    traceback: str | None = None  # of an "internal" fault


WITHIN, BREACHED, NOT_EVALUATED = "within", "breached", "not evaluated"  # states of a limit's use


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """One limit against one figure of the record."""

    name: str  # as the file calls it, or "limit 3"
    measure: str  # a measure's label, such as "VaR"; "stress" or "DV01"
    run: str
    scope: str
    scenario: str | None  # None: DV01
    confidence: float | None  # None: stress, DV01
    curve: str | None  # of a DV01
    severity: str  # "hard" or "soft"
    amount: float  # the limit
    currency: str
    value: float | None  # None: not evaluated
    se: float | None  # Monte Carlo error of the value; 0: exact
    probability_above: float | None  # that the true value exceeds the limit, by both errors; None: not known
    state: str  # WITHIN, BREACHED or NOT_EVALUATED
    reason: str | None  # why it is not evaluated
    table_se: float | None = None  # error of the law's table of past days; None: it has none, or the record is older

    @property
    def use(self) -> float | None:
        """Value as a fraction of the limit."""
        return None if self.value is None else self.value / self.amount


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distribution:
    """P&L of one scenario and scope over the first paths of a run; gains positive, in `unit`."""

    scenario: str
    scope: str
    n_paths: int
    edges: F64  # (N_BINS + 1,)
    counts: I64  # (N_BINS,)
    tail: F64  # the worst 1 %, ascending
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """A figure without Monte Carlo error: a stress loss or a DV01, losses positive."""

    scope: str
    label: str  # scenario of a stress loss, curve of a DV01
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRecord:
    """One run of one night."""

    name: str
    manifest: Manifest
    results: tuple[ScopeResult, ...]  # scenario by scenario; the total first, or "partial" where a book was missing
    stress_losses: tuple[Exact, ...]
    dv01s: tuple[Exact, ...]
    distributions: tuple[Distribution, ...]
    components: Mapping[ComponentKey, Component]  # of every book; none in older records or where tails are too short
    files: Mapping[str, bytes] = field(default_factory=dict)  # as they were read, by name: what other tables come from

    @property
    def currency(self) -> str:
        """Return the currency of every amount."""
        return str(self.manifest["facts"]["currency"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Night:
    """All runs of one valuation date, and what went wrong."""

    valuation_date: date
    runs: tuple[RunRecord, ...]  # in the order of the batch file
    faults: tuple[BatchFault, ...]
    limits: tuple[LimitUse, ...]
    realised: Path | None  # file of realised P&L, `engine.inputs.history.realised_pnl.read_realised`
    summary: Mapping[str, Any]  # night.json as it stands


def nights(folder: Path) -> tuple[date, ...]:
    """Return the valuation dates that have a record, ascending."""
    found = (path.parent.name.partition("=")[2] for path in folder.glob(f"valuation_date=*/{NIGHT}"))
    return tuple(sorted(date.fromisoformat(text) for text in found if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)))


def read_night(folder: Path, valuation_date: date) -> Night:
    """Read one night.

    Raises
    ------
    InputError
        There is none, or a file of it is not as it was written; names it, and the way out.
    """
    summary = read_summary(folder, valuation_date)
    runs = tuple(read_run(run_folder(folder, valuation_date, name)) for name in recorded_names(summary))
    for run in runs:
        check_closed(summary, run.manifest, run_folder(folder, valuation_date, run.name))
    return Night(
        valuation_date=valuation_date,
        runs=runs,
        faults=tuple(BatchFault(**fault) for fault in summary["faults"]),
        limits=tuple(LimitUse(**use) for use in summary["limits"]),
        realised=Path(summary["realised"]) if summary["realised"] else None,
        summary=summary,
    )


def read_run(folder: Path) -> RunRecord:
    """Read one run from its folder. Raises InputError when there is none, or it is not as it was written."""
    return run_of(read_intact(folder))


def run_of(run: IntactRun) -> RunRecord:
    """Return what a run's files hold. Raises InputError when one cannot be read."""
    folder, manifest = run.folder, run.manifest
    rows = read_rows(folder / RESULTS, RESULTS_SCHEMA, _file(run, RESULTS))
    drawn = read_rows(folder / DISTRIBUTIONS, DISTRIBUTIONS_SCHEMA, _file(run, DISTRIBUTIONS))
    return RunRecord(
        name=str(manifest["run"]),
        manifest=manifest,
        results=scope_results(rows),
        stress_losses=exact_figures(rows, "stress_loss", "scenario"),
        dv01s=exact_figures(rows, "dv01", "curve"),
        distributions=tuple(map(_distribution, drawn)),
        components=components_of(rows),
        files=run.files,
    )


def read_summary(folder: Path, valuation_date: date) -> dict[str, Any]:
    """Read a night's own file. Raises InputError when there is none, or it is not as it was written."""
    return read_sealed(night_folder(folder, valuation_date) / NIGHT, MEND_NIGHT)


def check_closed(summary: Mapping[str, Any], manifest: Manifest, home: Path) -> None:
    """Refuse a run that is another than its night was closed with. Raises InputError."""
    closed = {run["name"]: run["manifest_sha256"] for run in summary["runs"]}
    if manifest.get("sha256") != closed.get(manifest["run"]):
        raise InputError(f"{home}: is another record than the night was closed with; {MEND_NIGHT}")


def recorded_names(summary: Mapping[str, Any]) -> list[str]:
    """Return the runs that a night's file says there are."""
    return [run["name"] for run in summary["runs"] if run["manifest_sha256"]]


def night_folder(folder: Path, valuation_date: date) -> Path:
    """Return where a date's record stands."""
    return folder / f"valuation_date={valuation_date}"


def run_folder(folder: Path, valuation_date: date, name: str) -> Path:
    """Return where a run's record stands."""
    return night_folder(folder, valuation_date) / f"run={name}"


def read_rows(path: Path, schema: pa.Schema, data: bytes | None = None) -> list[dict[str, Any]]:
    """Read a Parquet file, or `data`, its bytes, by the columns of `schema`; an absent one is null.

    Raises InputError.
    """
    rows: list[dict[str, Any]] = read_table(path, schema, data).to_pylist()
    return rows


def read_table(path: Path, schema: pa.Schema, data: bytes | None = None) -> pa.Table:
    """Read a Parquet file as `read_rows`, as a table."""
    try:
        table = pq.ParquetFile(path if data is None else pa.BufferReader(data)).read()
        columns = [
            table[each.name].cast(each.type) if each.name in table.column_names else pa.nulls(len(table), each.type)
            for each in schema
        ]
        return pa.Table.from_arrays(columns, names=schema.names)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def read_json(path: Path) -> dict[str, Any]:
    """Read an object that a batch wrote, unchecked. Raises InputError."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such record") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: is no record: an object was wanted")
    return found


def _file(run: IntactRun, name: str) -> bytes:
    if name not in run.files:
        raise InputError(f"{run.folder / name}: is missing: the manifest beside it lists no such file")
    return run.files[name]


def exact_figures(rows: Sequence[Mapping[str, Any]], measure: str, label: str) -> tuple[Exact, ...]:
    """Return the figures of one measure among a record's rows, each called by its column `label`."""
    return tuple(
        Exact(scope=row["scope"], label=row[label], value=row["value"], unit=row["unit"])
        for row in rows
        if row["measure"] == measure
    )


def _distribution(row: dict[str, Any]) -> Distribution:
    return Distribution(
        scenario=row["scenario"],
        scope=row["scope"],
        n_paths=row["n_paths"],
        edges=np.array(row["edges"], np.float64),
        counts=np.array(row["counts"], np.int64),
        tail=np.array(row["tail"], np.float64),
        unit=row["unit"],
    )
