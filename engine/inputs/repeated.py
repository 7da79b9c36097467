"""What stands twice in a list, found in one pass."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def first_repeated(values: Iterable[T]) -> T | None:
    """Return the first value that was there before; None when all are different."""
    seen: set[T] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
