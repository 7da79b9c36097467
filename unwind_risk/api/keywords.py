"""What a program reads of its keywords: errors that speak of them and not of a command's options."""

import re
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from engine.errors import InputError, did_you_mean

P = ParamSpec("P")
R = TypeVar("R")

_OPTION = re.compile(r"--([a-z][a-z0-9-]*)")


def of_keywords(call: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses a mistyped keyword with what may be meant, and whose errors name its keywords.

    A command's option in an error, `--es-most`, becomes the keyword es_most where the function has it; a command line
    between backticks stays as it is.
    """
    names = [*signature(call).parameters]

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
            raise InputError(in_keywords(str(error), names)) from None

    return asked


def in_keywords(message: str, names: list[str]) -> str:
    """Return an error with a function's keywords in place of a command's options."""

    def keyword(found: re.Match[str]) -> str:
        name = found[1].replace("-", "_")
        return name if name in names else found[0]

    parts = message.split("`")
    return "`".join(_OPTION.sub(keyword, part) if i % 2 == 0 else part for i, part in enumerate(parts))
