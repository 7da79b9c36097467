"""Positions, as a program holds them: read, taken from a frame, or made by constructors."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engine.book.compiled import CompiledBook
from engine.book.store import is_compiled
from engine.conventions.currencies import HOME
from engine.errors import InputError, counted
from engine.inputs.book.frame_source import FrameBytes, content_sha256, errors_by_label, labelled, said
from engine.inputs.book.load import bundled_book_names, bundled_book_path, checked_rows
from engine.inputs.book.several import load_books
from engine.inputs.book.table import BOOK
from engine.inputs.opened import Opened, open_once
from engine.inputs.repeated import first_repeated
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.position import Position
from engine.instruments.rows.texts import text_error
from unwind_risk.api.frames import framed, html_of
from unwind_risk.api.given import Given, is_frame, made_by, path_of

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from engine.book.check import BookCheck
    from unwind_risk.api.market import Market

Books: TypeAlias = "Given[Book | pd.DataFrame | Position]"  # what becomes a book wherever one is wanted


PRICED = {  # columns of `Book.table`, with their units; a DV01 of each curve stands behind them
    "position_id": "name",
    "book": "name",
    "kind": "kind of position",
    "value": "{currency}, on the valuation date: what is settled later, a bond's price too, is discounted to it",
    "clean_price": "per 100 of face, for settlement; NaN: the kind has none",
    "market_yield": "decimal per year, as `yield_kind` quotes; NaN: the kind has none",
    "yield_kind": "quotation of the yield",
    "spread_bp": "basis points over the curve, by which the market price is met; NaN: no price was given",
    "break_even": "inflation of a linked bond, decimal per year",
}
_LOST = "{currency}, lost when the curve's zero rates rise by 1 bp"


@made_by("Book.read(path), Book.from_frame(frame) or Book.of(*positions)")
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Book:
    """Positions of one or several books, for any valuation date. It cannot be changed."""

    sources: tuple[Opened, ...]  # the bytes of each file, read once; a frame's are those of a Parquet file

    @classmethod
    def bundled(cls, name: str = "sample") -> "Book":
        """Return a book that comes with the program. Raises InputError for a name that is none of `Book.names()`."""
        return cls.opened([bundled_book_path(name)])

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the names of the bundled books: `sample` holds the others."""
        return bundled_book_names()

    @classmethod
    def read(cls, *paths: str | Path) -> "Book":
        """Read book files, each once; of several, positions are known as FILE/ID.

        Raises InputError with everything wrong with them but what depends on a date, which a run finds.
        """
        if not paths:
            raise InputError("book: there is no file to read; give one or several")
        return cls._checked(open_once(Path(path), BOOK) for path in paths)

    @classmethod
    def from_frame(cls, frame: "pd.DataFrame", *, name: str = "book") -> "Book":
        """Take positions from a frame: a row each, columns as a book file has them, checked by the files' own code.

        A column may hold texts as a file does, numbers, or dates; what is missing is an empty field. The digest of its
        positions is that of a file which says the same.

        Parameters
        ----------
        frame : (n_positions, n_columns); errors name a row by its index label
        name : of the book, where the frame has no column `book`

        Raises
        ------
        InputError
            Everything wrong with the frame, each error with its row and column.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = {"position_id": ["a"], "kind": ["CASH"], "currency": ["USD"], "notional": [1e6]}
        >>> Book.from_frame(pd.DataFrame(rows), name="desk")
        <Book of desk>
        """
        from engine.inputs.book.frame import frame_bytes  # here, as below: a run of files needs no pandas

        _check_name(name)
        return cls._checked([frame_bytes(frame, name)])

    @classmethod
    def of(cls, *positions: Position, name: str = "book") -> "Book":
        """Make a book of positions, which the constructors of `unwind_risk.positions` make.

        name   of the book, for positions that name none

        Raises InputError for no positions, or two of one id.

        Examples
        --------
        >>> from unwind_risk import positions
        >>> Book.of(positions.CASH("a", 1e6, currency="USD"), name="desk")
        <Book of desk>
        """
        from engine.inputs.book.frame import position_bytes

        _check_name(name)
        if not positions:
            raise InputError("a book has at least one position: Book.of(one, two)")
        if other := next((each for each in positions if not isinstance(each, Position)), None):
            raise InputError(
                f"a book is made of positions, Book.of(one, two) or Book.of(*several), got {type(other).__name__};"
                " the constructors of uw.positions make one"
            )
        return cls._checked([position_bytes(positions, name)])

    @classmethod
    def opened(cls, paths: Sequence[Path]) -> "Book":
        """Read the bytes of book files, whose rows the run that follows checks. Raises InputError as `read`."""
        return cls(sources=tuple(open_once(path, BOOK) for path in paths))

    @classmethod
    def _checked(cls, sources: Iterable[Opened]) -> "Book":
        """Return the book of sources whose rows are checked by all that needs no date."""
        found = tuple(sources)
        for each in found:
            if not is_compiled(each.data):
                with errors_by_label(each):
                    checked_rows(each)
        return cls(sources=found)

    def compiled(self, valuation_date: "date") -> CompiledBook:
        """Return the engine's book for a valuation date. Raises InputError with everything wrong with its rows."""
        if not self.sources:
            raise InputError("book: an empty list holds no book; give one or several, or None for the bundled one")
        made = [each.path.stem for each in self.sources if isinstance(each, FrameBytes)]
        if twice := first_repeated(made):
            raise InputError(f"two books made in memory are called {twice!r}; give one another name, as in name='desk'")
        with ExitStack() as stack:
            for each in self.sources:
                stack.enter_context(errors_by_label(each))
            return labelled(load_books(self.sources, valuation_date), self.sources)

    def to_frame(self) -> "pd.DataFrame":
        """Return what its rows say, columns as a book file has them: `Book.from_frame` makes the same positions of it.

        Raises InputError for a compiled book, which has no rows.
        """
        return _rows_frame(self.sources, [each.path.stem for each in self.sources])

    def table(self, market: "Market | str | Path | None" = None) -> "pd.DataFrame":
        """Return value, price, yield and DV01 by curve of every position in a market, as `unwind book check` prices it.

        market   an object, a path or a bundled name; None: the bundled market of the book

        Units are in `.attrs["units"]`, what a reader should know in `.attrs["warnings"]`. Raises InputError where the
        book does not fit the market.
        """
        from engine.book.check import check_book  # here: a run does without
        from unwind_risk.api.market import market_of

        levels = market_of(market, self)
        return _priced_frame(check_book(self.compiled(levels.valuation_date), levels.loaded), HOME)

    @property
    def is_of_files(self) -> bool:
        """Return whether all of it was read from files, which a command can name."""
        return not any(isinstance(each, FrameBytes) for each in self.sources)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the files it was read from; none of what was made in memory."""
        return tuple(each.path for each in self.sources) if self.is_of_files else ()

    @cached_property
    def digest(self) -> str:
        """Return a digest of what its positions say, whatever they were read from: equal books have the same.

        Of a compiled book, which has no rows, it is that of its bytes.
        """
        parts = [each.sha256 if is_compiled(each.data) else content_sha256(each) for each in self.sources]
        return parts[0] if len(parts) == 1 else sha256("".join(parts).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Book) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def _repr_html_(self) -> str:
        """Return its rows as a small table for a notebook; of a compiled book its name."""
        if any(is_compiled(each.data) for each in self.sources):
            return escape(repr(self))
        rows = self.to_frame()
        return html_of(rows, f"{repr(self)[1:-1]}: {counted(len(rows), 'row')}")

    def __repr__(self) -> str:
        names = (each.path.stem if isinstance(each, FrameBytes) else str(each.path) for each in self.sources)
        return f"<Book of {', '.join(names)}>"


def _check_name(name: str) -> None:
    if (error := text_error("book", name) if isinstance(name, str) else f"must be text, got {name!r}") is not None:
        raise InputError(f"name: {error}")


def book_of(given: Books) -> Book:
    """Return a book given as an object, a frame, positions, a bundled name or a path, or several of these as one.

    None: the bundled one. Raises InputError as `Book.read`.
    """
    if given is None:
        return Book.bundled()
    found = [_book(each) for each in books_in(given)]
    return found[0] if len(found) == 1 else Book(sources=tuple(source for each in found for source in each.sources))


def books_in(given: Books) -> Sequence[Book | str | Path]:
    """Return what was given as books one by one, a frame and positions made into them; names and paths as they are.

    Positions in a row are one book. Raises InputError for what is no book.
    """
    if isinstance(given, Book | str | Path):
        return (given,)
    if is_frame(given):
        return (Book.from_frame(given),)
    several = (given,) if isinstance(given, Position) else given
    if not isinstance(several, Sequence):
        raise InputError(
            f"book: must be a Book, a DataFrame, positions, a path, or a bundled name, got {type(given).__name__};"
            " uw.Book makes one of what a program has"
        )
    positions = [each for each in several if isinstance(each, Position)]
    if positions and len(positions) == len(several):
        return (Book.of(*positions),)
    return [book for each in several for book in books_in(each)]


def _book(given: Book | str | Path) -> Book:
    if isinstance(given, Book):
        return given
    if isinstance(given, str) and given in bundled_book_names():
        return Book.bundled(given)
    return Book.read(path_of("book", given, bundled_book_names()))


def _rows_frame(sources: Sequence[Opened], names: Sequence[str]) -> "pd.DataFrame":
    """Return what the rows of books say, columns as a book file has them, without those that all leave empty.

    names   of the sources; where there are several, rows that name no book are told by these

    Raises InputError for a compiled book, which has no rows.
    """
    import pandas as pd

    if any(is_compiled(each.data) for each in sources):
        raise InputError("book: a compiled book has no rows to show; `table` has the value of its positions")
    rows = [
        {name: said(value) for name, value in each.filled.items() if value != ""}
        | ({"book": each.book or name} if len(sources) > 1 else {})
        for source, name in zip(sources, names, strict=True)
        for each in checked_rows(source).positions
    ]
    frame = pd.DataFrame(rows, columns=[name for name in COLUMNS if any(name in row for row in rows)])
    if "deliverables" in frame:
        frame["deliverables"] = frame["deliverables"].map(_basket)
    return framed(frame, units={name: COLUMNS[name].meaning for name in frame.columns})


def _priced_frame(checked: "BookCheck", currency: str) -> "pd.DataFrame":
    """Return what `unwind book check` finds, a row a position, DV01 by curve; its warnings in `.attrs["warnings"]`."""
    import pandas as pd

    lost = {f"dv01_{curve}": [row.dv01[curve] for row in checked.rows] for curve in checked.total.dv01}
    frame = pd.DataFrame({name: [getattr(row, name) for row in checked.rows] for name in PRICED} | lost)
    numbers = ["clean_price", "market_yield", "spread_bp", "break_even"]
    frame[numbers] = frame[numbers].astype(float)
    units = {name: unit.format(currency=currency) for name, unit in {**PRICED, **dict.fromkeys(lost, _LOST)}.items()}
    facts = {"currency": currency, "valuation_date": str(checked.valuation_date), "warnings": list(checked.warnings)}
    return framed(frame, units=units, **facts)


def _basket(bonds: object) -> object:
    """Return a future's deliverable bonds as a book file has them."""
    return " ".join(f"{coupon!r}@{maturity}" for coupon, maturity in bonds) if isinstance(bonds, tuple) else bonds
