"""`unwind book`: positions priced one by one, and compiled."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.book.fx_table import fx_tables
from cli.book.position_tables import DV01, position_tables
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.book.check import BookCheck, CheckTotal

HELP = "Write, check and compile books, and show what moves them."

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

    formats.show(form, table=lambda: render.show(*tables(checked)), json=lambda: checks.as_json(checked), frame=frame)
    for warning in (*market_warnings(levels), *checked.warnings):
        render.warn(warning)


def tables(checked: "BookCheck") -> list[Table]:
    """Lay out the positions, one block for each kind of what is priced, and the books."""
    totals = [*checked.books, checked.total]
    scale = render.scale(HOME, [checked.total.value, *(each.value for each in checked.books)])
    dv01_scale = render.scale(HOME, (lost for total in totals for lost in total.dv01.values()))
    curves = sorted(checked.total.dv01)
    return [
        *position_tables(checked, curves),
        *fx_tables(checked.valuation_date, checked.fx),
        _totals(totals, curves, scale, dv01_scale),
    ]


def compile_(
    file: File,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The compiled book to write (Parquet).")],
    market: options.Market = None,
) -> None:
    """Write a book as dated cash flows.

    A run takes them as it takes positions, which it then need not read again. The book is compiled for the market's
    valuation date, and holds for that date only.
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


def _totals(totals: Sequence["CheckTotal"], curves: Sequence[str], scale: Scale, dv01_scale: Scale) -> Table:
    columns = (
        Column(heading="book", is_number=False),
        Column(heading="positions"),
        Column(heading="value"),
        Column(heading="gross value", leaves=1),
        *(Column(heading=f"DV01 {curve}, {dv01_scale.unit}") for curve in curves),
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
    return Table(title="Books", unit=scale.unit, columns=columns, rows=rows, footnote=DV01)
