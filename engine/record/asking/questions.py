"""Questions in SQL to a record: its tables over all nights, by the bytes that were found intact."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.record.asking.apart import answered
from engine.record.correlations import CORRELATIONS, CORRELATIONS_SCHEMA
from engine.record.manifest import Manifest, main_scenario, read_intact
from engine.record.query import recorded_folders
from engine.record.read import read_table
from engine.record.tables import (
    CONTRIBUTIONS,
    CONTRIBUTIONS_SCHEMA,
    CONVERGENCE,
    DISTRIBUTIONS,
    DISTRIBUTIONS_SCHEMA,
    LEVELS,
    LEVELS_SCHEMA,
    PARAMETER_FIGURES,
    PARAMETER_FIGURES_SCHEMA,
    PARAMETER_SETS,
    PARAMETER_SETS_SCHEMA,
    RESULTS,
    RESULTS_SCHEMA,
    convergence_schema,
)
from kernels.registry import Registry

_OF_NIGHT = [pa.field("valuation_date", pa.date32()), pa.field("run", pa.string())]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTable:
    """A table that a question may name: that of a file of every run, or the manifests."""

    name: str
    row: str  # what a row is
    schema: pa.Schema  # without the night's date and the run's name, which come first
    file: str | None  # beside a run's manifest; None: the manifest itself

    @property
    def columns(self) -> pa.Schema:
        """Return all columns, those of the night first."""
        return pa.schema([*_OF_NIGHT, *(field.with_nullable(True) for field in self.schema)])


MANIFESTS = AskedTable(
    name="manifests",
    row="a run of a night: what it was made from, and by what",
    schema=pa.schema(
        [
            pa.field("complete", pa.bool_()),
            pa.field("main_scenario", pa.string()),
            pa.field("scenarios", pa.list_(pa.string())),
            *(pa.field(name, pa.int64()) for name in ("n_paths", "horizon_days")),
            pa.field("seed", pa.string()),
            *(pa.field(name, pa.string()) for name in ("steps", "backend", "device", "precision", "currency")),
            *(pa.field(name, pa.string()) for name in ("version", "code_sha256", "market", "market_sha256")),
            *(pa.field(name, pa.string()) for name in ("problem_sha256", "host", "started", "finished")),
            pa.field("simulate_s", pa.float64()),
            *(pa.field(name, pa.int64()) for name in ("n_warnings", "n_faults", "exit_code")),
        ]
    ),
    file=None,
)
TABLES: Registry[AskedTable] = Registry(
    "table",
    (
        AskedTable(name="results", row="a figure of a run", schema=RESULTS_SCHEMA, file=RESULTS),
        AskedTable(
            name="contributions",
            row="a measure of one group, of runs with `by`",
            schema=CONTRIBUTIONS_SCHEMA,
            file=CONTRIBUTIONS,
        ),
        MANIFESTS,
        AskedTable(
            name="distribution", row="a histogram of P&L, lists", schema=DISTRIBUTIONS_SCHEMA, file=DISTRIBUTIONS
        ),
        AskedTable(
            name="convergence", row="estimates from the first paths", schema=convergence_schema(), file=CONVERGENCE
        ),
        AskedTable(name="levels", row="a quantile of a simulated level", schema=LEVELS_SCHEMA, file=LEVELS),
        AskedTable(name="correlations", row="a pair of factors", schema=CORRELATIONS_SCHEMA, file=CORRELATIONS),
        AskedTable(
            name="parameter_sets",
            row="an uncertain parameter in a set",
            schema=PARAMETER_SETS_SCHEMA,
            file=PARAMETER_SETS,
        ),
        AskedTable(
            name="parameter_figures",
            row="a measure in a set of parameters",
            schema=PARAMETER_FIGURES_SCHEMA,
            file=PARAMETER_FIGURES,
        ),
    ),
    name=lambda each: each.name,
)


@contextmanager
def asked(
    out: Path, question: str, dates: Sequence[str] = (), runs: Sequence[str] = (), *, within_s: float | None = None
) -> Iterator[pa.RecordBatchReader]:
    """Yield a reader of what a question finds in the tables of a record, of these nights and runs; all without.

    Raises
    ------
    InputError
        The question is wrong, there is no such run, a file that it needs was changed since it was written, or the
        answer is not whole within so many seconds.
    """
    schemas = {name: each.columns for name, each in TABLES.items()}

    def read(names: Sequence[str]) -> dict[str, pa.Table]:
        return _read(recorded_folders(out, dates, runs), [TABLES[name] for name in names])

    with answered(question, schemas, read, within_s) as found:
        yield found


def _read(folders: Sequence[Path], tables: Sequence[AskedTable]) -> dict[str, pa.Table]:
    """Return some tables of all runs, each empty where no run has it."""
    parts: dict[str, list[pa.Table]] = {each.name: [each.columns.empty_table()] for each in tables}
    for folder in folders if tables else ():
        manifest = read_intact(folder, ()).manifest
        held = [each for each in tables if each.file in manifest["files"]]
        files = read_intact(folder, [each.file for each in held if each.file]).files
        for each in held:
            rows = read_table(folder / str(each.file), each.schema, files[str(each.file)])
            parts[each.name].append(_dated(rows, manifest, each))
        if MANIFESTS.name in parts:
            parts[MANIFESTS.name].append(pa.Table.from_pylist([_facts(manifest)], schema=MANIFESTS.columns))
    return {name: pa.concat_tables(found) for name, found in parts.items()}


def _dated(rows: pa.Table, manifest: Manifest, table: AskedTable) -> pa.Table:
    night = (date.fromisoformat(manifest["valuation_date"]), manifest["run"])
    head = [pa.repeat(pa.scalar(value, each.type), len(rows)) for value, each in zip(night, _OF_NIGHT, strict=True)]
    return pa.Table.from_arrays([*head, *rows.columns], schema=table.columns)


def _facts(manifest: Manifest) -> Mapping[str, Any]:
    facts, code, market, times = manifest["facts"], manifest["code"], manifest["market"], manifest["times"]
    of_facts = ("n_paths", "horizon_days", "steps", "backend", "device", "precision", "currency")
    return {
        "valuation_date": date.fromisoformat(manifest["valuation_date"]),
        "run": manifest["run"],
        "complete": manifest["complete"],
        "main_scenario": main_scenario(manifest),
        "scenarios": [each["name"] for each in manifest["scenarios"]],
        **{name: facts.get(name) for name in of_facts},
        "seed": str(facts["seed"]),  # up to 2^64 - 1: no whole number of a database holds it
        "version": code["version"],
        "code_sha256": code["sha256"],
        "market": market["path"],
        "market_sha256": market["sha256"],
        **{name: manifest[name] for name in ("problem_sha256", "host", "exit_code")},
        **{name: times.get(name) for name in ("started", "finished", "simulate_s")},
        "n_warnings": len(manifest["warnings"]),
        "n_faults": len(manifest["faults"]),
    }
