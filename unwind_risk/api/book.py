"""Positions, as a program holds them: read, taken from a frame, or made by constructors."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from engine.book.compiled import CompiledBook
from engine.book.store import is_compiled
from engine.errors import InputError
from engine.inputs.book.frame_source import FrameBytes, content_sha256, errors_by_label, labelled
from engine.inputs.book.load import bundled_book_names, bundled_book_path, checked_rows
from engine.inputs.book.several import load_books
from engine.inputs.book.table import BOOK
from engine.inputs.opened import Opened, open_once
from engine.inputs.repeated import first_repeated
from engine.instruments.rows.position import Position
from engine.instruments.rows.texts import text_error
from unwind_risk.api.given import path_of

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd


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
        if other := next((each for each in positions if not isinstance(each, Position)), None):
            raise InputError(
                f"a book is made of positions, Book.of(one, two), got {type(other).__name__};"
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

    def __repr__(self) -> str:
        names = (each.path.stem if isinstance(each, FrameBytes) else str(each.path) for each in self.sources)
        return f"<Book of {', '.join(names)}>"


def _check_name(name: str) -> None:
    if (error := text_error("book", name) if isinstance(name, str) else f"must be text, got {name!r}") is not None:
        raise InputError(f"name: {error}")


def book_of(given: "Book | str | Path | Sequence[Book | str | Path] | None") -> Book:
    """Return a book given as an object, a bundled name or a path, or several of these as one; None: the bundled one.

    Raises InputError as `Book.read`.
    """
    if isinstance(given, Book):
        return given
    if given is None or (isinstance(given, str) and given in bundled_book_names()):
        return Book.bundled(*(() if given is None else (given,)))
    if isinstance(given, str | Path) or not isinstance(given, Sequence):
        return Book.read(path_of("book", given, bundled_book_names()))
    return Book(sources=tuple(source for each in given for source in book_of(each).sources))
