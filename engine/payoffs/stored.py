"""The form of a table in the file of a compiled book: lists with a list for each position, or columns beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, Literal, TypeVar, get_type_hints

from kernels.types import F64, I64, Array, Words

T = TypeVar("T")

Type = Literal["text", "whole", "real"]
Columns = Mapping[str, Array]  # by name, (n,) each; of a list, `position` among them, ascending

_TYPES: tuple[tuple[object, Type], ...] = ((Words, "text"), (I64, "whole"), (F64, "real"))  # also their order in a file


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored(Generic[T]):
    """How a table is written and read back."""

    lists: Mapping[str, Mapping[str, Type]]  # name -> column -> type, `position` left out
    columns: Callable[[T], Mapping[str, Columns]]  # what is written, by the name of the list
    table: Callable[[Mapping[str, Columns]], T]  # the inverse; raises ValueError for columns that are no table
    is_beside: bool = False  # its rows belong to no position: they stand in the file's metadata


def plain(name: str, table: type[T]) -> Stored[T]:
    """Return the form of a table with columns of one number or text a row, and the position among them."""
    types = column_types(table)

    def made(lists: Mapping[str, Columns]) -> T:
        return table(**lists[name])

    return Stored(lists={name: types}, columns=lambda rows: {name: as_columns(rows)}, table=made)


def column_types(table: type) -> dict[str, Type]:
    """Return the columns of a table's class with their types, in the order of a file; without `position`."""
    hints = get_type_hints(table)
    return {
        field.name: type_
        for array, type_ in _TYPES
        for field in fields(table)
        if hints[field.name] == array and field.name != "position"
    }


def as_columns(table: Any) -> dict[str, Array]:
    """Return the arrays of a table by name: (n,) each, in the units of its class."""
    return {field.name: getattr(table, field.name) for field in fields(table)}
