"""The tables of positions that `unwind book check` prints: one for each family, so that no column stands empty."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from engine.book.check import BookCheck, CheckRow

PRICED = "{n} in {books}, all priced, on {date}"
DV01 = "DV01: lost when the curve rises by 1 bp; positive when long."
YIELDS = "Yields are simple for JGBs, street for Treasuries, bond-equivalent for bills; clean prices per 100 of face."


def position_tables(checked: "BookCheck", curves: Sequence[str]) -> Iterator[Table]:
    """Yield a table for each family of instruments that the books hold, in a unit of its own."""
    from engine.errors import counted
    from engine.instruments.registry import KINDS, family_of

    rows_of: dict[str, list[CheckRow]] = {}
    for row in checked.rows:
        rows_of.setdefault(family_of(KINDS[row.kind]).name, []).append(row)
    books = counted(len({row.book for row in checked.rows}), "book")
    head = PRICED.format(n=counted(len(checked.rows), "position"), books=books, date=checked.valuation_date)
    for i, (family, rows) in enumerate(rows_of.items()):
        yield _family(family, rows, curves, title=head if i == 0 else "", has_books=len(checked.books) > 1)


def _family(family: str, rows: "Sequence[CheckRow]", curves: Sequence[str], *, title: str, has_books: bool) -> Table:
    value = render.scale(HOME, (row.value for row in rows))
    dv01 = render.scale(HOME, (lost for row in rows for lost in row.dv01.values()))
    columns = (
        Column(heading=family.replace("_", " "), is_number=False),
        *((Column(heading="book", is_number=False, leaves=3),) if has_books else ()),
        Column(heading="clean", leaves=2),
        Column(heading="yield"),
        Column(heading="break-even", leaves=1),
        Column(heading="spread", leaves=1),
        Column(heading=f"value, {value.unit}"),
        *(Column(heading=f"DV01 {curve}, {dv01.unit}") for curve in curves),
    )
    entries = [
        [
            row.position_id,
            *([row.book] if has_books else []),
            "" if row.clean_price is None else f"{row.clean_price:.4f}",
            "" if row.market_yield is None else render.percent(row.market_yield, 3),
            "" if row.break_even is None else render.percent(row.break_even, 3),
            "" if row.spread_bp is None else f"{row.spread_bp:+.1f} bp",
            value.amount(row.value),
            *(dv01.amount(row.dv01.get(curve, 0.0)) for curve in curves),
        ]
        for row in rows
    ]
    has_yields = any(row.market_yield is not None for row in rows)
    return Table(title=title, columns=columns, rows=entries, footnote=YIELDS if has_yields and title else "")
