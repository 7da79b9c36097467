"""Tables written as an .xlsx file: typed fields, a heading that stays, and no text that is taken for a formula."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.errors import InputError
from engine.text_width import text_width

MOST_ROWS = 1_048_575  # of a sheet, below its heading
_MOST_LETTERS = 32_767  # of a text in a sheet
_WIDEST = 60  # letters of a column
_LOOKED_AT = 200  # rows for a column's width
_MADE = datetime(2000, 1, 1)  # stands in every file, so that the same table gives the same bytes
_DATE_FORMAT = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """A table of one sheet."""

    name: str  # of the sheet, 31 letters at most
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]  # text, numbers, dates, True and False; None is an empty field
    formats: Mapping[str, str] = field(default_factory=dict)  # of numbers, by column: "#,##0"
    choices: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # by column: the sheet of what it is picked
    # from, in its first column, and how many these are


def workbook_bytes(tables: Sequence[SheetTable]) -> bytes:
    """Return the bytes of an .xlsx file of some tables, the same for the same tables.

    Text stays text also where it begins like a formula; a number that is not finite is written as its word.

    Raises
    ------
    InputError
        A table has more rows than a sheet.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # here, so that a command that writes none does not load it

    for table in tables:
        if len(table.rows) > MOST_ROWS:
            raise InputError(f"{len(table.rows):,} rows do not fit a sheet of {MOST_ROWS:,}; write .csv or .sqlite")
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    made.set_properties({"created": _MADE})
    for table in tables:
        _write_sheet(made, table)
    made.close()
    return buffer.getvalue()


def _write_sheet(made: Any, table: SheetTable) -> None:
    sheet = made.add_worksheet(table.name)
    heading = made.add_format({"bold": True, "bottom": 1})
    dated = made.add_format({"num_format": _DATE_FORMAT})
    formats = [made.add_format({"num_format": table.formats.get(name, "General")}) for name in table.columns]
    for j, name in enumerate(table.columns):
        sheet.write_string(0, j, name, heading)
        sheet.set_column(j, j, _width(name, [row[j] for row in table.rows[:_LOOKED_AT]]))
        if name in table.choices:
            listed, n = table.choices[name]
            source = f"='{listed}'!$A$2:$A${n + 1}"
            sheet.data_validation(1, j, MOST_ROWS, j, {"validate": "list", "source": source})
    for i, row in enumerate(table.rows, start=1):
        for j, value in enumerate(row):
            _write_field(sheet, (i, j), value, formats[j], dated)
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write_field(sheet: Any, place: tuple[int, int], value: Any, number: Any, dated: Any) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(*place, value)
        case int() | float() if math.isfinite(value):
            sheet.write_number(*place, value, number)
        case date():
            sheet.write_datetime(*place, value, dated)
        case _:
            sheet.write_string(*place, str(value)[:_MOST_LETTERS])


def _width(name: str, values: Sequence[Any]) -> int:
    return min(_WIDEST, 2 + max(map(text_width, (name, *(_shown(value) for value in values)))))


def _shown(value: Any) -> str:
    """Return about what a sheet shows of a value."""
    return f"{value:,.6g}" if isinstance(value, float) else "" if value is None else str(value)
