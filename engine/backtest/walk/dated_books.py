"""Books with a file of each date: on every date the book that stood then, as it was written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.join import join_books
from engine.errors import InputError
from engine.inputs.batch_dates import DATE, files_of_day
from engine.inputs.book.load import load_book
from engine.inputs.book.names import book_name
from engine.inputs.book.table import BOOK
from engine.inputs.opened import Opened, open_once
from engine.market.market import Market
from engine.sheet_path import ENDS, sheet_of

_UNNAMED = "book"  # of a file in a folder without a name
_ENDS = (".csv", ".parquet", *ENDS)
_DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedBooks:
    """The files of each date, their bytes read once, so that they can be handed to another process."""

    files: Mapping[date, tuple[tuple[str, Opened], ...]]  # each date's, by the name of the book in it

    @property
    def has_total(self) -> bool:
        """Return whether a total stands beside the books: always, since there may be several on some date."""
        return True

    @property
    def sha256(self) -> str:
        """Return the digest of all dates and files."""
        lines = (f"{day} {name} {file.sha256}" for day, own in sorted(self.files.items()) for name, file in own)
        return sha256("\n".join(lines).encode()).hexdigest()

    def has(self, day: date) -> bool:
        """Return whether there is a book on a date."""
        return day in self.files

    def on(self, day: date, market: Market) -> CompiledBook:
        """Return the book of a date, compiled for it. Raises InputError with what is wrong with a file."""
        return join_books([(name, load_book(file, market.valuation_date, name=name)) for name, file in self.files[day]])


def is_dated(path: Path) -> bool:
    """Return whether a path stands for files of dates: it holds {date}, or is a folder."""
    return DATE in str(path) or path.is_dir()


def dated_books(paths: Sequence[Path], days: Sequence[date]) -> DatedBooks:
    """Find the books of dates.

    A date without any file has no book; one that has some of `paths` and lacks another is an error.

    Parameters
    ----------
    paths : with {date} in them, and globs as in a batch; or folders of files that are called DATE.csv or DATE.parquet
    days : those on which a book is looked for

    Raises
    ------
    InputError
        No date has a file, a date lacks one of its files, or one cannot be read.
    """
    found: dict[date, tuple[tuple[str, Opened], ...]] = {}
    for day in days:
        files = {path: _files(path, day) for path in paths}
        if not any(files.values()):
            continue
        if lacking := [str(path) for path, own in files.items() if not own]:
            raise InputError(
                f"{day} has a book like {next(str(path) for path, own in files.items() if own)} and none like"
                f" {', '.join(lacking)}: a total of that date would lack it; add the file, or take the other away"
            )
        found[day] = tuple((_name(each, day), open_once(each, BOOK)) for own in files.values() for each in own)
    if not found:
        raise InputError(
            f"no joint date from {days[0]} to {days[-1]} has a file like {', '.join(map(_shown, paths))}; files are"
            f" looked for by date, such as {str(paths[0]).replace(DATE, days[0].isoformat())}"
        )
    return DatedBooks(files=found)


def _files(path: Path, day: date) -> list[Path]:
    if path.is_dir():
        return [each for end in _ENDS if (each := path / f"{day}{end}").exists()]
    return files_of_day(str(path), day, Path())


def _name(path: Path, day: date) -> str:
    """Return what the book in a file is called on every date: the file's name less the date, else its folder's."""
    texts = [sheet_of(path) or path.stem, *(parent.name for parent in path.absolute().parents)]
    bare = (re.sub(rf"[-_. ]*{_DAY}[-_. ]*", "", text) for text in texts)
    return book_name(next((text for text in bare if text), _UNNAMED))


def _shown(path: Path) -> str:
    return f"{path}/DATE.csv" if path.is_dir() else str(path)
