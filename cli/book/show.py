"""`unwind book show` and `unwind book template`: what moves a book, and how one is written."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.book.commands import Files
from cli.book.fx_table import fx_tables
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.book.show import BookShow, ShowRow
    from engine.instruments.rows.kind import Kind as PositionKind

Kind = Annotated[str | None, typer.Argument(metavar="[KIND]", help="A kind of position; all kinds if left out.")]
Top = Annotated[str, typer.Option(metavar="N", help="How many of the largest positions to list.")]


def show(
    files: Files,
    market: options.Market = None,
    top: Top = "10",
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print what moves a book.

    DV01 for each pillar, vega for each expiry, gains for a 1 % move of each price and for a vol point, carry and
    roll-down for a day: of each book, of all, and of the largest positions. All by exact revaluation. Of FX positions
    among these also spot date, delivery, forward, points, vol and spot delta.
    """
    from engine.book import show
    from engine.inputs.book.load import book_path
    from engine.inputs.book.several import load_books
    from engine.inputs.book.table import MAX_ROWS
    from engine.inputs.default_market import market_path_for
    from engine.inputs.market.load import load_market

    form = formats.chosen(output_format, as_json=as_json)
    n_largest = options.whole("--top", top, 0, MAX_ROWS)
    books = [book_path(file) for file in files]
    levels = load_market(market or market_path_for(books))
    shown = show.show_book(load_books(books, levels.valuation_date), levels, n_largest)

    def frame() -> "Frame":
        from cli.output.book_frames import show_frame

        return show_frame(shown)

    formats.show(form, table=lambda: render.show(*tables(shown)), json=lambda: show.as_json(shown), frame=frame)
    for warning in shown.warnings:
        render.warn(warning)


def template(
    kind: Kind = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.xlsx", help="Write a spreadsheet, with a list to pick kinds from, and meanings."),
    ] = None,
) -> None:
    """Print a book file with an example of a kind, or of each.

    CSV, as of the bundled market's date: 2025-05-28. The meaning of every kind and column goes to stderr; of a
    spreadsheet it stands in its other sheets.
    """
    from engine.inputs.book.load import known_kind
    from engine.instruments.registry import KINDS
    from engine.instruments.rows import template
    from engine.instruments.rows.columns import COLUMNS

    kinds = tuple(KINDS.values()) if kind is None else (known_kind(kind),)
    if out is not None:
        _write_template(kinds, out)
        return
    typer.echo(template.template(kinds), nl=False)
    for each in kinds:
        render.say(f"{each}: {each.meaning}")
    for column in COLUMNS.values():
        if any(each.rule.takes(column.name) for each in kinds):
            render.say(f"  {column.name}: {column.meaning}")


def _write_template(kinds: Sequence["PositionKind"], out: Path) -> None:
    from engine.errors import InputError
    from engine.inputs.outputs import check_out
    from engine.instruments.rows.template_workbook import template_workbook
    from engine.record.atomic import write_atomically

    if out.suffix.lower() != ".xlsx":
        raise InputError(f"--out {str(out)!r} must end in .xlsx; without --out the template is printed as CSV")
    write_atomically(check_out(out, inputs=()), template_workbook(kinds))
    render.say(f"{out}: {len(kinds)} examples; {out.name} is read as a book as it is")


def tables(shown: "BookShow") -> Sequence[Table]:
    """Return DV01 by pillar and vega by expiry; everything else by book; and by position, for the largest."""
    scopes = [*shown.books, shown.total]
    first = [_dv01(shown, scopes), *_vegas(shown, scopes)]
    first.append(_others(shown, f"Value, deltas, vegas and a day, {shown.valuation_date}", "book", scopes))
    if not shown.largest:
        return first
    largest = _others(shown, "Largest positions", "position", shown.largest)
    return [*first, largest, *fx_tables(shown.valuation_date, shown.fx)]


