"""A tidy frame on stdout: as CSV that any program reads, or as the bytes of a Parquet file."""

import io
import json
import math
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import pandas as pd

    Frame: TypeAlias = pd.DataFrame | pa.Table

ROWS_AT_A_TIME = 65_536
_QUOTED = re.compile(r'[",\r\n]')


def arrow(frame: "Frame") -> pa.Table:
    """Return a frame of pandas or Arrow as an Arrow table of plain types; a pandas index is no column of it.

    What is missing is null, a number that is none among it; categories are their texts.
    """
    table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    fields = [field.with_type(_plain_type(field.type)) for field in table.schema]
    metadata = None if table is not frame else table.schema.metadata  # what pandas says of itself is no data
    return table.cast(pa.schema(fields, metadata))


def of_rows(schema: pa.Schema, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows, (n_rows,) of (n_columns,), as a table of a schema. Raises ValueError where a row does not fit it."""
    found = list(rows)
    columns = list(zip(*found, strict=True)) if found else [()] * len(schema)
    arrays = [pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def column(name: str, kind: pa.DataType, meaning: str, unit: str = "") -> pa.Field:
    """Return a column of a command's frame, which says its unit and meaning; Parquet keeps both with the column."""
    return pa.field(name, kind, metadata={"meaning": meaning, **({"unit": unit} if unit else {})})


def write_csv(frame: "Frame") -> None:
    """Write a frame to stdout as CSV: UTF-8, a line feed after each row, floats in the fewest digits that give them
    back, nothing where nothing is known. On a terminal no text of it is an order."""
    table = arrow(frame)
    if sys.stdout.isatty():
        _write_rows(sys.stdout, table)
        return
    sys.stdout.flush()
    exact = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        _write_rows(exact, table)
    finally:
        exact.flush()
        exact.detach()  # stdout's buffer is not ours to close


def write_parquet(frame: "Frame") -> None:
    """Write a frame to stdout as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(arrow(frame), sink)
    sys.stdout.flush()
    sys.stdout.buffer.write(sink.getbuffer())
    sys.stdout.buffer.flush()


def rows_json(frame: "Frame") -> list[dict[str, Any]]:
    """Return each row by column in strict JSON's types: dates as text, null where a figure is not finite."""
    return [{name: _strict(value) for name, value in row.items()} for row in arrow(frame).to_pylist()]


def _write_rows(stream: TextIO, table: pa.Table) -> None:
    stream.write(",".join(map(_text, table.schema.names)) + "\n")
    for batch in table.to_batches(ROWS_AT_A_TIME):
        columns = (map(_text, each.to_pylist()) for each in batch.columns)
        # A row of nothing but one null is written as an empty text: a blank line would be no row to most readers.
        stream.writelines((",".join(row) or '""') + "\n" for row in zip(*columns, strict=True))


def _text(value: Any) -> str:
    """Return a value as CSV has it: nothing for null, so that an empty text stands in quotes."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return "" if math.isnan(value) else repr(value)
        case str():
            return _quoted(value) if not value or _QUOTED.search(value) else value
        case list() | dict():
            return _quoted(json.dumps(value, ensure_ascii=False, default=str))
    return str(value)  # whole numbers; days and times as ISO has them


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _strict(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case date():
            return value.isoformat()
    return value


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    return pa.string() if pa.types.is_large_string(kind) else kind
