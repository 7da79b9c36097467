"""The types of the constructors in `positions.py`, as `positions.pyi`: `python -m unwind_risk.api.positions_stub`."""

from collections.abc import Iterator
from pathlib import Path

from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import Column
from engine.instruments.rows.kind import Kind
from unwind_risk.api.positions import BY_PLACE, columns_of, doc_of

STUB = Path(__file__).with_name("positions.pyi")

_HEAD = '''# ruff: noqa: N802 - they are called as their kinds
"""Constructors of positions, one a kind. Written by `python -m unwind_risk.api.positions_stub`."""

from collections.abc import Callable, Sequence
from datetime import date
from inspect import Signature

from engine.instruments.rows.columns import Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position as Position

Constructor = Callable[..., Position]
BY_PLACE: tuple[str, ...]

def columns_of(kind: Kind) -> tuple[list[Column], list[Column]]: ...
def signature_of(kind: Kind) -> Signature: ...
def constructor(kind: Kind) -> Constructor: ...
def doc_of(kind: Kind) -> str: ...
'''
_TYPES = {"text": "str", "number": "float", "date": "date | str"}


def stub_text() -> str:
    """Return the text of `positions.pyi`, for the kinds that are registered."""
    return "\n".join([_HEAD.rstrip("\n"), *(_stub(kind) for kind in KINDS.values())])


def _stub(kind: Kind) -> str:
    doc = "\n".join(f"    {line}".rstrip() for line in doc_of(kind).split("\n")).strip()
    return f'def {kind.name}(\n{"".join(_parameters(kind))}) -> Position:\n    """{doc}"""\n'


def _parameters(kind: Kind) -> Iterator[str]:
    needed, others = columns_of(kind)
    for name in BY_PLACE:
        yield from (f"    {each.name}: {_type(each)},\n" for each in needed if each.name == name)
    yield "    *,\n"
    yield from (f"    {each.name}: {_type(each)},\n" for each in needed if each.name not in BY_PLACE)
    yield from (f"    {each.name}: {_type(each)} | None = None,\n" for each in others)


def _type(column: Column) -> str:
    return (
        "Sequence[tuple[float, date]] | Sequence[str] | str" if column.name == "deliverables" else _TYPES[column.type]
    )


if __name__ == "__main__":
    STUB.write_text(stub_text(), encoding="utf-8")
