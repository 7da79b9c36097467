"""`unwind runs sql` and `unwind runs tables`: questions in SQL to a record, and what can be asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.output import formats
from cli.output.formats import Format
from cli.render import Column, Table
from engine.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_SHOWN = 1_000  # rows of a table for readers
MOST_SECONDS = 300.0  # to the end of an answer
MOST_JSON = 100_000  # rows of one JSON object, which is held whole

Question = Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT over the tables of `unwind runs tables`.")]
Folder = Annotated[Path, typer.Argument(metavar="OUT", help="The record's folder: `out` of the batch file.")]
Dates = Annotated[
    list[str] | None,
    typer.Option("--date", metavar="DATE", help="Read only this valuation date, or `last`; repeatable."),
]
Runs = Annotated[list[str] | None, typer.Option("--run", metavar="NAME", help="Only the run of this name; repeatable.")]


def sql(
    folder: Folder,
    question: Question,
    date: Dates = None,
    run: Runs = None,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", min=1, help="Give up where the answer is not whole by then.")
    ] = MOST_SECONDS,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Answer a question in SQL from all nights of a record.

    Tables are named as the record's files: results, contributions, manifests, levels and others, each with the columns
    valuation_date and run. Only bytes that are as they were written are read, and a question reaches nothing else: no
    file, no network. Such as: unwind runs sql OUT "SELECT valuation_date, value FROM results WHERE measure =
    'value_at_risk' AND scope = 'total' AND confidence = 0.99 ORDER BY 1". A table shows 1,000 rows at most; CSV and
    Parquet any number, as they are found.
    """
    from engine.record.asking.questions import asked

    form = formats.chosen(output_format, as_json=as_json)
    with asked(folder, question, date or (), run or (), within_s=seconds) as found:
        formats.show(
            form,
            table=lambda: render.show(_table(_whole(found, MOST_SHOWN, "a table"))),
            json=lambda: {"schema": 1, "rows": _rows(_whole(found, MOST_JSON, "one JSON object"))},
            frame=lambda: found,
        )


def tables(output_format: options.Format = None, as_json: options.AsJson = False) -> None:
    """List what `unwind runs sql` can ask, with units and meanings."""
    form = formats.chosen(output_format, as_json=as_json)

    def frame() -> "pa.Table":
        from cli.output.record_frames import columns_frame

        return columns_frame()

    formats.show(
        form, table=lambda: render.show(*_listed(frame())), json=formats.rows_object("columns", frame), frame=frame
    )


def _whole(found: "pa.RecordBatchReader", most: int, what: str) -> "pa.Table":
    """Return an answer whole. Raises InputError where it has more rows than `most`."""
    import pyarrow as pa

    batches, n = [], 0
    for batch in found:
        batches.append(batch)
        n += batch.num_rows
        if n > most:
            way_out = f"--format {Format.CSV.value} or {Format.PARQUET.value} has any number, or add LIMIT {most}"
            raise InputError(f"the answer has more than {most:,} rows, too many for {what}; {way_out}")
    return pa.Table.from_batches(batches, found.schema)


def _rows(found: "pa.Table") -> list[dict[str, Any]]:
    from cli.output.frames import rows_json

    return rows_json(found)


def _table(found: "pa.Table") -> Table:
    import pyarrow.types as kinds

    numbers = (kinds.is_integer, kinds.is_floating, kinds.is_decimal)
    columns = tuple(
        Column(heading=field.name, is_number=any(is_kind(field.type) for is_kind in numbers)) for field in found.schema
    )
    rows = [[_text(value) for value in row.values()] for row in found.to_pylist()]
    return Table(title=f"{len(rows):,} row{'s' * (len(rows) != 1)}", columns=columns, rows=rows)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value + 0.0:.6g}"  # zero has no sign
    return "" if value is None else str(value)


def _listed(columns: "pa.Table") -> list[Table]:
    """Lay out the columns, a table each."""
    heads = tuple(Column(heading=name, is_number=False) for name in ("column", "type", "unit", "meaning"))
    by_table: dict[str, list[list[str]]] = {}
    for row in columns.to_pylist():
        entry = [row[name] or "" for name in ("column", "type", "unit", "meaning")]
        by_table.setdefault(f"{row['table']}: {row['row']}", []).append(entry)
    return [Table(title=title, columns=heads, rows=rows) for title, rows in by_table.items()]
