"""What must hold of a compiled book that was read from a file."""

from collections.abc import Iterator

import numpy as np

from engine.book.compiled import CompiledBook
from engine.instruments.registry import KINDS
from engine.payoffs.payoff import Claim
from engine.payoffs.registry import PAYOFFS
from engine.payoffs.stored import column_types
from kernels.types import F64, I64

MAX_DAY = 36_600  # a hundred years ahead: no position lasts so long


def book_faults(book: CompiledBook) -> list[str]:
    """Return everything wrong with the tables of a book, each thing once."""
    return list(dict.fromkeys(what for holds, what in _claims(book) if not holds))


def _claims(book: CompiledBook) -> Iterator[Claim]:
    yield len(set(book.position_ids)) == len(book.position_ids), "position ids are not unique"
    for payoff in PAYOFFS:
        yield from payoff.claims(book)
    numbers, days, quotes = _checked_columns(book)
    yield all(bool(np.isfinite(column).all()) for column in numbers), "a number is not finite"
    in_time = all(bool((column <= MAX_DAY).all()) for column in [*days, book.business_days])
    yield in_time, "a day is more than a century ahead"
    yield set(book.kinds) <= set(KINDS), "a kind of position is unknown"
    yield all(_are_quotes(column) for column in quotes), "a given price or vol is not positive and finite"
    yield _ascend(book.business_days), "business days do not ascend"


def _checked_columns(book: CompiledBook) -> tuple[list[F64], list[I64], list[F64]]:
    """Return numbers that must be finite, days, and numbers that are NaN where the file has no price or vol."""
    numbers, days, quotes = [], [], []
    for payoff in PAYOFFS:
        table = book.table(payoff.table)
        for name, type_ in column_types(payoff.table).items():
            column = getattr(table, name)
            if name in payoff.quotes:
                quotes.append(column)
            elif type_ == "real":
                numbers.append(column)
            elif name == "day" or name.endswith("_day"):
                days.append(column)
    return numbers, days, quotes


def _are_quotes(values: F64) -> bool:
    return bool((np.isnan(values) | ((values > 0.0) & (values < np.inf))).all())


def _ascend(days: I64) -> bool:
    return days.size > 0 and bool((np.diff(days, prepend=0) > 0).all())
