"""Rows, dates and numbers of a published csv, read strictly: what is not plainly a number or a date is refused."""

import csv
import re
from datetime import date
from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.inputs.opened import FileKind, Opened, open_once

MAX_BYTES = 64 * 2**20
TABLE = FileKind(wanted="a csv file", most_bytes=MAX_BYTES, way_out="split it by date")
MISSING = frozenset(("", "-", ".", "N/A", "#N/A"))  # how publishers write "no value"

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")  # 2025-05-28, 1974/9/24
_MONTH_FIRST = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")  # 05/28/2025, the Treasury's
_ERA = re.compile(r"([SHR])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,2})")  # R7.5.28, the Ministry's
_ERA_STARTS = {"S": date(1926, 12, 25), "H": date(1989, 1, 8), "R": date(2019, 5, 1)}
_ERA_ENDS = {"S": date(1989, 1, 7), "H": date(2019, 4, 30), "R": date.max}


def read_rows(file: Path | Opened) -> list[tuple[int, list[str]]]:
    """Read the rows of a csv file as (line, stripped fields), the header with them; UTF-8 or cp932.

    Raises FileFaults: not there, not a regular file, too large, empty, neither encoding, a NUL byte, a stray quote.
    """
    opened = open_once(file, TABLE)
    reader = csv.reader(_text(opened).splitlines(keepends=True), strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise FileFaults(opened.path, [Fault(message=f"not csv: {error}", line=line)]) from None
        if fields is None:
            return rows
        if fields:
            rows.append((line, [field.strip() for field in fields]))


def parse_number(field: str) -> float | None:
    """Return the number of a field in plain ASCII digits; None for what else float() would take, such as 1_000."""
    return float(field) if _NUMBER.fullmatch(field) else None


def parse_date(field: str) -> date | None:
    """Return the date of a field in a publisher's form; None when it has another form or does not exist."""
    try:
        if found := _YEAR_FIRST.fullmatch(field):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := _MONTH_FIRST.fullmatch(field):
            return date(int(found[3]), int(found[1]), int(found[2]))
        if found := _ERA.fullmatch(field):
            start = _ERA_STARTS[found[1]]
            day = date(start.year + int(found[2]) - 1, int(found[3]), int(found[4]))
            return day if start <= day <= _ERA_ENDS[found[1]] else None
    except ValueError:
        return None
    return None


def _text(opened: Opened) -> str:
    path, raw = opened.path, opened.data
    if (nul := raw.find(b"\0")) >= 0:
        raise FileFaults(path, [Fault(message="holds a NUL byte: not a text file", line=raw.count(b"\n", 0, nul) + 1)])
    for encoding in ("utf-8-sig", "cp932"):  # cp932: the Ministry's Japanese edition
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise FileFaults(path, [Fault(message="the file is empty")])
        return text
    raise FileFaults(path, [Fault(message="is neither UTF-8 nor cp932 text; save it as UTF-8")])
