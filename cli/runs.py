"""`unwind runs`: what batches have recorded, listed, shown, compared, exported."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.record.query import RecordedRun, Rows

MEANINGS = {  # of columns, below the table, by the end of their names
    "table_se": "standard error of the figure by its law's table of past days; none where a law has no table.",
    "se": "standard error of the simulation; 0 or none where the figure is exact.",
    "n_moves": "moves of an exact scenario, each valued; none where it is simulated.",
}

HELP = "List, show, compare, export and ask recorded runs (extra `store`)."

Folder = Annotated[Path, typer.Argument(metavar="OUT", help="The record's folder: `out` of the batch file.")]
Dates = Annotated[
    list[str] | None, typer.Option("--date", metavar="DATE", help="Only this valuation date, or `last`; repeatable.")
]
Runs = Annotated[list[str] | None, typer.Option("--run", metavar="NAME", help="Only the run of this name; repeatable.")]
Where = Annotated[str, typer.Option(metavar="SQL", help="Condition over the columns, such as \"scope = 'total'\".")]


def list_(
    folder: Folder,
    date: Dates = None,
    run: Runs = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """List recorded runs and their scenarios, the main one first, with the VaR and expected shortfall of the totals."""
    from engine.record.query import headline, recorded_runs

    form = formats.chosen(output_format, as_json=as_json)
    found = headline(recorded_runs(folder, date or (), run or ()))
    _show(form, f"Runs in {folder}", found, "runs")


def show(
    folder: Folder,
    date: Dates = None,
    run: Runs = None,
    where: Where = "true",
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Show every figure of recorded runs."""
    from engine.record.query import figures, recorded_runs

    form = formats.chosen(output_format, as_json=as_json)
    found = recorded_runs(folder, date or (), run or ())
    _show(form, f"Figures in {folder}", figures(found, where), "figures", _groupings(found))


def diff(
    folder: Folder,
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="Valuation date, or `last`.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Valuation date, or `last`.")],
    run: Runs = None,
    other: Annotated[
        Path | None, typer.Option("--other", metavar="OUT", help="Record that holds AFTER. Default: the same.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what differs by two errors of the simulation or less.")
    ] = False,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Show figures that differ between two dates, or two records of one date, by more than two errors.

    Left out are differences within rounding: 1e-12 of a figure; of pnl_bound, 1e-9 of the largest figure beside it.
    """
    from cli.record.difference_table import difference_tables, shown_differences
    from engine.record.query import differences, recorded_runs

    form = formats.chosen(output_format, as_json=as_json)
    one = recorded_runs(folder, [before], run or ())
    two = recorded_runs(other or folder, [after], run or ())
    found = differences(one, two)

    def frame() -> "Frame":
        from cli.output.record_frames import record_frame

        return record_frame(shown_differences(found, everything=everything))

    formats.show(
        form,
        table=lambda: render.show(*difference_tables(f"From {before} to {after}", found, everything=everything)),
        json=formats.rows_object("differences", frame),
        frame=frame,
    )


def export(
    folder: Folder,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="To write: .csv, .xlsx or .sqlite.")],
    date: Dates = None,
    run: Runs = None,
    where: Where = "true",
    table: Annotated[
        str, typer.Option(metavar="NAME", help="figures; or contributions, which a run's `by` records.")
    ] = "figures",
) -> None:
    """Write figures to one file: CSV, Excel or SQLite."""
    from engine.inputs.outputs import check_out
    from engine.record import query

    chosen = query.table_of(table)
    found = query.figures(query.recorded_runs(folder, date or (), run or (), chosen), where)
    query.export(found, check_out(out, inputs=(), flag="FILE"), chosen)
    render.say(f"{len(found.rows):,} rows written to {out}")


def _groupings(found: "Sequence[RecordedRun]") -> str:
    """Say by what runs were taken apart, and where the groups are; nothing of runs that were not."""
    parted = [f"{each.run} of {each.valuation_date} by {', '.join(each.groupings)}" for each in found if each.groupings]
    return f"Taken apart: {'; '.join(parted)}. `unwind runs export --table contributions` has it." if parted else ""


def _show(form: formats.Format, title: str, found: "Rows", key: str, footnote: str = "") -> None:
    """Print what a record answered; `key` is that of its rows in JSON."""

    def frame() -> "Frame":
        from cli.output.record_frames import record_frame

        return record_frame(found)

    formats.show(
        form,
        table=lambda: render.show(_table(title, found, footnote)),
        json=lambda: {"schema": 1, key: found.as_json()},
        frame=frame,
    )


def _table(title: str, found: "Rows", footnote: str) -> Table:
    used = [i for i in range(len(found.columns)) if any(row[i] is not None for row in found.rows)]
    used = [i for i in used if found.columns[i] not in ("pnl_sha256", "tail_paths", "rough")]
    columns = [
        Column(heading=found.columns[i], is_number=_is_number(found.rows, i), meaning=_meaning(found.columns[i]))
        for i in used
    ]
    rows = [[_text(row[i]) for i in used] for row in found.rows]
    return Table(title=title, columns=tuple(columns), rows=rows, footnote=footnote)


def _meaning(column: str) -> str:
    """Return what an error is of, so that none is taken for the other."""
    return next((text for end, text in MEANINGS.items() if column == end or column.endswith(f"_{end}")), "")


def _is_number(rows: Sequence[Sequence[Any]], i: int) -> bool:
    return all(row[i] is None or isinstance(row[i], int | float) for row in rows)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.6g}"
    return "" if value is None else str(value)
