"""What a caller may give: keywords, and for an object of the API a path, a bundled name, or several of these."""

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from inspect import signature
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeGuard, TypeVar

from engine.errors import InputError, did_you_mean
from engine.inputs.fields.dates import parse_iso_date
from engine.inputs.whole_numbers import whole_number

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")

Given: TypeAlias = T | str | Path | Sequence[T | str | Path] | None
_OPTION = re.compile(r"--([a-z][a-z0-9-]*)")  # of a command, in an error


def several(given: T | str | Path | Sequence[T | str | Path]) -> Sequence[T | str | Path]:
    """Return what was given as a sequence, one thing alone as the only one of it."""
    return given if isinstance(given, Sequence) and not isinstance(given, str) else (given,)


def is_frame(given: object) -> "TypeGuard[pd.DataFrame]":
    """Return whether something is a DataFrame of pandas, which is loaded where there is one."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(given, pandas.DataFrame)


def made_by(ways: str) -> Callable[[type[T]], type[T]]:
    """Return a decorator of a frozen class that its own methods make: who calls it is told them.

    ways   what makes one, in code: "Market.read(path) or Market.bundled()"
    """

    def of_class(cls: type[T]) -> type[T]:
        fill: Any = cls.__init__

        @wraps(fill)
        def init(self: T, *args: Any, **kwargs: Any) -> None:
            if args or not kwargs:
                raise TypeError(f"{cls.__name__} is not called; {ways} makes one")
            fill(self, **kwargs)

        cls.__init__ = init  # type: ignore[assignment]
        return cls

    return of_class


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
    others = [type(each).__name__ for each in several(given) if not isinstance(each, str | Path)]
    if others:
        raise InputError(
            f"history: must be a file, several, or a folder of them, got {others[0]};"
            " a table that a program has is written first, as by frame.to_csv('history.csv', index=False)"
        )
    paths = tuple(Path(each) for each in several(given))
    found = tuple(
        file for path in paths for file in (sorted(filter(Path.is_file, path.iterdir())) if path.is_dir() else [path])
    )
    if not found:
        raise InputError(f"history: there is no file in {', '.join(map(str, paths)) or 'an empty list'}")
    return found


def of_keywords(call: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses a mistyped keyword with what may be meant, and whose errors name its keywords.

    A command's option in an error, `--es-most`, becomes the keyword es_most where the function has it; a command line
    between backticks stays as it is.
    """
    return called_as()(call)


def called_as(**keywords: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return what `of_keywords` is, for a function whose keywords are not all called as the command's options are.

    keywords   by an option's name: run="name" where --run of the command is `name` here
    """

    def of_call(call: Callable[P, R]) -> Callable[P, R]:
        names = [*signature(call).parameters]
        options = {name: name for name in names} | keywords

        @wraps(call)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            for name in kwargs:
                if name not in names:
                    raise TypeError(f"{call.__name__}() has no keyword {name!r}{did_you_mean(name, names)}")
            try:
                return call(*args, **kwargs)
            except InputError as error:
                if type(error) is not InputError:  # of a file, whose lines it names
                    raise
                raise InputError(in_keywords(str(error), options)) from None

        return asked

    return of_call


def in_keywords(message: str, options: Mapping[str, str]) -> str:
    """Return an error with a function's keywords, by the options' names, in place of a command's options."""

    def keyword(found: re.Match[str]) -> str:
        return options.get(found[1].replace("-", "_"), found[0])

    parts = message.split("`")
    return "`".join(_OPTION.sub(keyword, part) if i % 2 == 0 else part for i, part in enumerate(parts))
