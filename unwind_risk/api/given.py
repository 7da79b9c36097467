"""What a caller may give for an object of the API: the object, a path, a bundled name, or several of these."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias, TypeVar

from engine.errors import InputError
from engine.inputs.fields.dates import parse_iso_date

T = TypeVar("T")

Given: TypeAlias = T | str | Path | Sequence[T | str | Path] | None


def several(given: T | str | Path | Sequence[T | str | Path]) -> Sequence[T | str | Path]:
    """Return what was given as a sequence, one thing alone as the only one of it."""
    return given if isinstance(given, Sequence) and not isinstance(given, str) else (given,)


def day_of(keyword: str, given: str | date) -> date:
    """Return a date that was given as one, or as text of the form 2025-05-28. Raises InputError with its keyword."""
    day = parse_iso_date(given) if isinstance(given, str) else given
    if type(day) is not date:
        raise InputError(f"{keyword}: must be a date, YYYY-MM-DD, such as 2025-05-28, got {given!r}")
    return day


def files_of(given: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    """Return the files that were given: one, several, or all of a folder, by name. Raises InputError for no file."""
    paths = tuple(Path(each) for each in several(given))
    found = tuple(
        file for path in paths for file in (sorted(filter(Path.is_file, path.iterdir())) if path.is_dir() else [path])
    )
    if not found:
        raise InputError(f"history: there is no file in {', '.join(map(str, paths)) or 'an empty list'}")
    return found
