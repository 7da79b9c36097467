"""The rows of a small table of text (CSV, or a sheet), each with its line: of a history, of prices, of realised P&L."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.inputs.fields.encodings import decoded_text
from engine.inputs.sheets.read import IsHeading, is_spreadsheet, read_sheet

Row = tuple[int, list[str]]  # line, fields without the spaces around them


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRows:
    """The rows of one file, the header with them."""

    path: str  # of the file, with the sheet of a spreadsheet, for messages
    rows: list[Row]
    notes: tuple[str, ...] = ()  # what a user may not expect


def rows_of(data: bytes, name: Path | str, is_heading: IsHeading, wanted: str) -> TextRows:
    """Return the rows of the bytes of a CSV file, or of a spreadsheet's sheet; blank lines are left out.

    `is_heading` and `wanted` as in `read_sheet`; of a CSV file every row is returned, whether it has a heading or not.

    Raises
    ------
    FileFaults
        As `decoded_text` and `read_sheet` do; a stray quote; fields that are not separated by commas.
    """
    if is_spreadsheet(data, name):
        sheet = read_sheet(data, name, is_heading, wanted)
        notes = tuple(f"{sheet.path}: {note}" for note in sheet.notes)
        return TextRows(path=sheet.path, rows=[(at, list(fields)) for at, fields in sheet.rows], notes=notes)
    return TextRows(path=str(name), rows=_csv_rows(data, name))


def _csv_rows(data: bytes, name: Path | str) -> list[Row]:
    text = decoded_text(data, name)
    has_spaces = re.search(r"[^\S\r\n]", text) is not None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Row] = []
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise FileFaults(name, [Fault(message=f"not csv: {error}", line=line)]) from None
        if fields is None:
            break
        if fields:
            rows.append((line, [field.strip() for field in fields] if has_spaces else fields))
    _refuse_other_separators(rows, name)
    return rows


def _refuse_other_separators(rows: list[Row], name: Path | str) -> None:
    """Refuse a file whose first rows have one field each, cut by semicolons or tabs. Raises FileFaults."""
    for line, fields in rows[:2]:
        found = next((word for mark, word in ((";", "semicolons"), ("\t", "tabs")) if mark in fields[0]), None)
        if len(fields) == 1 and found is not None:
            message = f"fields are separated by {found}; separate them by commas, with points in numbers"
            raise FileFaults(name, [Fault(message=message, line=line)])
