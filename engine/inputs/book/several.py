"""Several book files as one: each keeps its books' names, and the total is over all of them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.join import join_books
from engine.errors import InputError
from engine.inputs.book.load import load_book
from engine.inputs.opened import Opened
from engine.sheet_path import file_of, sheet_of


def load_books(files: Sequence[Path | Opened], valuation_date: date) -> CompiledBook:
    """Load one or several book files for one valuation date; of several, positions are known as FILE/ID.

    Raises
    ------
    FileFaults
        As `load_book`, of the first file with errors.
    InputError
        A file stands there twice, or two files hold a book of the same name.
    """
    named = named_files([each.path if isinstance(each, Opened) else each for each in files])
    return join_books(
        [(name, load_book(file, valuation_date, name=name)) for (name, _), file in zip(named, files, strict=True)]
    )


def named_files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return each file with the name that tells it from the others. Raises InputError where one stands there twice."""
    for i, path in enumerate(paths):
        if any(_is_same(path, other) for other in paths[:i]):
            raise InputError(f"the book file {str(path)!r} is given twice; leave one out")
    return [(_name(path, [other for other in paths if other is not path]), path) for path in paths]


def _name(path: Path, others: Sequence[Path]) -> str:
    """Return a file's name without its end, and as much of its path as tells it from the others."""
    mine_and_theirs = ((_bare(path), [_bare(other) for other in others]), (path, others))
    for mine, theirs in mine_and_theirs:
        for n in range(1, len(mine.parts) + 1):
            if mine.parts[-n:] not in [each.parts[-n:] for each in theirs]:
                return "/".join(mine.parts[-n:])
    return str(path)


def _bare(path: Path) -> Path:
    """Return a path without the file's end, and as a folder of its sheet where it names one."""
    sheet = sheet_of(path)
    bare = file_of(path).with_suffix("")
    return bare if sheet is None else bare / sheet


def _is_same(path: Path, other: Path) -> bool:
    """Return whether two paths are one file, and one sheet of it; a file without a sheet may be any of its sheets."""
    sheets = {sheet_of(path), sheet_of(other)}
    if None not in sheets and len(sheets) == 2:
        return False
    try:
        return file_of(path).samefile(file_of(other))
    except (OSError, ValueError):
        return file_of(path) == file_of(other)
