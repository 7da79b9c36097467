"""What `unwind runs` finds in a record, as frames: a row a figure, or a scenario's headline."""

from typing import TYPE_CHECKING

import pyarrow as pa

from cli.output.frames import number, of_rows, text
from engine.record.meanings import meaning_of
from engine.record.tables import CONTRIBUTIONS_SCHEMA, RESULTS_SCHEMA

if TYPE_CHECKING:
    from engine.record.query import Rows

COLUMNS = pa.schema(
    [
        text("table", "name, as a question has it"),
        text("row", "what a row of the table is"),
        text("column", "name"),
        text("type", "text, number, whole number, date, true or false, or a list"),
        text("unit", "null: the row's own `unit`, or none"),
        text("meaning", "in words"),
    ]
)
_TYPES = {"string": "text", "double": "number", "int64": "whole number", "date32[day]": "date", "bool": "true or false"}
_KINDS = {
    "valuation_date": pa.date32(),
    "run": pa.string(),
    "label": pa.string(),
    **{field.name: field.type for schema in (CONTRIBUTIONS_SCHEMA, RESULTS_SCHEMA) for field in schema},
}
_CHANGES = {
    "before": "value in the first record; null: it has none",
    "after": "value in the second record; null: it has none",
    "change": "after less before; null where one has none",
}


def record_frame(found: "Rows") -> pa.Table:
    """Return what a record answered, by the columns of its own tables; any other is a figure."""
    return of_rows(pa.schema([_field(name) for name in found.columns]), found.rows)


def columns_frame() -> pa.Table:
    """Return the columns of every table of a record that can be asked."""
    from engine.record.asking.questions import TABLES

    return of_rows(
        COLUMNS,
        (
            (each.name, each.row, field.name, _type(field.type), unit or None, meaning)
            for each in TABLES.values()
            for field in each.columns
            for unit, meaning in (meaning_of(field.name),)
        ),
    )


def _field(name: str) -> pa.Field:
    if name in _CHANGES:
        return number(name, _CHANGES[name])
    unit, meaning = meaning_of(name)
    kind = _KINDS.get(name, pa.float64())
    return pa.field(name, kind, metadata={"meaning": meaning, **({"unit": unit} if unit else {})})


def _type(kind: pa.DataType) -> str:
    return "list" if pa.types.is_list(kind) else _TYPES[str(kind)]
