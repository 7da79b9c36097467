"""`unwind book`: positions priced one by one, and compiled for machines without QuantLib."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.book.fx_table import fx_tables
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.book.check import BookCheck, CheckRow, CheckTotal

HELP = "Write, check and compile books of positions, and show what moves them."

File = Annotated[
    Path, typer.Argument(metavar="BOOK", help="Positions (CSV, spreadsheet, or Parquet), or a bundled book.")
]
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="BOOK...", help="Positions (CSV, spreadsheet, Parquet), in one or more files, or bundled books by name."
    ),
]


def check(
    files: Files,
    market: options.Market = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Price every position of a book, or of several.

    Prints clean price, yield, spread, value and DV01 per curve, then the totals. Yields are simple for JGBs, street
    for Treasuries, bond-equivalent for Treasury bills. A spread is shown where the position gives a market price. Of FX
    positions it prints spot date, delivery, forward, points, vol and spot delta. Says everything that is wrong with the
    file at once.
    """
    from engine.book import check as checks
    from engine.inputs.book.load import book_path
    from engine.inputs.book.several import load_books
    from engine.inputs.default_market import market_path_for
    from engine.inputs.market.load import load_market, market_warnings

    form = formats.chosen(output_format, as_json=as_json)
    books = [book_path(file) for file in files]
    levels = load_market(market or market_path_for(books))
    checked = checks.check_book(load_books(books, levels.valuation_date), levels)

    def frame() -> "Frame":
        from cli.output.book_frames import check_frame

        return check_frame(checked)

    formats.show(form, table=lambda: render.show(*_tables(checked)), json=lambda: checks.as_json(checked), frame=frame)
    for warning in (*market_warnings(levels), *checked.warnings):
        render.warn(warning)


def _tables(checked: "BookCheck") -> list[Table]:
    """Lay out the positions, FX deliveries, and the books."""
    scale = render.scale(HOME, (row.value for row in checked.rows))
    dv01_scale = render.scale(HOME, (lost for row in checked.rows for lost in row.dv01.values()))
    curves = sorted(checked.total.dv01)
    return [
        _positions(checked, curves, scale, dv01_scale),
        *fx_tables(checked.valuation_date, checked.fx),
        _totals([*checked.books, checked.total], curves, scale, dv01_scale),
    ]


def compile_(
    file: File,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The compiled book to write (Parquet).")],
    market: options.Market = None,
) -> None:
    """Write a book as dated cash flows.

    A machine without QuantLib can run from them. The book is compiled for the market's valuation date, and holds for
    that date only.
    """
    from engine.book.store import write_compiled
    from engine.inputs.book.load import book_path, load_book
    from engine.inputs.default_market import market_path_for
    from engine.inputs.market.load import load_market
    from engine.inputs.outputs import check_out

    source = book_path(file)
    market_path = market or market_path_for([source])
    target = check_out(out, inputs=(source, market_path))
    valuation_date = load_market(market_path).valuation_date
    book = load_book(source, valuation_date)
    write_compiled(book, target)
    for warning in book.warnings:
        render.warn(warning)
    typer.echo(f"{out}: {len(book.position_ids):,} positions, {book.flows.day.size:,} flows, as of {valuation_date}")


def _positions(checked: "BookCheck", curves: Sequence[str], scale: Scale, dv01_scale: Scale) -> Table:
    columns = (
        *(Column(heading=heading, is_number=False) for heading in ("position", "book", "kind")),
        Column(heading="clean", meaning="price per 100 of face for settlement, without accrued interest."),
        Column(
            heading="yield",
            meaning="per year; simple for JGBs, street for Treasuries, bond-equivalent for their bills.",
        ),
        Column(heading="spread", meaning="over the curve, so that the position is worth its given market price."),
        Column(heading="value", meaning=f"{scale.unit}; owned positive, owed negative."),
        *(Column(heading=f"DV01 {curve}", meaning=_dv01_meaning(curve, dv01_scale)) for curve in curves),
    )
    rows = [_position(row, curves, scale, dv01_scale) for row in checked.rows]
    if any(row.break_even is not None for row in checked.rows):
        linked = "inflation per year at which a linked bond is worth its price; its yield is real."
        columns += (Column(heading="break-even", meaning=linked),)
        rows = [[*texts, _percent_or_none(row.break_even)] for texts, row in zip(rows, checked.rows, strict=True)]
    return Table(title=f"Positions on {checked.valuation_date}", columns=columns, rows=rows)


def _percent_or_none(part: float | None) -> str:
    return "" if part is None else render.percent(part, 3)


def _position(row: "CheckRow", curves: Sequence[str], scale: Scale, dv01_scale: Scale) -> list[str]:
    return [
        row.position_id,
        row.book,
        row.kind,
        "" if row.clean_price is None else f"{row.clean_price:.4f}",
        "" if row.market_yield is None else render.percent(row.market_yield, 4),
        "" if row.spread_bp is None else f"{row.spread_bp:+.2f} bp",
        scale.amount(row.value),
        *(dv01_scale.amount(row.dv01.get(curve, 0.0)) for curve in curves),
    ]


def _totals(totals: Sequence["CheckTotal"], curves: Sequence[str], scale: Scale, dv01_scale: Scale) -> Table:
    columns = (
        Column(heading="book", is_number=False),
        Column(heading="positions"),
        Column(heading="value", meaning=f"{scale.unit}, net."),
        Column(heading="gross value", meaning=f"{scale.unit}; the positions' values added without their signs."),
        *(Column(heading=f"DV01 {curve}", meaning=_dv01_meaning(curve, dv01_scale)) for curve in curves),
    )
    rows = [
        (
            "total" if total.book is None else total.book,
            f"{total.n_positions:,}",
            scale.amount(total.value),
            scale.amount(total.gross_value),
            *(dv01_scale.amount(total.dv01[curve]) for curve in curves),
        )
        for total in totals
    ]
    return Table(title="Books", columns=columns, rows=rows)


def _dv01_meaning(curve: str, scale: Scale) -> str:
    return f"{scale.unit} lost when the {curve} curve rises by 1 bp; positive when long."
