"""What the engine asks of a payoff: a table of a compiled book, made of positions' parts, and its value in a market."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from engine.market.market import Market
from engine.payoffs.column import real, whole, words
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import Stored
from kernels.types import F64, I64, Words

if TYPE_CHECKING:
    from engine.payoffs.quoted import MarketQuotes

P = TypeVar("P")
T = TypeVar("T")

Worth = tuple[I64, Words, F64]  # (n,) each: position, currency, and value in that currency
Dated = tuple[Words, I64, I64]  # (n,) each: curve, position, and the last day discounted or projected on the curve
Caution = tuple[str, I64]  # what a user is warned of, and the positions that it is about
Claim = tuple[bool, str]  # whether it holds of a table read from a file, and what is wrong if not

CURRENCY_COLUMNS = ("currency", "foreign", "domestic")  # what tables call them: a run asks every table for these
_NAMED = 5  # positions a message names before it only counts


class Book(Protocol):
    """What a payoff sees of a compiled book."""

    @property
    def position_ids(self) -> tuple[str, ...]:
        """Return the names of the positions, in the file's order."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kind of each position: "JGB"."""

    @property
    def source(self) -> str:
        """Return the path of the file that the positions were read from; "" where it is not known."""

    @property
    def lines(self) -> tuple[int, ...]:
        """Return the line of each position in that file: (n_positions,), or () where they are not known."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the index of each position in a program's frame: (n_positions,), or () where a file was read."""

    def table(self, kind: type[T]) -> T:
        """Return the table of a class."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """Levels on a day, and what the base market has fixed."""

    market: Market  # levels on `day`; its curves run from that day
    before: Market  # levels on the valuation date: what was paid since has grown at their forward rates
    day: int  # calendar days after the valuation date
    constants: Shelf  # of the fits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartRows(Generic[P]):
    """The parts of one class of all positions, in the order of the positions."""

    valuation_date: date
    place: Sequence[int]  # (n,) the position that each part belongs to, ascending
    parts: Sequence[P]  # (n,)

    @property
    def position(self) -> I64:
        """Return the position of each part: (n,), counted in the file's order."""
        return whole(self.place)

    def whole(self, pick: Callable[[P], int]) -> I64:
        """Return an integer of each part, in its unit: (n,)."""
        return whole(pick(part) for part in self.parts)

    def real(self, pick: Callable[[P], float]) -> F64:
        """Return a number of each part: (n,)."""
        return real(pick(part) for part in self.parts)

    def words(self, pick: Callable[[P], str]) -> Words:
        """Return a text of each part as a column of rows: (n,)."""
        return words(pick(part) for part in self.parts)


def currency_columns(table: object) -> tuple[Words, ...]:
    """Return the columns of a table that hold codes of currencies: (n_rows,) each."""
    found = (getattr(table, name, None) for name in CURRENCY_COLUMNS)
    return tuple(column for column in found if column is not None)


def nothing(*_: object) -> tuple[()]:
    """Return nothing: what a payoff or a family does that has no more to add."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Payoff(Generic[P, T]):
    """One table of a compiled book and all that the engine asks of it. `engine.payoffs.registry` has the list."""

    part: type[P]  # what positions are made of; two payoffs may be made of one
    table: type[T]  # a dataclass of columns
    tabulate: Callable[[PartRows[P]], T]
    stored: Stored[T]  # its form in a file
    value: Callable[[Book, Moment], Worth] | None = None  # None: a table that others look at
    fit: Callable[[Book, Market, Shelf], object] | None = None  # constants that market prices fix, from those before
    fit_cautions: Callable[[Book, Shelf], Iterable[Caution]] = nothing  # market prices far from what the market says
    dated: Callable[[Book], Iterable[Dated]] = nothing
    claims: Callable[[Book], Iterable[Claim]] = nothing
    quotes: tuple[str, ...] = ()  # columns of market prices and vols, NaN where there is none
    expiry: str | None = None  # column of the calendar day on which a row is fixed; 0: it never is
    market_quotes: "Callable[[Book, Market, Shelf], MarketQuotes] | None" = None  # what its positions are quoted at
    ranges: Mapping[str, tuple[type, str]] = field(default_factory=dict)  # (n, 2) -> table and column of the rows


def named(book: Book, position: I64) -> str:
    """Return the names of positions, (n,) of them counted in the file's order, the first few, for a message."""
    names = ", ".join(repr(book.position_ids[i]) for i in position[:_NAMED])
    more = f" and {position.size - _NAMED:,} more" if position.size > _NAMED else ""
    return f"{'positions' if position.size > 1 else 'position'} {names}{more}"
