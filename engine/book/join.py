"""Tables of several compiled books as those of one."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.payoffs.registry import PAYOFFS, AnyPayoff
from engine.payoffs.shelf import Shelf, shelf


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
