"""Some positions of a compiled book alone, and each position as a book of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.book.compiled import CompiledBook
from engine.payoffs.registry import PAYOFFS, AnyPayoff
from engine.payoffs.shelf import shelf
from engine.payoffs.stored import Columns
from kernels.types import I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookRows:
    """A book's tables as lists with a position in each row, from which rows of some positions can be taken."""

    book: CompiledBook
    lists: Mapping[str, Mapping[str, Columns]]  # by the name of the payoff's table: as its file has them

    def of(self, positions: I64) -> CompiledBook:
        """Return a book of some positions alone, by their numbers (n,), ascending; what is beside positions stays."""
        book, place = self.book, np.full(len(self.book.position_ids), -1, np.int64)
        place[positions] = np.arange(positions.size)
        numbers = positions.tolist()
        return replace(
            book,
            position_ids=tuple(book.position_ids[i] for i in numbers),
            books=tuple(book.books[i] for i in numbers),
            kinds=tuple(book.kinds[i] for i in numbers),
            lines=tuple(book.lines[i] for i in numbers) if book.lines else (),
            labels=tuple(book.labels[i] for i in numbers) if book.labels else (),
            tables=shelf(*(self._table(payoff, place) for payoff in PAYOFFS)),
        )

    def _table(self, payoff: AnyPayoff, place: I64) -> object:
        if payoff.stored.is_beside:
            return self.book.table(payoff.table)
        lists = self.lists[payoff.table.__name__]
        return payoff.stored.table({name: _rows(columns, place) for name, columns in lists.items()})


def rows_of(book: CompiledBook) -> BookRows:
    """Lay a book out for taking some of its positions again and again."""
    return BookRows(book=book, lists={payoff.table.__name__: _lists(payoff, book) for payoff in PAYOFFS})


def as_books(book: CompiledBook) -> CompiledBook:
    """Return the same positions, each a book of its own that is called by its id."""
    return replace(book, books=book.position_ids)


def _lists(payoff: AnyPayoff, book: CompiledBook) -> Mapping[str, Columns]:
    """Return a payoff's lists as its file has them; none of what belongs to no position."""
    if payoff.stored.is_beside:
        return {}
    written = payoff.stored.columns(book.table(payoff.table))
    return {
        name: {column: written[name][column] for column in ("position", *types)}
        for name, types in payoff.stored.lists.items()
    }


def _rows(columns: Columns, place: I64) -> Columns:
    """Return the rows of positions that have a place, (n_positions,) of numbers or -1, under these."""
    mine = place[columns["position"]]
    kept = mine >= 0
    return {name: mine[kept] if name == "position" else column[kept] for name, column in columns.items()}
