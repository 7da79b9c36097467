"""How a record or a tuple of tables is declared, and what is made of the declaration: dtypes, empty tables, lengths.

A `Record` is a class whose annotated fields are whole or real numbers of 64 bits. A tuple of tables is a NamedTuple of
arrays, of rows of a record and of whole numbers. Each field says what it means, in which unit, and of what shape.
"""

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    NamedTuple,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

import numpy as np
import numpy.typing as npt

from kernels.types import Array

R = TypeVar("R", bound="Record")
T = TypeVar("T", bound=tuple[Any, ...])
KINDS = {int: np.int64, float: np.float64}

if TYPE_CHECKING:

    class Rows(npt.NDArray[np.void], Generic[R]):
        """Rows of one record, side by side. At run time a plain array whose dtype is the record's."""

        @overload  # type: ignore[override]
        def __getitem__(self, key: str) -> Array: ...
        @overload
        def __getitem__(self, key: slice) -> "Rows[R]": ...
        @overload
        def __getitem__(self, key: int | tuple[int, ...]) -> R: ...
        def __getitem__(self, key: object) -> object: ...
        def __iter__(self) -> Iterator[R]: ...  # type: ignore[override]
        def reshape(self, *shape: int) -> "Rows[R]": ...  # type: ignore[override]

else:

    class Rows(Generic[R]):
        """Names the record of an array's rows in an annotation; the array itself is numpy's."""


class Field(NamedTuple):
    """What a declared field is."""

    meaning: str
    unit: str = ""
    shape: str = ""  # names of lengths; a number is itself


class Declared(NamedTuple):
    """A field of a record or of a tuple of tables, as it was declared."""

    name: str
    kind: Any  # int, float, an array alias of kernels.types, or Rows of a record
    meaning: str
    unit: str
    shape: tuple[str, ...]

    @property
    def record(self) -> "type[Record] | None":
        """The record whose rows the field holds; None: it holds numbers."""
        return get_args(self.kind)[0] if get_origin(self.kind) is Rows else None

    @property
    def dtype(self) -> np.dtype[Any]:
        """What one element of the field is."""
        if self.record:
            return self.record.dtype()
        number = KINDS.get(self.kind) or self.number
        return np.dtype(np.float64 if number is Any else number)  # an array of either precision starts in binary64

    @property
    def number(self) -> Any:
        """What an array's elements are; Any: of either precision. numpy's own alias names it alone from 2.5 on."""
        arguments = get_args(self.kind)
        return arguments[0] if len(arguments) == 1 else get_args(arguments[1])[0]


def declared(kind: type[Any]) -> tuple[Declared, ...]:
    """Return the fields of a record or of a tuple of tables, in their order."""
    return _declared(cast(Hashable, kind))


@cache
def _declared(kind: Any) -> tuple[Declared, ...]:
    found = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            raise TypeError(f"{kind.__name__}.{name} is declared without a meaning: use Annotated[type, Field(...)]")
        of, field = get_args(hint)
        found.append(Declared(name, of, field.meaning, field.unit, tuple(field.shape.split())))
    return tuple(found)


class Record:
    """A row of a table: whole numbers and real ones of 64 bits each, the same layout as a C struct's.

    Python and numba read a field of a row as an attribute, numpy a column as `rows["name"]`.
    """

    @classmethod
    def dtype(cls) -> np.dtype[np.void]:
        """Return the numpy dtype.

        Raises
        ------
        TypeError
            A field is neither int nor float, or has the name of an attribute that numpy gives every scalar.
        """
        for field in declared(cls):
            if field.kind not in KINDS:
                raise TypeError(f"{cls.__name__}.{field.name} must be int or float, got {field.kind}")
            if hasattr(np.record, field.name):
                raise TypeError(f"{cls.__name__}.{field.name} has the name of an attribute of numpy's records")
        return np.dtype((np.record, [(field.name, KINDS[field.kind]) for field in declared(cls)]))

    @classmethod
    def rows(cls: type[R], **columns: npt.ArrayLike) -> Rows[R]:
        """Return rows (n_rows,), or of any shape, whose columns these are: one for every field, broadcast to it.

        Raises
        ------
        ValueError
            A column is missing, or is none of the record's.
        """
        names = [field.name for field in declared(cls)]
        if set(columns) != set(names):
            raise ValueError(f"{cls.__name__} has the fields {', '.join(names)}; got {', '.join(columns)}")
        found = np.empty(np.broadcast_shapes(*(np.shape(column) for column in columns.values())), cls.dtype())
        for name, column in columns.items():
            found[name] = column
        return found  # type: ignore[return-value]

    @classmethod
    def zeros(cls: type[R], *shape: int) -> Rows[R]:
        """Return rows of zeros, of any shape."""
        return np.zeros(shape, cls.dtype())  # type: ignore[return-value]


def empty(kind: type[T], **lengths: int) -> T:
    """Return tables of zeros of the `lengths` named; a length that is not named is 0."""
    return kind(*(_zeros(field, lengths) for field in declared(kind)))


def _zeros(field: Declared, lengths: Mapping[str, int]) -> Any:
    if field.kind is int:
        return 0
    return np.zeros([int(n) if n.isdigit() else lengths.get(n, 0) for n in field.shape], field.dtype)


def lengths_of(tables: tuple[Any, ...]) -> dict[str, int]:
    """Return what each length named in the shapes of a tuple of tables is.

    Raises
    ------
    ValueError
        An array has another type or number of axes than declared, or two arrays disagree on a length.
    """
    found: dict[str, int] = {}
    for field, array in _arrays(tables):
        where = f"{type(tables).__name__}.{field.name}"
        if array.dtype != field.dtype or array.ndim != len(field.shape):
            raise ValueError(
                f"{where} is declared as ({', '.join(field.shape)}) {field.dtype}, got {array.shape} {array.dtype}"
            )
        for name, n in zip(field.shape, array.shape, strict=True):
            if (wanted := int(name) if name.isdigit() else found.setdefault(name, n)) != n:
                raise ValueError(f"{where} is {array.shape}: {name} is {wanted} elsewhere in {type(tables).__name__}")
    return found


def contiguous(tables: T) -> T:
    """Return the same tables, every array contiguous, every row of a record with its fields as attributes."""
    fields = {field.name: np.ascontiguousarray(array) for field, array in _arrays(tables)}
    for field in declared(type(tables)):
        if field.record:  # numpy's concatenate forgets that rows have attributes
            fields[field.name] = fields[field.name].view(field.dtype)
    return tables._replace(**fields)  # type: ignore[attr-defined]


def _arrays(tables: tuple[Any, ...]) -> Iterator[tuple[Declared, Array]]:
    for field, value in zip(declared(type(tables)), tables, strict=True):
        if field.kind is not int:
            yield field, value
