"""The row of a file that an error is about, with carets under its cell."""

import csv
import io
import re
from itertools import islice
from pathlib import Path

from cli.terminal import one_line
from engine.errors import Fault, FileFaults
from engine.inputs.fields.encodings import decoded_text
from engine.text_width import text_width

MOST = 3  # faults with a frame: the others stand with their line
LONGEST_FILE = 50_000_000  # bytes that are read for a frame
SHORTEST = 20  # columns of a row that are worth showing
_TEXTS = (".csv", ".toml", ".txt", ".tsv")
_CUT = "…"
_OWN_HEADING = re.compile(r".* \((.+)\)$")


def framed(found: FileFaults, width: int | None) -> str:
    """Return an error's lines, each of the first ones with its row and cell; `width`: columns that lines may have."""
    lines = str(found).split("\n")
    for i, fault in reversed(list(enumerate(found.faults[:MOST]))):
        if i < len(lines):
            lines[i + 1 : i + 1] = frame(Path(found.path), fault, width)
    return "\n".join(lines)


def frame(path: Path, fault: Fault, width: int | None) -> list[str]:
    """Return a row and the carets below it; nothing where the file is no text, or the fault is of no line."""
    row = None if fault.line is None else _line(path, fault.line)
    if row is None or fault.line is None:
        return []
    begin, end = _cell(path, row, fault.where)
    lead = f"  {fault.line} | "
    room = max((width or 10_000) - len(lead), SHORTEST)
    shown, place, n = _window(row, begin, end, room)
    return [f"{lead}{shown}", f"{' ' * (len(lead) - 2)}| {' ' * place}{'^' * n}"]


def _line(path: Path, number: int) -> str | None:
    """Return a line of a text file, counted from 1."""
    if path.suffix.lower() not in _TEXTS:
        return None
    try:
        if path.stat().st_size > LONGEST_FILE:
            return None
        text = decoded_text(path.read_bytes(), path)
    except (OSError, FileFaults):  # the error itself has said it, or the file is gone meanwhile
        return None
    row = next(islice(io.StringIO(text, newline=""), number - 1, number), None)
    return None if row is None else one_line(row.rstrip("\r\n"))


def _cell(path: Path, row: str, where: str | None) -> tuple[int, int]:
    """Return where the cell that is meant begins and ends; the whole row where none is."""
    start = len(row) - len(row.lstrip())
    if where is None:
        return start, max(len(row.rstrip()), start + 1)
    if path.suffix.lower() == ".toml":
        key, sign, _ = row.partition("=")
        return (len(key) + 2, max(len(row.rstrip()), len(key) + 3)) if sign else (start, max(len(row), start + 1))
    head = _line(path, 1) or ""
    mark = "\t" if "\t" in head else ","
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=mark), [])]
    meant = (where.lower(), _OWN_HEADING.sub(r"\1", where).lower())  # "notional (元本)" where the file heads it so
    place = next((i for i, name in enumerate(names) if name in meant), None)
    cells = _cells(row, mark)
    if place is None or place >= len(cells):
        return start, max(len(row.rstrip()), start + 1)
    return cells[place]


def _cells(row: str, mark: str) -> list[tuple[int, int]]:
    """Return where each cell of a row begins and ends; a mark between quotes is part of its cell."""
    found, begin, is_quoted = [], 0, False
    for i, letter in enumerate(f"{row}{mark}"):
        is_quoted ^= letter == '"'
        if letter == mark and (not is_quoted or i == len(row)):
            found.append((begin, max(i, begin + 1)))
            begin = i + 1
    return found


def _window(row: str, begin: int, end: int, room: int) -> tuple[str, int, int]:
    """Return the part of a row that has room, with the columns before the cell and those of the cell in it."""
    if text_width(row) > room:
        first = max(0, begin - room // 4)
        row, cut = row[first:], bool(first)
        begin, end = begin - first, end - first
        if cut:
            row = _CUT + row[1:]
        while text_width(row) > room:
            row = row[:-2] + _CUT
    place = text_width(row[:begin])
    return row, place, max(min(text_width(row[begin:end]), room - place), 1)
