"""Positions, as a program holds them: read, taken from a frame, or made by constructors."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from engine.book.compiled import CompiledBook
from engine.inputs.book.load import bundled_book_names, bundled_book_path
from engine.inputs.book.several import load_books
from engine.inputs.book.table import BOOK
from engine.inputs.opened import Opened, open_once

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Book:
    """Positions of one or several books, for any valuation date. It cannot be changed."""

    sources: tuple[Opened, ...]  # the bytes of each file, read once; a frame's are those of a Parquet file
    is_of_files: bool = True  # False: some of it was made in memory

    @classmethod
    def bundled(cls, name: str = "sample") -> "Book":
        """Return a book that comes with the program. Raises InputError for a name that is none of `Book.names()`."""
        return cls.read(bundled_book_path(name))

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the names of the bundled books: `sample` holds the others."""
        return bundled_book_names()

    @classmethod
    def read(cls, *paths: "str | Path") -> "Book":
        """Read book files, each once. Raises InputError for one that cannot be read."""
        return cls(sources=tuple(open_once(Path(path), BOOK) for path in paths))

    def compiled(self, valuation_date: "date") -> CompiledBook:
        """Return the engine's book for a valuation date. Raises InputError with everything wrong with its rows."""
        return load_books(self.sources, valuation_date)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the files it was read from; none of what was made in memory."""
        return tuple(each.path for each in self.sources) if self.is_of_files else ()

    @property
    def sha256(self) -> str:
        """Return a digest of the bytes of all its sources."""
        return sha256("".join(each.sha256 for each in self.sources).encode()).hexdigest()

    def __repr__(self) -> str:
        return f"<Book of {', '.join(str(each.path) for each in self.sources)}>"


def book_of(given: "Book | str | Path | Sequence[Book | str | Path] | None") -> Book:
    """Return a book given as an object, a bundled name or a path, or several of these as one; None: the bundled one.

    Raises InputError as `Book.read`.
    """
    if isinstance(given, Book):
        return given
    if given is None or (isinstance(given, str) and given in bundled_book_names()):
        return Book.bundled(*(() if given is None else (given,)))
    if isinstance(given, str | Path):
        return Book.read(given)
    parts = [book_of(each) for each in given]
    sources = tuple(source for each in parts for source in each.sources)
    return Book(sources=sources, is_of_files=all(each.is_of_files for each in parts))
