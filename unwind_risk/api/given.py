"""What a caller may give for an object of the API: the object, a path, a bundled name, or several of these."""

import math
from collections.abc import Sequence
from datetime import date
from numbers import Real
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from engine.errors import InputError, did_you_mean
from engine.inputs.fields.dates import parse_iso_date
from engine.inputs.whole_numbers import whole_number

T = TypeVar("T")

Given: TypeAlias = T | str | Path | Sequence[T | str | Path] | None


def several(given: T | str | Path | Sequence[T | str | Path]) -> Sequence[T | str | Path]:
    """Return what was given as a sequence, one thing alone as the only one of it."""
    return given if isinstance(given, Sequence) and not isinstance(given, str) else (given,)


def path_of(what: str, given: object, names: Sequence[str]) -> Path:
    """Return the path that was given for a thing of the API.

    what    "book", "market", as its keyword is called
    names   of the bundled ones, of which `given` is none

    Raises InputError where it is no path, or a word that names neither a file nor a bundled one.
    """
    if not isinstance(given, str | Path):
        raise InputError(
            f"{what}: must be a {what.capitalize()}, a path, or a bundled name, got {type(given).__name__};"
            f" uw.{what.capitalize()} makes one of what a program has"
        )
    path = Path(given)
    if isinstance(given, str) and not path.suffix and not path.exists():
        near = did_you_mean(given, names)
        raise InputError(f"{what}: there is no file {given!r}, nor a bundled one{near}; bundled are {', '.join(names)}")
    return path


def day_of(keyword: str, given: str | date) -> date:
    """Return a date that was given as one, or as text of the form 2025-05-28. Raises InputError with its keyword."""
    day = parse_iso_date(given) if isinstance(given, str) else given
    if type(day) is not date:
        raise InputError(f"{keyword}: must be a date, YYYY-MM-DD, such as 2025-05-28, got {given!r}")
    return day


def whole_of(keyword: str, given: Any) -> int:
    """Return a whole number, of numpy too. Raises InputError with its keyword: 1.5, a truth value, another thing."""
    number = whole_number(given.item() if getattr(given, "ndim", None) == 0 else given)
    if number is None:
        raise InputError(f"{keyword}: must be a whole number, got {given!r}")
    return number


def amount_of(keyword: str, given: float | None) -> float | None:
    """Return an amount; None where none is given. Raises InputError with its keyword for no finite number."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, Real) or not math.isfinite(given):
        raise InputError(f"{keyword}: must be an amount, such as 1e9, got {given!r}")
    return float(given)


def files_of(given: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    """Return the files that were given: one, several, or all of a folder, by name. Raises InputError for no file."""
    paths = tuple(Path(each) for each in several(given))
    found = tuple(
        file for path in paths for file in (sorted(filter(Path.is_file, path.iterdir())) if path.is_dir() else [path])
    )
    if not found:
        raise InputError(f"history: there is no file in {', '.join(map(str, paths)) or 'an empty list'}")
    return found
