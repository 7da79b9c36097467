"""The rows of a small table of text (CSV), each with its line: of a history, of prices, of realised P&L."""

import csv
import re
from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.inputs.fields.encodings import decoded_text

Row = tuple[int, list[str]]  # line, fields without the spaces around them


def rows_of(data: bytes, name: Path | str, *, is_cp932_read: bool) -> list[Row]:
    """Return the rows of the bytes of a CSV file, the header with them; blank lines are left out.

    `name` and `is_cp932_read` as in `decoded_text`.

    Raises
    ------
    FileFaults
        As `decoded_text` does; a stray quote; fields that are not separated by commas.
    """
    text = decoded_text(data, name, is_cp932_read=is_cp932_read)
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
