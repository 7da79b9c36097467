"""One value of each class, found by its class: the tables of a book, and the constants fitted to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shelf:
    """Values by their class. `shelf.of(Flows)` has the type that it says."""

    by_class: Mapping[type, object]

    def of(self, kind: type[T]) -> T:
        """Return the value of a class. Raises KeyError when there is none."""
        return self.by_class[kind]  # type: ignore[return-value]  # each value stands under its own class

    def replaced(self, *values: object) -> "Shelf":
        """Return a shelf on which these stand, in place of those of the same classes."""
        return Shelf(by_class={**self.by_class, **{type(value): value for value in values}})


def shelf(*values: object) -> Shelf:
    """Return a shelf of these values. Columns of texts can be written no more: what they hold is found once."""
    for value in values:
        for name in getattr(value, "__dataclass_fields__", ()):
            column = getattr(value, name)
            if isinstance(column, np.ndarray) and column.dtype.kind == "U":
                column.flags.writeable = False
    return Shelf(by_class={type(value): value for value in values})
