"""A spreadsheet to fill in: an example of each kind of position, and beside it what kinds and columns mean."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from engine.conventions.currencies import CURRENCIES
from engine.instruments.rows.columns import COLUMNS, Column
from engine.instruments.rows.japanese_headings import JAPANESE_HEADINGS
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.template import example_row
from engine.workbook import SheetTable, workbook_bytes

BOOK, KINDS, NOTES, CODES = "book", "kinds", "columns", "currencies"


def template_workbook(kinds: Sequence[Kind]) -> bytes:
    """Return an .xlsx file with an example of each kind, whose kinds and currencies are picked from lists.

    The sheet `book` is read as a book file; `kinds`, `columns` and `currencies` say what may stand in it.
    """
    columns = [column for name, column in COLUMNS.items() if any(kind.rule.takes(name) for kind in kinds)]
    return workbook_bytes([_book(kinds, columns), _kinds(kinds), _columns(columns), _currencies()])


def _book(kinds: Sequence[Kind], columns: Sequence[Column]) -> SheetTable:
    examples = [example_row(kind) for kind in kinds]
    return SheetTable(
        name=BOOK,
        columns=[column.name for column in columns],
        rows=[[_typed(column, row.get(column.name, "")) for column in columns] for row in examples],
        formats={"notional": "#,##0.##"},
        choices={
            "kind": (KINDS, len(kinds)),
            "currency": (CODES, len(CURRENCIES)),
            "against": (CODES, len(CURRENCIES)),
        },
    )


def _kinds(kinds: Sequence[Kind]) -> SheetTable:
    rows = [(kind.name, kind.meaning, ", ".join(name for name in COLUMNS if kind.rule.takes(name))) for kind in kinds]
    return SheetTable(name=KINDS, columns=("kind", "meaning", "columns that it may fill"), rows=rows)


def _columns(columns: Sequence[Column]) -> SheetTable:
    rows = [(each.name, JAPANESE_HEADINGS.get(each.name), each.type, each.meaning) for each in columns]
    return SheetTable(name=NOTES, columns=("column", "or in Japanese", "holds", "meaning"), rows=rows)


def _currencies() -> SheetTable:
    return SheetTable(name=CODES, columns=("currency",), rows=[(code,) for code in CURRENCIES])


def _typed(column: Column, text: str) -> Any:
    if not text:
        return None
    if column.type == "number":
        return float(text)
    return date.fromisoformat(text) if column.type == "date" else text
