"""Questions to a record, by DuckDB in memory over the bytes that were found intact: no reader holds up the writer.

The database sees these figures and nothing else: no file, no network, no setting can be reached by a question.
"""

import csv
import io
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.errors import InputError, RiskError, did_you_mean
from engine.inputs.batch import day_of_text
from engine.inputs.batch_dates import LAST
from engine.part_files import part_of
from engine.portable_files import move
from engine.record.asking.database import database
from engine.record.atomic import write_atomically
from engine.record.manifest import main_scenario, read_intact, read_manifest
from engine.record.read import read_table
from engine.record.tables import CONTRIBUTIONS, CONTRIBUTIONS_SCHEMA, MANIFEST, RESULTS, RESULTS_SCHEMA
from engine.risk.measures.registry import HEADLINE
from engine.risk.standing import STRESS_LABEL, Standing, recorded_standings
from engine.workbook import SheetTable, workbook_bytes
from kernels.registry import Registry

EXPORTS = (".csv", ".xlsx", ".sqlite")
ROUNDING = 1e-12  # of a figure: two machines may differ by that
BOUND_ROUNDING = 1e-9  # of the largest figure beside a bound: a bound that moves by less says nothing new of it

_LABEL = "label"  # of a scenario's figures, where they are those of a stress
_KEY = "run, scenario, scope, measure, confidence, curve"
_TYPES = {"double": "REAL", "int64": "INTEGER", "bool": "INTEGER"}
_NUMBER_FORMATS = {"double": "#,##0.00", "int64": "#,##0"}  # of a spreadsheet: amounts, and how many


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTable:
    """A table of a run's record that can be asked."""

    name: str  # of --table
    file: str  # beside the run's manifest
    schema: pa.Schema
    order: str  # of an answer's rows, after date and run
    way_out: str  # where no run has it


