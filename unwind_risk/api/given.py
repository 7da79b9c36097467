"""What a caller may give for an object of the API: the object, a path, a bundled name, or several of these."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Given: TypeAlias = T | str | Path | Sequence[T | str | Path] | None


def several(given: T | str | Path | Sequence[T | str | Path]) -> Sequence[T | str | Path]:
    """Return what was given as a sequence, one thing alone as the only one of it."""
    return given if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
