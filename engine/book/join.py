"""Several compiled books as one: their positions, and their tables one after the other."""

from collections.abc import Sequence
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.errors import InputError
from engine.payoffs.registry import PAYOFFS, AnyPayoff
from engine.payoffs.shelf import Shelf, shelf


def join_books(books: Sequence[tuple[str, CompiledBook]]) -> CompiledBook:
    """Join all positions of several files as one book; each is known by its file's name and its own id.

    One file alone stays as it is, so that its run is the one that `unwind run` makes.

    Parameters
    ----------
    books : each file's name, all different, and what it holds

    Raises
    ------
    InputError
        Two files hold a book of the same name.
    """
    if len(books) == 1:
        return books[0][1]
    for i, (name, book) in enumerate(books):
        check_names(books[:i], name, book)
    parts = [book for _, book in books]
    return replace(
        parts[0],
        position_ids=tuple(f"{name}/{each}" for name, book in books for each in book.position_ids),
        books=tuple(inner for book in parts for inner in book.books),
        kinds=tuple(kind for book in parts for kind in book.kinds),
        business_days=min((book.business_days for book in parts), key=len),
        lines=(),
        source="",
        labels=(),
        sha256=sha256("".join(book.sha256 for book in parts).encode()).hexdigest(),
        warnings=tuple(f"{name}: {warning}" for name, book in books for warning in book.warnings),
        tables=joined_tables(parts),
    )


def check_names(others: Sequence[tuple[str, CompiledBook]], name: str, book: CompiledBook) -> None:
    """Refuse a file that holds a book of a name that one of the others holds. Raises InputError."""
    owner = {inner: (file, each) for file, each in others for inner in each.books}
    for inner in dict.fromkeys(book.books):
        if inner in owner:
            first, second = (_place(file, inner, each) for file, each in (owner[inner], (name, book)))
            raise InputError(
                f"files {owner[inner][0]!r} and {name!r} both hold a book called {inner!r}, {first} and {second}: give "
                "their rows different names in the column `book`; without the column a book is called as its file"
            )


def _place(file: str, inner: str, book: CompiledBook) -> str:
    """Say where in a file a book is first named: its line, or its position where the file has no lines."""
    first = book.books.index(inner)
    row = f", {name}" if (name := book.row_name(first)) else ""
    return f"position {book.position_ids[first]!r} of {book.source or file}{row}"


def joined_tables(books: Sequence[CompiledBook]) -> Shelf:
    """Return every payoff's tables one after the other; positions and rows are counted on from book to book."""
    return shelf(*(_joined(payoff, books) for payoff in PAYOFFS))


def _joined(payoff: AnyPayoff, books: Sequence[CompiledBook]) -> Any:
    tables = [book.table(payoff.table) for book in books]
    columns = {}
    for field in fields(payoff.table):
        arrays = [getattr(table, field.name) for table in tables]
        if field.name == "position" or field.name in payoff.ranges:
            starts = _starts(payoff, field.name, books)
            arrays = [array + start for array, start in zip(arrays, starts, strict=True)]
        columns[field.name] = np.concatenate(arrays)
    return payoff.table(**columns)


def _starts(payoff: AnyPayoff, column: str, books: Sequence[CompiledBook]) -> list[int]:
    """Return how many of the rows that a column counts stand in the books before each."""
    if column not in payoff.ranges:
        sizes = [len(book.position_ids) for book in books]
    else:
        table, counted = payoff.ranges[column]
        sizes = [getattr(book.table(table), counted).size for book in books]
    return [0, *np.cumsum(sizes)[:-1].tolist()]