def _dv01(shown: "BookShow", scopes: Sequence["ShowRow"]) -> Table:
    scale = render.scale(HOME, (lost for scope in scopes for lost in scope.dv01.values()))
    columns = (
        Column(heading="pillar", is_number=False),
        *(Column(heading=scope.name) for scope in scopes[:-1]),
        Column(heading=scopes[-1].name),
    )
    rows = [[factor, *(scale.amount(scope.dv01[factor]) for scope in scopes)] for factor in shown.total.dv01]
    return Table(
        title=f"DV01 by pillar, {shown.valuation_date}",
        unit=scale.unit,
        columns=columns,
        rows=rows,
        footnote="Lost when the zero rate at the pillar rises by 1 bp; positive when long.",
    )


def _vegas(shown: "BookShow", scopes: Sequence["ShowRow"]) -> Iterator[Table]:
    """Yield a table of each pair that there are options on: vega by expiry, and of all expiries together."""
    for pair, total in shown.total.vega_by_expiry.items():
        if not any(scope.vega[pair] or any(scope.vega_by_expiry[pair].values()) for scope in scopes):
            continue
        scale = render.scale(HOME, (scope.vega[pair] for scope in scopes))
        columns = (
            Column(heading="expiry", is_number=False),
            *(Column(heading=scope.name) for scope in scopes[:-1]),
            Column(
                heading=scopes[-1].name,
                meaning="gained when the options' own vols rise by one point, 11 % to 12 %. Of an option between two"
                " expiries each has its share.",
            ),
        )
        rows = [[label, *(scale.amount(scope.vega_by_expiry[pair][label]) for scope in scopes)] for label in total]
        rows.append(["parallel", *(scale.amount(scope.vega[pair]) for scope in scopes)])
        yield Table(
            title=f"Vega of {pair} by expiry, {shown.valuation_date}", unit=scale.unit, columns=columns, rows=rows
        )


def _others(shown: "BookShow", title: str, heading: str, rows: Sequence["ShowRow"]) -> Table:
    """Return a column for each sensitivity, in a unit of its own: they differ by orders of magnitude."""
    columns = [Column(heading=heading, is_number=False), Column(heading="kind", is_number=False)]
    entries = [[row.name for row in rows], [row.kind for row in rows]]
    for name, meaning, amounts, scale in _figures(shown, rows):
        columns.append(Column(heading=f"{name}, {scale.unit}", meaning=meaning))
        entries.append([scale.amount(amount) for amount in amounts])
    return Table(title=title, columns=tuple(columns), rows=list(zip(*entries, strict=True)))


def _figures(shown: "BookShow", rows: Sequence["ShowRow"]) -> Iterator[tuple[str, str, list[float], Scale]]:
    """Name, meaning, amount of each row [JPY] and unit of every sensitivity."""

    def figure(name: str, meaning: str, amounts: list[float]) -> tuple[str, str, list[float], Scale]:
        return name, meaning, amounts, render.scale(HOME, amounts)

    yield figure("value", "", [row.value for row in rows])
    for name in rows[0].price_delta:
        up, down = [row.price_delta[name] for row in rows], [row.price_fall[name] for row in rows]
        scale = render.scale(HOME, [*up, *down])
        yield f"{name} +1 %", "", up, scale
        yield f"{name} -1 %", "", down, scale
    for pair in rows[0].vega:
        own = "gained when options' own vols rise by one point."
        yield figure(f"{pair} vega", own, [row.vega[pair] for row in rows])
    for name in rows[0].factor_vega:
        reference = shown.references.get(name, "the reference")
        simulated = f"gained when the vol at {reference} rises by one point and all others in proportion, as simulated."
        yield figure(name, simulated, [row.factor_vega[name] for row in rows])
    for name in rows[0].rega:
        tilted = "gained when the risk reversal rises by one point at the reference expiry, as simulated."
        yield figure(name, tilted, [row.rega[name] for row in rows])
    yield figure("normal vega", "gained when swaptions' normal vols rise by 1 bp.", [row.normal_vega for row in rows])
    for name in rows[0].normal_factor_vega:
        simulated = "gained when its level rises by 1 bp and every swaption's normal vol in proportion, as simulated."
        yield figure(name, simulated, [row.normal_factor_vega[name] for row in rows])
    carried = "gained by tomorrow if zero rates, spot and vols stay."
    yield figure("carry", carried, [row.carry for row in rows])
    yield figure(
        "roll-down", "gained by tomorrow beside it, if the curves stay by tenor.", [row.roll_down for row in rows]
    )
