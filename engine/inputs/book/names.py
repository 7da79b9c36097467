"""The name of a book that nobody named: its file's. One rule for single runs and for batches."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from engine.instruments.rows.texts import NAME_MARKS
from engine.sheet_path import sheet_of

UNNAMED = ""  # book of every position in a file without the column `book`, until the file's name is known
MAX_LETTERS = 64


def name_of_file(path: Path | str) -> str:
    """Return what the book in a file without the column `book` is called: the file's name without its end.

    Where the path names a sheet of a spreadsheet, it is called as the sheet.
    """
    return book_name(sheet_of(path) or Path(path).stem)


def book_name(text: str) -> str:
    """Return a text as the name of a book, which results, limits and metrics can hold.

    Letters and digits of any script and `NAME_MARKS` stay; anything else becomes '_'. A letter that a file system keeps
    in two parts, as some do of ガ, is one.
    """
    whole = unicodedata.normalize("NFC", text)
    kept = "".join(letter if letter.isalnum() or letter in NAME_MARKS else "_" for letter in whole)
    return kept[:MAX_LETTERS] or "_"


def named(books: Iterable[str], name: str) -> tuple[str, ...]:
    """Return the book of each position, with `name` for those that have none: (n_positions,)."""
    return tuple(book or name for book in books)
