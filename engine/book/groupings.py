"""By what a run's figures can be taken apart: each of these is a set of groups that adds up to the total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.conventions.currencies import HOME
from engine.instruments.registry import KINDS, family_of
from engine.market.lookup import distinct
from engine.payoffs.payoff import currency_columns
from kernels.registry import Registry
from kernels.types import I64

Labels = Sequence[str]
_BETWEEN = " x "  # a book and a factor
NOBODY = np.zeros(0, np.int64)  # positions of a table whose rows belong to none


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """One way to part the P&L of a path into groups."""

    name: str  # of --by and `by`
    meaning: str  # below a table
    labels: Callable[[CompiledBook], Labels] | None = None  # of each position; None: groups are not of positions


def currencies_of(book: CompiledBook) -> Labels:
    """Return the currencies of each position: those beside the home currency, or that where there are no others."""
    found: list[set[str]] = [set() for _ in book.position_ids]
    for table in book.tables.by_class.values():
        position: I64 = getattr(table, "position", NOBODY)
        for column in currency_columns(table) if position is not NOBODY else ():
            names, place = distinct(column)
            for i, k in np.unique(np.column_stack([position, place]), axis=0).tolist():
                found[i].add(names[k])
    return ["/".join(sorted(each - {HOME})) or HOME for each in found]


def _families(book: CompiledBook) -> Labels:
    return [family_of(KINDS[kind]).name for kind in book.kinds]


POSITION = Grouping(name="position", meaning="one row of the book file.", labels=lambda book: book.position_ids)
BOOK = Grouping(name="book", meaning="what the book file calls so.", labels=lambda book: book.books)
FAMILY = Grouping(name="family", meaning="instruments that share conventions.", labels=_families)
CURRENCY = Grouping(
    name="currency",
    meaning=f"what a position pays or is quoted in beside {HOME}; {HOME} where that is all.",
    labels=currencies_of,
)
FACTOR = Grouping(
    name="factor",
    meaning="a curve, exchange rates, prices or vols: what its moves did, along a straight line to the path's end.",
)
PILLAR = Grouping(
    name="pillar",
    meaning="one risk factor, such as a pillar of a curve: what its move did, along a straight line to the path's end.",
)
BOOK_AND_FACTOR = Grouping(
    name="book x factor",
    meaning="a book and a factor: what the factor's moves did to the book; those of a book add up to it.",
)
REGIME = Grouping(name="regime", meaning="that in which a path ends.")

GROUPINGS: Registry[Grouping] = Registry(
    "grouping", (POSITION, BOOK, FAMILY, CURRENCY, FACTOR, PILLAR, BOOK_AND_FACTOR, REGIME), name=lambda each: each.name
)


def crossed(book: str, factor: str) -> str:
    """Return the name of a group by book and factor."""
    return f"{book}{_BETWEEN}{factor}"


def uncrossed(group: str) -> tuple[str, str]:
    """Return the book and the factor of such a name; no factor has a name with the sign between them."""
    book, _, factor = group.rpartition(_BETWEEN)
    return book, factor
