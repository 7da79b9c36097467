"""FILE.xlsx#SHEET: how one sheet of a spreadsheet is named where the path of a file is wanted."""

import re
from pathlib import Path

ENDS = (".xlsx", ".xlsm", ".xls", ".ods")
_NAMED = re.compile(rf"(.+?(?:{'|'.join(map(re.escape, ENDS))}))#(.+)", re.IGNORECASE | re.DOTALL)


def sheet_of(path: Path | str) -> str | None:
    """Return the sheet that a path names after a '#'; None where it names a file alone."""
    found = _NAMED.fullmatch(str(path))
    return found[2] if found else None


def file_of(path: Path | str) -> Path:
    """Return the file of a path, without the sheet that it may name."""
    found = _NAMED.fullmatch(str(path))
    return Path(found[1]) if found else Path(path)


def path_of_sheet(path: Path | str, sheet: str) -> str:
    """Return the path of a sheet, for messages: the file, then the sheet."""
    return f"{file_of(path)}#{sheet}"


def line_word(path: Path | str) -> str:
    """Return what the lines of a file are called in messages: a spreadsheet numbers its rows."""
    return "row" if file_of(path).suffix.lower() in ENDS else "line"
