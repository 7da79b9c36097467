"""`unwind book show` and `unwind book template`: what moves a book, and how one is written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.book import File
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.book.show import BookShow, ShowRow

Kind = Annotated[str | None, typer.Argument(metavar="[KIND]", help="A kind of position; all kinds if left out.")]
Top = Annotated[int, typer.Option(min=0, help="How many of the largest positions to list.")]


def show(file: File, market: options.Market = None, top: Top = 10) -> None:
    """Print what moves a book.

    DV01 for each pillar, gains for a 1 % move of each price and for a vol point, carry and roll-down for a day: of
    each book, of all, and of the largest positions. All by exact revaluation.
    """
    from engine.book.show import show_book
    from engine.inputs.book import load_book
    from engine.inputs.market import bundled_market_path, load_market

    levels = load_market(market or bundled_market_path())
    shown = show_book(load_book(file, levels.valuation_date), levels, top)
    scopes = [*shown.books, shown.total]
    tables = [_dv01(shown, scopes), _others(f"Value, deltas, vegas and a day, {shown.valuation_date}", "book", scopes)]
    if shown.largest:
        tables.append(_others("Largest positions", "position", shown.largest))
    render.show(*tables)
    for warning in shown.warnings:
        render.warn(warning)


def template(kind: Kind = None) -> None:
    """Print a book file with an example of a kind of position, or of each.

    CSV, as of the bundled market's date: 2025-05-28. The meaning of every kind and column goes to stderr.
    """
    from engine.book.columns import COLUMNS
    from engine.book.examples import template as book_template
    from engine.book.position import MEANINGS, RULES
    from engine.inputs.book import known_kind

    kinds = tuple(MEANINGS) if kind is None else (known_kind(kind),)
    typer.echo(book_template(kinds), nl=False)
    for each in kinds:
        render.say(f"{each}: {MEANINGS[each]}")
    for column in COLUMNS.values():
        if any(RULES[each].takes(column.name) for each in kinds):
            render.say(f"  {column.name}: {column.meaning}")


def _dv01(shown: "BookShow", scopes: Sequence["ShowRow"]) -> Table:
    scale = render.scale("JPY", (lost for scope in scopes for lost in scope.dv01.values()))
    columns = (
        Column(heading="pillar", is_number=False),
        *(Column(heading=scope.name) for scope in scopes[:-1]),
        Column(
            heading=scopes[-1].name,
            meaning=f"{scale.unit} lost when the zero rate at the pillar rises by 1 bp; positive when long.",
        ),
    )
    rows = [[factor, *(scale.amount(scope.dv01[factor]) for scope in scopes)] for factor in shown.total.dv01]
    return Table(title=f"DV01 by pillar, {shown.valuation_date}", columns=columns, rows=rows)


def _others(title: str, heading: str, rows: Sequence["ShowRow"]) -> Table:
    value = render.scale("JPY", (row.value for row in rows))
    moves = render.scale("JPY", (gain for row in rows for gain in (*row.price_delta.values(), row.carry)))
    prices, vols = rows[0].price_delta, rows[0].vega
    columns = (
        Column(heading=heading, is_number=False),
        Column(heading="kind", is_number=False),
        Column(heading="value", meaning=f"{value.unit}; a future is worth its profit since the valuation date: 0."),
        *(Column(heading=name, meaning=f"{moves.unit} gained when {name} rises by 1 %.") for name in prices),
        *(Column(heading=name, meaning=f"{moves.unit} gained for one vol point more.") for name in vols),
        Column(heading="normal vega", meaning=f"{moves.unit} gained when swaptions' normal vols rise by 1 bp."),
        Column(heading="carry", meaning=f"{moves.unit} by tomorrow if every payment's zero rate, spot and vols stay."),
        Column(heading="roll-down", meaning=f"{moves.unit} by tomorrow beside it, if the curves stay by tenor."),
    )
    return Table(title=title, columns=columns, rows=[_cells(row, value, moves) for row in rows])


def _cells(row: "ShowRow", value: Scale, moves: Scale) -> list[str]:
    gains = (*row.price_delta.values(), *row.vega.values(), row.normal_vega, row.carry, row.roll_down)
    return [row.name, row.kind, value.amount(row.value), *map(moves.amount, gains)]
