"""Book files: a CSV, spreadsheet or Parquet table with a row per position, or a compiled book."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.store import is_compiled, read_compiled
from engine.errors import Fault, FileFaults, InputError
from engine.inputs.book.cache import cache_key, keep, recall
from engine.inputs.book.clean_rows import clean_rows
from engine.inputs.book.memory import check_memory, free_memory
from engine.inputs.book.names import book_name, name_of_file, named
from engine.inputs.book.rows import Rows, read_rows
from engine.inputs.book.table import BOOK, table_of
from engine.inputs.opened import Opened, open_once
from engine.instruments.registry import KINDS
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position

DEFAULT_BUNDLED = "sample"
MAX_FAULTS = 100  # listed; the rest is counted


def load_book(
    file: Path | Opened, valuation_date: date, *, name: str | None = None, is_kept: bool = True
) -> CompiledBook:
    """Load a book for one valuation date.

    A source file is compiled once: the result is kept, and recalled while file, date and program are the same.

    Parameters
    ----------
    file : CSV, spreadsheet or Parquet with the columns of `engine.instruments.rows.columns.COLUMNS`, or what
        `unwind book compile` wrote
    valuation_date : the market's
    name : of the book of a source file without the column `book`; None: the file's, without its end
    is_kept : the compiled book is kept and recalled; False of rows that come once, and would push others out

    Raises
    ------
    FileFaults
        Everything wrong with the file, or a compiled book of another date.
    """
    opened = open_once(file, BOOK)
    book = _loaded(opened, valuation_date, is_kept=is_kept)
    return replace(book, books=named(book.books, name_of_file(opened.path) if name is None else book_name(name)))


def _loaded(opened: Opened, valuation_date: date, *, is_kept: bool) -> CompiledBook:
    """Load a book whose positions have no book where the file has no such column."""
    if is_compiled(opened.data):
        return _compiled(opened, valuation_date)
    if not is_kept:
        return replace(_from_source(opened, valuation_date), source=str(opened.path))
    key = cache_key(opened.sha256, valuation_date)
    if (book := recall(key)) is not None:
        return replace(book, source=str(opened.path))
    book = _from_source(opened, valuation_date)
    note = keep(book, key)
    return replace(book, source=str(opened.path), warnings=(*book.warnings, note) if note else book.warnings)


def checked_rows(opened: Opened) -> Rows:
    """Return the rows of a source book, checked by all that does not depend on a date. Raises FileFaults."""
    rows = parse_book(opened.data, opened.path, None)
    if rows.faults:
        raise FileFaults(rows.path, _capped(rows.faults))
    return rows


def parse_book(data: bytes, path: Path | str, valuation_date: date | None) -> Rows:
    """Return the positions in the bytes of a source book, the faults of its rows and the warnings: (n,) rows.

    Without a valuation date, what depends on one is not asked.

    Raises
    ------
    FileFaults
        The bytes are no table with the required columns, or one of more positions than memory holds.
    """
    table = table_of(data, path)
    check_memory(table.path, len(table.rows), free_memory())
    clean = clean_rows(table, valuation_date)
    return read_rows(table, valuation_date) if clean is None else clean


def read_positions(file: Path | Opened, valuation_date: date) -> list[Position]:
    """Return positions of a source book, checked but not compiled. Raises FileFaults with everything wrong with it."""
    opened = open_once(file, BOOK)
    rows = parse_book(opened.data, opened.path, valuation_date)
    if rows.faults:
        raise FileFaults(rows.path, _capped(rows.faults))
    return [replace(each, book=each.book or name_of_file(opened.path)) for each in rows.positions]


def known_kind(name: str) -> Kind:
    """Return the kind of a name, in any case. Raises InputError with the nearest known one."""
    if name.upper() in KINDS:
        return KINDS[name.upper()]
    close = get_close_matches(name.upper(), list(KINDS), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise InputError(f"unknown kind of position {name!r}{hint}; known are {', '.join(KINDS)}")


def bundled_book_names() -> tuple[str, ...]:
    """Return names of the books that come with the program."""
    folder = files("engine.book") / "data"
    return tuple(sorted(entry.name.removesuffix(".csv") for entry in folder.iterdir() if entry.name.endswith(".csv")))


def bundled_book_path(name: str = DEFAULT_BUNDLED) -> Path:
    """Return the path of a bundled book: "sample" holds the others. Raises InputError when there is no such book."""
    if name not in bundled_book_names():
        raise InputError(f"no bundled book {name!r}; there are: {', '.join(bundled_book_names())}")
    return Path(str(files("engine.book") / "data" / f"{name}.csv"))


def book_path(given: str | Path) -> Path:
    """Return the path of a book that was given as one, or by its bundled name."""
    return bundled_book_path(str(given)) if str(given) in bundled_book_names() else Path(given)


def _from_source(opened: Opened, valuation_date: date) -> CompiledBook:
    from engine.book.compile import compile_book, position_faults  # here: a kept book needs none of it

    with _uncollected():
        rows = parse_book(opened.data, opened.path, valuation_date)
        path, digest = rows.path, opened.sha256
        if rows.faults:
            raise FileFaults(path, _capped(rows.faults + position_faults(rows.positions, valuation_date)))
        try:
            return compile_book(rows.positions, valuation_date, sha256=digest, warnings=rows.warnings, source=path)
        except FileFaults as refusal:
            raise FileFaults(path, _capped(list(refusal.faults))) from None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Stop Python's search for cycles while objects are made that all stay: it walks them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _compiled(opened: Opened, valuation_date: date) -> CompiledBook:
    book = read_compiled(opened.path, opened.data)
    if book.valuation_date != valuation_date:
        message = (
            f"is compiled for {book.valuation_date}, but the market is of {valuation_date};"
            " compile the source book for that date"
        )
        raise FileFaults(opened.path, [Fault(message=message)])
    return replace(book, lines=(), source=str(opened.path))  # its lines are those of the file it was compiled from


def _capped(faults: list[Fault]) -> list[Fault]:
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    if len(ordered) <= MAX_FAULTS:
        return ordered
    return [*ordered[:MAX_FAULTS], Fault(message=f"and {len(ordered) - MAX_FAULTS:,} errors more")]
