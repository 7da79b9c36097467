"""A constructor for every kind of position: `positions.JGB("A", 1e9, coupon=0.01, maturity="2035-03-20")`.

They are made from the registry of kinds, so that one that is registered is here by its name. `positions.pyi` beside
this file has their types for editors and type checkers: `python -m unwind_risk.api.positions_stub` writes it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from inspect import Parameter, Signature
from textwrap import fill
from typing import Any

from engine.errors import InputError, did_you_mean
from engine.inputs.book.fields import FieldError, parsed
from engine.inputs.book.names import UNNAMED
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import ALWAYS, COLUMNS, Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, checked_position

__all__ = ["Position", "columns_of", "constructor", "signature_of"]

Constructor = Callable[..., Position]

BY_PLACE = ("position_id", "notional")  # given without a name; all else by name
_ANNOTATIONS: Mapping[str, Any] = {"text": str, "number": float, "date": date | str}
_BEFORE_NAMED = "book"  # of a position that names none, until it is laid in one


def columns_of(kind: Kind) -> tuple[list[Column], list[Column]]:
    """Return the columns that a constructor needs, and those that it may do without, each in the order of the files."""
    rule = kind.rule
    needed = {*ALWAYS, *rule.required} - {"kind"} - ({"currency"} if len(rule.currencies) == 1 else set())
    taken = [column for name, column in COLUMNS.items() if name != "kind" and rule.takes(name)]
    return [each for each in taken if each.name in needed], [each for each in taken if each.name not in needed]


def signature_of(kind: Kind) -> Signature:
    """Return how the constructor of a kind is called."""
    needed, others = columns_of(kind)
    placed = [each for name in BY_PLACE for each in needed if each.name == name]
    named = [each for each in needed if each.name not in BY_PLACE]
    return Signature(
        [
            *(Parameter(each.name, Parameter.POSITIONAL_OR_KEYWORD, annotation=_type(each)) for each in placed),
            *(Parameter(each.name, Parameter.KEYWORD_ONLY, annotation=_type(each)) for each in named),
            *(
                Parameter(each.name, Parameter.KEYWORD_ONLY, default=None, annotation=_type(each) | None)
                for each in others
            ),
        ],
        return_annotation=Position,
    )


def constructor(kind: Kind) -> Constructor:
    """Return the constructor of a kind."""
    signature = signature_of(kind)

    def make(*args: Any, **kwargs: Any) -> Position:
        for name in kwargs.keys() - signature.parameters.keys():
            raise TypeError(f"{kind}: there is no keyword {name!r}{did_you_mean(name, [*signature.parameters])}")
        try:
            bound = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            wanted = [each.name for each in signature.parameters.values() if each.default is Parameter.empty]
            raise TypeError(f"{kind}: {error}; it needs {', '.join(wanted)}") from None
        return _position(kind, {name: value for name, value in bound.items() if value is not None})

    make.__name__ = make.__qualname__ = kind.name
    make.__module__ = __name__
    make.__doc__ = doc_of(kind)
    make.__signature__ = signature  # type: ignore[attr-defined]
    return make


def doc_of(kind: Kind) -> str:
    """Return what the constructor of a kind does, with what each argument means and its unit."""
    needed, others = columns_of(kind)
    one_of = f"\n\nExactly one of {' and '.join(kind.rule.one_of)} is needed." if kind.rule.one_of else ""
    one_at_most = f"\n\nOf {' and '.join(kind.rule.at_most_one)} one at most." if kind.rule.at_most_one else ""
    lines = [_wrapped(f"{each.name} : {each.meaning}", "    ") for each in (*needed, *others)]
    return (
        _wrapped(f"Return a position of kind {kind.name}: {kind.meaning}.") + f"{one_of}{one_at_most}\n\n"
        "Parameters\n----------\n" + "\n".join(lines) + "\n\n"
        "Raises InputError with everything that a book file would be refused for, whatever the date."
    )


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _type(column: Column) -> Any:
    if column.name == "deliverables":
        return Sequence[tuple[float, date]] | Sequence[str] | str
    return _ANNOTATIONS[column.type]


def _position(kind: Kind, fields: dict[str, Any]) -> Position:
    """Return a checked position; texts of dates and baskets are read as a file's."""
    rule, read = kind.rule, {}
    for name, value in fields.items():
        if name == "deliverables" and isinstance(value, Sequence) and not isinstance(value, str):
            value = _basket(value)
        is_text = isinstance(value, str) and (COLUMNS[name].type == "date" or name == "deliverables")
        try:
            read[name] = parsed(COLUMNS[name], value.strip()) if is_text else _plain(value)
        except FieldError as error:
            raise InputError(f"position {fields['position_id']!r}, {name}: {error}") from None
    if len(rule.currencies) == 1:
        read.setdefault("currency", next(iter(rule.currencies)))
    checked = Position(**{"kind": kind, "book": _BEFORE_NAMED, **read})
    return checked if "book" in read else checked_position({**checked.filled, "book": UNNAMED}, None)


def _basket(bonds: Sequence[Any]) -> Any:
    """Return bonds, texts or pairs of coupon and maturity, as the text or the tuple that is read."""
    texts = bool(bonds) and all(isinstance(each, str) for each in bonds)
    return " ".join(bonds) if texts else tuple(tuple(each) if isinstance(each, list) else each for each in bonds)


def _plain(value: Any) -> Any:
    """Return a number of numpy as Python's, and a day of pandas as a date; anything else as it is."""
    if isinstance(value, datetime) and value == value and value.time() == time.min and value.tzinfo is None:
        return value.date()
    return value.item() if getattr(value, "ndim", None) == 0 else value


def __getattr__(name: str) -> Constructor:
    if name not in KINDS:
        raise AttributeError(f"there is no kind of position called {name!r}; there are {', '.join(KINDS)}")
    return constructor(KINDS[name])


def __dir__() -> list[str]:
    return [*__all__, *KINDS]
