"""Several book files as one: each keeps its books' names, and the total is over all of them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.join import join_books
from engine.errors import InputError
from engine.inputs.book.load import load_book


def load_books(paths: Sequence[Path], valuation_date: date) -> CompiledBook:
    """Load one or several book files for one valuation date; of several, positions are known as FILE/ID.

    Raises
    ------
    FileFaults
        As `load_book`, of the first file with errors.
    InputError
        A file stands there twice, or two files hold a book of the same name.
    """
    for i, path in enumerate(paths):
        if any(_is_same(path, other) for other in paths[:i]):
            raise InputError(f"the book file {str(path)!r} is given twice; leave one out")
    return join_books([(name, load_book(path, valuation_date)) for name, path in _names(paths)])


def _names(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return a name of each file: without folder and end where that tells them apart, else its path."""
    stems = [path.stem for path in paths]
    return [(stem if stems.count(stem) == 1 else str(path), path) for stem, path in zip(stems, paths, strict=True)]


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return path == other
