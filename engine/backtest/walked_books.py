"""The books of a backtest from their files: rolled from one date to all, or with a file of each date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from engine.backtest.walk.dated_books import DatedBooks, dated_books, is_dated
from engine.backtest.walk.rolled_book import RolledBook, joined_rolled, rolled_book
from engine.book.store import is_compiled
from engine.errors import InputError
from engine.inputs.book.load import read_positions
from engine.inputs.book.names import book_name, name_of_file
from engine.inputs.book.several import named_files
from engine.inputs.book.table import BOOK
from engine.inputs.opened import Opened, open_once
from engine.market.market import Market

MOST_NAMED = 5  # dates without a book, in a note


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WalkedBooks:
    """What is valued on the dates of a walk."""

    book: RolledBook | DatedBooks
    sha256: str  # of all files
    notes: tuple[str, ...]


def walked_books(files: Sequence[Path | Opened], base: Market, days: Sequence[date]) -> WalkedBooks:
    """Read the books of a walk over `days`; `base` is the market of the date of files that are rolled.

    Of files that are open already the bytes are rolled.

    Raises InputError where a file is bad or cannot be rolled, some are of dates and others are not, or as
    `engine.backtest.walk.dated_books.dated_books`.
    """
    paths = [file.path if isinstance(file, Opened) else file for file in files]
    of_dates = [isinstance(file, Path) and is_dated(file) for file in files]
    if all(of_dates):
        return _dated(paths, days)
    if any(of_dates):
        one, other = paths[of_dates.index(True)], paths[of_dates.index(False)]
        raise InputError(
            f"--book {str(one)!r} has files of dates, and {str(other)!r} is one file, rolled to all: give either kind"
        )
    return _rolled(files, paths, base)


def _dated(paths: Sequence[Path], days: Sequence[date]) -> WalkedBooks:
    books = dated_books(paths, days)
    lacking = [day for day in days if not books.has(day)]
    named = ", ".join(map(str, lacking[:MOST_NAMED])) + (" and others" if len(lacking) > MOST_NAMED else "")
    notes = (f"{len(lacking):,} of {len(days):,} dates have no book and are passed over: {named}",) if lacking else ()
    return WalkedBooks(book=books, sha256=books.sha256, notes=notes)


def _rolled(files: Sequence[Path | Opened], paths: Sequence[Path], base: Market) -> WalkedBooks:
    found = []
    for (name, path), file in zip(named_files(paths), files, strict=True):
        opened = open_once(file, BOOK)
        if is_compiled(opened.data):
            raise InputError(f"{path} is a compiled book, of one date; give the file that it was made of")
        own = name_of_file(path)
        positions = [
            replace(each, book=book_name(name)) if each.book == own else each
            for each in read_positions(opened, base.valuation_date)
        ]
        found.append((name, rolled_book(positions, base, opened.sha256, str(path))))
    book = joined_rolled(found)
    digests = [each.one.sha256 for _, each in found]
    digest = digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()
    return WalkedBooks(book=book, sha256=digest, notes=book.one.warnings)