FIGURES = RecordedTable(
    name="figures",
    file=RESULTS,
    schema=RESULTS_SCHEMA,
    order="scope <> 'total', scope, scenario, measure, confidence, curve",
    way_out="`unwind batch run` makes the run",
)
PARTS = RecordedTable(
    name="contributions",
    file=CONTRIBUTIONS,
    schema=CONTRIBUTIONS_SCHEMA,
    order='scenario, "grouping", confidence, measure, n_groups, abs(contribution) DESC, "group"',
    way_out='`by = ["position", "factor"]` in its [[runs]] of the batch file records them',
)
TABLES: Registry[RecordedTable] = Registry("table", (FIGURES, PARTS), name=lambda each: each.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The answer to a question, row by row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def as_json(self) -> list[dict[str, Any]]:
        """Return each row by column, in strict JSON's types: dates as text, none where a figure is not finite."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedRun:
    """A run's figures, and whose they are by its manifest: the table was read once, and found intact."""

    folder: Path
    valuation_date: date
    run: str
    main_scenario: str
    standings: Mapping[str, Standing]  # by scenario; none in older records
    groupings: tuple[str, ...]  # by which its figures were taken apart: PARTS has the groups
    table: RecordedTable
    rows: pa.Table  # of its schema


def table_of(name: str) -> RecordedTable:
    """Return the table of a name. Raises InputError where there is none."""
    if name not in TABLES:
        near = did_you_mean(name, tuple(TABLES))
        raise InputError(f"there is no table {name!r}; there are {', '.join(TABLES)}{near}")
    return TABLES[name]


def recorded_runs(
    out: Path, dates: Sequence[str] = (), runs: Sequence[str] = (), table: RecordedTable = FIGURES
) -> tuple[RecordedRun, ...]:
    """Read one table of the runs that exist and have it, of these dates and names; all without.

    Raises
    ------
    InputError
        One of `dates` is no day, there is no such run, none has the table, or figures of some were changed since they
        were written, or are those of another run or date; names all of these, and the way out.
    """
    if not (read := _intact(recorded_folders(out, dates, runs), table)):
        raise InputError(f"{str(out)!r}: no such run holds {table.name}; {table.way_out}")
    return read


def recorded_folders(out: Path, dates: Sequence[str] = (), runs: Sequence[str] = ()) -> list[Path]:
    """Return the folders of the runs that exist, of these dates, `last` for the newest, and names; all without.

    Raises InputError where one of `dates` is no day, or there is no such run.
    """
    found = sorted(out.glob(f"valuation_date=*/run=*/{MANIFEST}"))
    if runs:
        found = [path for path in found if _value(path.parent) in runs]
    newest = _value(found[-1].parents[1]) if found else ""
    try:
        days = [newest if text == LAST else str(day_of_text(text)) for text in dates]
    except ValueError as error:
        raise InputError(f"a valuation date {error}") from None
    folders = [path.parent for path in found if not days or _value(path.parents[1]) in days]
    if not folders:
        named = " ".join([*dates, *runs])
        raise InputError(f"{str(out)!r} holds no recorded run{f' of {named}' if named else ''}")
    return folders


def figures(runs: Sequence[RecordedRun], where: str = "true", parameters: Sequence[Any] = ()) -> Rows:
    """Return the table that some runs were read for, a row (n_rows,) a figure in its unit, with their date and name.

    where   an SQL condition over the columns, with a ? for each of `parameters`
    """
    table = runs[0].table
    columns = ", ".join(f'"{name}"' for name in ("valuation_date", "run", *table.schema.names, _LABEL))
    order = f"valuation_date, run, {table.order}"
    return _ask(f"SELECT {columns} FROM figures WHERE (\n{where}\n) ORDER BY {order}", runs, parameters)


def headline(runs: Sequence[RecordedRun]) -> Rows:
    """Return a row a run and scenario, (n_rows,): the measures of all books at the highest confidence.

    Of each run its main scenario comes first.
    """
    keys = [measure.key for measure in HEADLINE]
    columns = [f"max(value) FILTER (measure = '{key}') AS {key}" for key in keys]
    columns[1:1] = [f"max({se}) FILTER (measure = '{keys[0]}') AS {keys[0]}_{se}" for se in ("se", "table_se")]
    columns.append("max(n_moves) AS n_moves")
    return _ask(
        f"WITH levels AS (SELECT valuation_date, run, scenario, scope, confidence, {', '.join(columns)}, "
        f"any_value(unit) AS unit, any_value({_LABEL}) AS {_LABEL}, any_value(main_scenario) AS main FROM figures "
        f"WHERE measure IN ({', '.join(map(repr, keys))}) AND scope IN ('total', 'partial') "
        "GROUP BY valuation_date, run, scenario, scope, confidence) "
        "SELECT * EXCLUDE (main) FROM levels QUALIFY row_number() OVER "
        "(PARTITION BY valuation_date, run, scenario ORDER BY confidence DESC) = 1 "
        "ORDER BY valuation_date, run, scenario <> main, scenario",
        runs,
    )


def differences(one: Sequence[RecordedRun], other: Sequence[RecordedRun]) -> Rows:
    """Return the figures that differ between two sets of runs: (n_rows,), in their units.

    They are matched by run, scenario, scope, measure, confidence and curve.

    Left out are differences within rounding: `ROUNDING` of a figure; of `pnl_bound`, `BOUND_ROUNDING` of the largest
    figure of its run, scenario and scope.

    se is of the difference, by the simulation, as if the two were independent; on common random numbers it is less.
    The errors of the laws' tables of past days are not in it: two nights share nearly all of their table.
    """
    chosen = f"SELECT {_KEY}, value, se, unit FROM figures WHERE folder IN (SELECT unnest(?::VARCHAR[]))"
    return _ask(
        f"WITH one AS ({chosen}), other AS ({chosen}), "
        "sizes AS (SELECT run, scenario, scope, max(abs(value)) FILTER (isfinite(value)) AS size "
        "FROM figures GROUP BY run, scenario, scope), "
        "changes AS (SELECT coalesce(one.run, other.run) AS run, coalesce(one.scenario, other.scenario) AS scenario, "
        "coalesce(one.scope, other.scope) AS scope, coalesce(one.measure, other.measure) AS measure, "
        "coalesce(one.confidence, other.confidence) AS confidence, coalesce(one.curve, other.curve) AS curve, "
        "one.value AS before, other.value AS after, other.value - one.value AS change, "
        "sqrt(coalesce(one.se, 0) ** 2 + coalesce(other.se, 0) ** 2) AS se, coalesce(one.unit, other.unit) AS unit "
        f"FROM one FULL JOIN other ON {_same('one', 'other', _KEY)} WHERE one.value IS DISTINCT FROM other.value) "
        f"SELECT changes.* FROM changes LEFT JOIN sizes ON {_same('changes', 'sizes', 'run, scenario, scope')} "
        f"WHERE before IS NULL OR after IS NULL OR abs(change) > CASE measure WHEN 'pnl_bound' "
        f"THEN {BOUND_ROUNDING!r} * size ELSE {ROUNDING!r} * greatest(abs(before), abs(after)) END "
        "ORDER BY ALL",
        [*one, *other],
        [[str(each.folder) for each in one], [str(each.folder) for each in other]],
    )


def export(rows: Rows, path: Path, table: RecordedTable = FIGURES) -> None:
    """Write an answer from a table as CSV, XLSX or SQLite, by the file's end; it appears whole.

    Text is written as it is, to the letter. A spreadsheet has it as text, also where it begins like a formula; its
    numbers have 16 digits, and in the other two every bit.

    Raises
    ------
    InputError
        The file's end is none of `EXPORTS`, or there are more rows than a sheet has.
    RiskError
        The file cannot be written.
    """
    match path.suffix:
        case ".csv":
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows([rows.columns, *rows.rows])
            write_atomically(path, text.getvalue().encode())
        case ".xlsx":
            write_atomically(path, _xlsx(rows, table))
        case ".sqlite":
            _write_sqlite(rows, path)
        case _:
            raise InputError(f"{path.name!r} must end in {' or '.join(EXPORTS)}")


def _same(left: str, right: str, keys: str) -> str:
    return " AND ".join(f"{left}.{key} IS NOT DISTINCT FROM {right}.{key}" for key in keys.split(", "))


def _intact(folders: Sequence[Path], table: RecordedTable) -> tuple[RecordedRun, ...]:
    found, messages = [], []
    for folder in folders:
        try:
            if table is FIGURES or table.file in read_manifest(folder, ())["files"]:
                found.append(_recorded(folder, table))
        except InputError as error:
            messages.append(str(error))
    if messages:
        raise InputError("\n".join(messages))
    return tuple(found)


def _recorded(folder: Path, table: RecordedTable) -> RecordedRun:
    intact = read_intact(folder, [table.file])
    is_parted = CONTRIBUTIONS in intact.manifest["files"]
    return RecordedRun(
        folder=folder,
        valuation_date=date.fromisoformat(intact.manifest["valuation_date"]),
        run=intact.manifest["run"],
        main_scenario=main_scenario(intact.manifest),
        standings=recorded_standings(intact.manifest["facts"]),
        groupings=tuple(intact.manifest["config"].get("by", ())) if is_parted else (),
        table=table,
        rows=read_table(folder / table.file, table.schema, intact.files[table.file]),
    )


def _ask(query: str, runs: Sequence[RecordedRun], parameters: Sequence[Any] = ()) -> Rows:
    """Answer one question, with everything shut off but the figures of these runs."""
    held = pa.concat_tables([_dated(run) for run in {run.folder: run for run in runs}.values()])
    with database({"figures": held}) as connection:
        if len(connection.extract_statements(query)) != 1:
            raise InputError("a condition is one expression, without a semicolon")
        answer = connection.execute(query, list(parameters))
        columns = tuple(column[0] for column in answer.description)
        return Rows(columns=columns, rows=tuple(answer.fetchall()))


def _dated(run: RecordedRun) -> pa.Table:
    """Return a run's figures with what its folder's names stand for, its main scenario, and the label of stresses."""
    table, names = run.rows, {"valuation_date": run.valuation_date, "run": run.run, "folder": str(run.folder)}
    for name, value in (names | {"main_scenario": run.main_scenario}).items():
        table = table.append_column(name, pa.repeat(pa.scalar(value), len(table)))
    stresses = {name for name, each in run.standings.items() if each.is_stress}
    labels = [STRESS_LABEL if name in stresses else None for name in table["scenario"].to_pylist()]
    return table.append_column(_LABEL, pa.array(labels, pa.string()))


def _xlsx(rows: Rows, table: RecordedTable) -> bytes:
    formats = {
        field.name: _NUMBER_FORMATS[str(field.type)] for field in table.schema if str(field.type) in _NUMBER_FORMATS
    }
    formats.pop("confidence", None)  # 0.975 is no amount
    return workbook_bytes([SheetTable(name=table.name, columns=rows.columns, rows=rows.rows, formats=formats)])


def _write_sqlite(rows: Rows, path: Path) -> None:
    part = part_of(path)
    fields = [field for table in TABLES.values() for field in table.schema]
    types = {field.name: _TYPES.get(str(field.type), "TEXT") for field in fields}
    columns = ", ".join(f'"{name}" {types.get(name, "TEXT")}' for name in rows.columns)
    places = ", ".join("?" for _ in rows.columns)
    try:
        connection = sqlite3.connect(part)
        try:
            with connection:
                connection.execute(f"CREATE TABLE figures ({columns})")
                plain = ([str(value) if isinstance(value, date) else value for value in row] for row in rows.rows)
                connection.executemany(f"INSERT INTO figures VALUES ({places})", plain)
        finally:
            connection.close()
        move(part, path)
    except (sqlite3.Error, OSError) as error:
        raise RiskError(f"{str(path)!r} cannot be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)


def _value(folder: Path) -> str:
    return folder.name.partition("=")[2]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value
