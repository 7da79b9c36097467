"""The books of one date: found, loaded and checked file by file."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from engine.batch.unexpected import UnexpectedError, unexpected_fault
from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.value import position_values
from engine.errors import InputError, RiskError
from engine.inputs.batch import BookEntry
from engine.inputs.batch_dates import DATE, paths_like
from engine.inputs.book.load import load_book
from engine.inputs.book.table import BOOK
from engine.inputs.opened import Opened, open_once
from engine.market.market import Market
from engine.record.intact_files import MISSING
from engine.record.read import BatchFault
from engine.sheet_path import sheet_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFile:
    """One book file of one date."""

    name: str
    path: Path
    sha256: str  # of its bytes, or MISSING
    fault: str | None = None  # why it cannot even be looked at
    opened: Opened | None = field(default=None, repr=False, compare=False)  # its bytes, until it is loaded


def find_books(entries: Sequence[BookEntry], folder: Path, valuation_date: date) -> tuple[BookFile, ...]:
    """Find the files of all entries, relative to the batch file's folder.

    One without a file, and a second file of a name, are there with their error.
    """
    found: dict[str, BookFile] = {}
    for entry in entries:
        pattern = entry.path.replace(DATE, valuation_date.isoformat())
        paths = paths_like(pattern, folder)
        if not paths:
            name = entry.name or _file_name(pattern)
            fault = f"no file has a name like {str(folder / pattern)!r}"
            found[name] = BookFile(name=name, path=folder / pattern, sha256=MISSING, fault=fault)
        for path in paths:
            name = entry.name if entry.name and len(paths) == 1 else _file_name(path)
            if (first := found.get(name)) is not None:
                fault = f"{path}: a second book called {name!r}, beside {first.path}; name one of them"
                found[str(path)] = replace(book_file(str(path), path), fault=fault)
            else:
                found[name] = book_file(name, path)
    return tuple(found.values())


def _file_name(path: Path | str) -> str:
    """Return a file's name without its end, or that of the sheet that the path names; its letters in one part each."""
    return unicodedata.normalize("NFC", sheet_of(path) or Path(path).stem)


def book_file(name: str, path: Path) -> BookFile:
    """Open a book file; one that cannot be read is there with its error."""
    try:
        opened = open_once(path, BOOK)
    except InputError as error:
        return BookFile(name=name, path=path, sha256=MISSING, fault=str(error))
    return BookFile(name=name, path=path, sha256=opened.sha256, opened=opened)


def chosen(files: Sequence[BookFile], globs: Sequence[str]) -> tuple[BookFile, ...]:
    """Return the files that a run's `books` names."""
    return tuple(file for file in files if any(fnmatchcase(file.name, pattern) for pattern in globs))


def load_checked(file: BookFile, market: Market) -> CompiledBook:
    """Load a book and value it in the base market. Raises InputError with what is wrong with it."""
    if file.fault:
        raise InputError(file.fault)
    book = load_book(file.opened or file.path, market.valuation_date, name=file.name)
    values = position_values(book, market, fit(book, market))
    if not np.isfinite(values).all():
        bad = book.position_ids[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise InputError(f"{file.path}: position {bad!r} has no finite value in the market of {market.valuation_date}")
    return book


def book_fault(file: BookFile, error: RiskError) -> BatchFault:
    """Return what is wrong with a book, as the night reports it."""
    if isinstance(error, UnexpectedError):
        return unexpected_fault(error, subject=file.name, run=None)
    return BatchFault(kind="book", subject=file.name, message=str(error))
