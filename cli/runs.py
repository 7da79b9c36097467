"""`unwind runs`: what batches have recorded, listed, shown, compared, exported."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.record.query import RecordedRun, Rows

LEAVES = {"run": 1, "scope": 2, "confidence": 2, "n_moves": 4, "backtest": 5}  # on a narrow page
UNIT = "unit"  # the column that says of what a row's figures are
LEAST_AMOUNT = 1e3  # of the currency: a column of smaller figures alone is of counts, shares or probabilities

HELP = "List, show, compare, export and query recorded runs. Needs the extra `store`."

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
    """List recorded runs, with VaR and expected shortfall of the total.

    The main scenario comes first.
    """
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
    """Show figures that differ by more than two errors.

    Between two dates, or two records of one date. Left out are differences within rounding: 1e-12 of a figure; of
    pnl_bound, 1e-9 of the largest figure beside it.
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
        table=lambda: render.show(table(title, found, footnote)),
        json=lambda: {"schema": 1, key: found.as_json()},
        frame=frame,
    )


def table(title: str, found: "Rows", footnote: str) -> Table:
    """Lay out a record's rows: figures in one unit, each with its errors behind it."""
    used = [i for i in range(len(found.columns)) if any(row[i] is not None for row in found.rows)]
    used = [i for i in used if found.columns[i] not in ("pnl_sha256", "tail_paths", "rough")]
    errors = {i: _place(found.columns, f"{found.columns[i]}_se") for i in used}
    tables = {i: _place(found.columns, f"{found.columns[i]}_table_se") for i in used}
    taken = {k for k in (*errors.values(), *tables.values()) if k is not None}
    shown = [i for i in used if i not in taken]
    currency = _currency(found)
    money = [i for i in shown if currency and _is_money(found, i)]
    shown = [i for i in shown if not (money and found.columns[i] == UNIT)]
    unit = render.scale(currency, [row[i] for row in found.rows for i in money])
    columns = [
        Column(
            heading=found.columns[i].replace("_", " "),
            is_number=_is_number(found.rows, i),
            leaves=LEAVES.get(found.columns[i], 0),
        )
        for i in shown
    ]
    rows = [
        [_figure(row, i, errors[i], tables[i], unit) if i in money else _text(row[i]) for i in shown]
        for row in found.rows
    ]
    return Table(title=title, unit=unit.unit if money else "", columns=tuple(columns), rows=rows, footnote=footnote)


def _place(columns: Sequence[str], name: str) -> int | None:
    return columns.index(name) if name in columns else None


def _currency(found: "Rows") -> str:
    """Return the unit that all rows have, where it is one: amounts are then in one unit of the table."""
    place = _place(found.columns, UNIT)
    units = {row[place] for row in found.rows} if place is not None else set()
    return str(units.pop()) if len(units) == 1 else ""


def _is_money(found: "Rows", i: int) -> bool:
    """Return whether a column has amounts: fractional numbers that no error or share of something else is."""
    return any(isinstance(row[i], float) and abs(row[i]) >= LEAST_AMOUNT for row in found.rows)


def _figure(row: Sequence[Any], i: int, se: int | None, table_se: int | None, unit: Scale) -> str:
    if row[i] is None:
        return NOT_APPLICABLE
    own = (row[se] if se is not None else None) or 0.0
    of_table = row[table_se] if table_se is not None else None
    return unit.with_table(row[i], own, of_table, is_exact=of_table is not None and own == 0.0)


def _is_number(rows: Sequence[Sequence[Any]], i: int) -> bool:
    return all(row[i] is None or isinstance(row[i], int | float) for row in rows)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.6g}"
    return "" if value is None else str(value)
