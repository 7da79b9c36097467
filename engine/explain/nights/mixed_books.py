"""Books between two nights: the rows of either night, compiled on either date."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.join import join_books
from engine.book.value import position_values
from engine.errors import InputError
from engine.explain.nights.dated_fixings import with_fixings_of
from engine.explain.nights.mixed_market import is_same
from engine.explain.nights.recorded_night import RecordedNight
from engine.inputs.book.load import load_book
from engine.inputs.opened import Opened
from engine.market.market import Market
from engine.payoffs.notes.linkers import Linkers, at_issue_prices
from engine.payoffs.quoted import Marks, Premiums
from engine.payoffs.registry import PAYOFFS
from engine.payoffs.swaptions import Swaptions

_KEPT = (Swaptions, Linkers)  # what they are quoted at stands in no market file
_ROUNDING = 1e-13  # of a value, within which terms are the same: an index ratio is divided out
NAMED = 5  # positions that a sentence names before it only counts


@dataclass(slots=True, kw_only=True)
class NightBooks:
    """The books of two nights; each compiled once."""

    nights: tuple[RecordedNight, RecordedNight]
    _found: dict[tuple[int, int], CompiledBook] = field(default_factory=dict)

    def on(self, date_of: int, rows_of: int) -> CompiledBook:
        """Return the rows of one night (0 or 1), with their market prices, compiled on the date of one of the two.

        Raises InputError where rows do not compile on that date.
        """
        if self.are_same:
            rows_of = date_of
        day = self.nights[date_of].valuation_date
        key = (0, rows_of) if day == self.nights[0].valuation_date else (date_of, rows_of)
        if key not in self._found:
            files = self._files(date_of, rows_of)
            self._found[key] = join_books([(name, load_book(opened, day, name=name)) for name, opened in files])
        return self._found[key]

    def _files(self, date_of: int, rows_of: int) -> list[tuple[str, Opened]]:
        """Return the books of one night, with what the other night's have as fixed where they are laid on its date."""
        files, dated = self.nights[rows_of].books, dict(self.nights[date_of].books)
        if self.nights[0].valuation_date == self.nights[1].valuation_date:
            return [*files]
        return [(name, with_fixings_of(each, dated[name]) if name in dated else each) for name, each in files]

    @property
    def are_same(self) -> bool:
        """Return whether both nights have the same files."""
        first, second = ([(name, opened.sha256) for name, opened in night.books] for night in self.nights)
        return first == second

    @property
    def have_same_rows(self) -> bool:
        """Return whether both nights hold the same, whatever their rows' market prices: there are no trades then.

        Raises InputError where rows do not compile on the other night's date.
        """
        if self.are_same:
            return True
        return all(is_same(*(_terms(self.on(date_of, rows_of)) for rows_of in (0, 1))) for date_of in (0, 1))

    def why_not_apart(self) -> str | None:
        """Say why rows cannot be laid on the other night's date; None: they can."""
        for date_of, rows_of in ((0, 1), (1, 0)):
            try:
                self.on(date_of, rows_of)
            except InputError as error:
                first_line = str(error).splitlines()[0]
                there = self.nights[date_of].valuation_date
                return f"the books of {self.nights[rows_of].valuation_date} have no meaning on {there}: {first_line}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades:
    """Positions that came, went or were changed."""

    came: tuple[str, ...]
    went: tuple[str, ...]
    changed: tuple[str, ...]

    def words(self) -> str:
        """Return what moved, in words."""
        told = (("came", self.came), ("went", self.went), ("were changed", self.changed))
        return "; ".join(f"{len(ids):,} {what} ({_named(ids)})" for what, ids in told if ids) or "none"


def trades_between(before: CompiledBook, after: CompiledBook, market: Market) -> Trades:
    """Compare the rows of two nights, both compiled on the date of a market, in which a changed row has another value.

    Market prices of positions do not count, nor do index ratios: they are levels. Fixings are those of the date.
    """
    values = [
        dict(zip(each.position_ids, position_values(_without_levels(each), market).tolist(), strict=True))
        for each in (before, after)
    ]
    return Trades(
        came=tuple(name for name in values[1] if name not in values[0]),
        went=tuple(name for name in values[0] if name not in values[1]),
        changed=tuple(name for name in values[1] if name in values[0] and _differ(values[0][name], values[1][name])),
    )


def without_quotes(book: CompiledBook) -> CompiledBook:
    """Return a book whose positions are worth what curves and vols say.

    Prices of bonds and futures, vols and premiums of FX options are left out; swaptions and inflation-linked bonds keep
    theirs, which no market gives.
    """
    needed = np.unique(book.swaptions.position)
    tables: list[object] = [_rows(book.marks, np.zeros(book.marks.position.size, np.bool_))]
    tables.append(_rows(book.premiums, np.isin(book.premiums.position, needed)))
    for payoff in PAYOFFS:
        if payoff.quotes and payoff.table not in _KEPT:
            table = book.table(payoff.table)
            none = {name: np.full_like(getattr(table, name), np.nan) for name in payoff.quotes}
            tables.append(replace(table, **none))
    return book.with_tables(*tables)


def _terms(book: CompiledBook) -> tuple[object, ...]:
    """Return all that runs between two nights take from a book."""
    return book.position_ids, book.books, book.kinds, without_quotes(book).tables


def _without_levels(book: CompiledBook) -> CompiledBook:
    """Return what of a book is its rows' terms, for a comparison of the same terms on two nights."""
    bare = without_quotes(book)
    return bare.with_tables(*at_issue_prices(bare))


def _differ(one: float, other: float) -> bool:
    return not math.isclose(one, other, rel_tol=_ROUNDING)


def has_quotes(book: CompiledBook) -> bool:
    """Return whether a book has market prices that `without_quotes` leaves out."""
    bare = without_quotes(book)
    tables = (Marks, Premiums, *(payoff.table for payoff in PAYOFFS if payoff.quotes))
    return any(_n_quotes(book, table) != _n_quotes(bare, table) for table in tables)


def _n_quotes(book: CompiledBook, table: type[Any]) -> int:
    rows: Any = book.table(table)
    quotes = next((payoff.quotes for payoff in PAYOFFS if payoff.table is table), ())
    return sum(int(np.isfinite(getattr(rows, name)).sum()) for name in quotes) if quotes else rows.position.size


def _rows(table: Marks | Premiums, kept: object) -> Marks | Premiums:
    return replace(table, **{name: getattr(table, name)[kept] for name in type(table).__dataclass_fields__})


def _named(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more
