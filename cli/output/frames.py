"""A tidy frame on stdout: as CSV that any program reads, or as the bytes of a Parquet file."""

import io
import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import pandas as pd

    Frame: TypeAlias = pd.DataFrame | pa.Table | pa.RecordBatchReader

ROWS_AT_A_TIME = 65_536
_QUOTED = re.compile(r'[",\r\n]')


def arrow(frame: "Frame") -> pa.Table:
    """Return a frame of pandas or Arrow as an Arrow table of plain types; a pandas index is no column of it.

    What is missing is null, a number that is none among it; categories are their texts. A frame of pandas has days as
    times, which are days again here, and says of its columns what they are in `.attrs["units"]`.
    """
    if isinstance(frame, pa.Table):
        table, said = frame, {}
    else:
        table, said = pa.Table.from_pandas(frame, preserve_index=False), frame.attrs.get("units", {})
    fields = [_plain(field, said) for field in table.schema]
    metadata = None if table is not frame else table.schema.metadata  # what pandas says of itself is no data
    return table.cast(pa.schema(fields, metadata))


def of_rows(schema: pa.Schema, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows, (n_rows,) of (n_columns,), as a table of a schema. Raises ValueError where a row does not fit it."""
    found = list(rows)
    columns = list(zip(*found, strict=True)) if found else [()] * len(schema)
    arrays = [pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def text(name: str, meaning: str) -> pa.Field:
    """Return a column of texts, with what it means: Parquet keeps the meaning with the column."""
    return _column(name, pa.string(), meaning)


def number(name: str, meaning: str, unit: str = "") -> pa.Field:
    """Return a column of figures, with meaning and unit; "": another column of the row says the unit."""
    return _column(name, pa.float64(), meaning, unit)


def whole(name: str, meaning: str, unit: str = "") -> pa.Field:
    """Return a column of whole numbers, with meaning and unit."""
    return _column(name, pa.int64(), meaning, unit)


def day(name: str, meaning: str) -> pa.Field:
    """Return a column of dates, with what they mean."""
    return _column(name, pa.date32(), meaning)


def flag(name: str, meaning: str) -> pa.Field:
    """Return a column of true and false, with what is true."""
    return _column(name, pa.bool_(), meaning)


def _column(name: str, kind: pa.DataType, meaning: str, unit: str = "") -> pa.Field:
    return pa.field(name, kind, metadata={"meaning": meaning, **({"unit": unit} if unit else {})})


def write_csv(frame: "Frame") -> None:
    """Write a frame to stdout as CSV: UTF-8, a line feed after each row, floats in the fewest digits that give them
    back, nothing where nothing is known. On a terminal no text of it is an order."""
    schema, batches = _parts(frame)
    if sys.stdout.isatty():
        _write_rows(sys.stdout, schema, batches)
        return
    sys.stdout.flush()
    exact = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        _write_rows(exact, schema, batches)
    finally:
        exact.flush()
        exact.detach()  # stdout's buffer is not ours to close


def write_parquet(frame: "Frame") -> None:
    """Write a frame to stdout as the bytes of a Parquet file, a part at a time."""
    schema, batches = _parts(frame)
    sys.stdout.flush()
    with pq.ParquetWriter(pa.PythonFile(_Counted(sys.stdout.buffer), mode="w"), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    sys.stdout.buffer.flush()


class _Counted(io.RawIOBase):
    """A stream that knows how much was written to it, as a pipe does not."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._n = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._stream.write(data)
        self._n += len(data)
        return len(data)

    def tell(self) -> int:
        return self._n


def _parts(frame: "Frame") -> tuple[pa.Schema, Iterable[pa.RecordBatch]]:
    """Return a frame's schema and its rows, some at a time."""
    if isinstance(frame, pa.RecordBatchReader):
        return frame.schema, frame
    table = arrow(frame)
    return table.schema, table.to_batches(ROWS_AT_A_TIME)


def rows_json(frame: "Frame") -> list[dict[str, Any]]:
    """Return each row by column in strict JSON's types: dates as text, null where a figure is not finite."""
    return [{name: _strict(value) for name, value in row.items()} for row in arrow(frame).to_pylist()]


def _write_rows(stream: TextIO, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    stream.write(",".join(map(_text, schema.names)) + "\n")
    for batch in batches:
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
        case float():
            return value if math.isfinite(value) else None
        case None | bool() | int() | str():
            return value
        case Decimal():
            return float(value)
        case list():
            return [_strict(each) for each in value]
        case dict():
            return {str(name): _strict(each) for name, each in value.items()}
    return str(value)  # days and times as ISO has them


def _plain(field: pa.Field, said: Mapping[str, str]) -> pa.Field:
    """Return a field of a plain type; of a frame that says what its columns are, with that as its meaning."""
    kind = _plain_type(field.type)
    if field.name in said:
        kind = pa.date32() if pa.types.is_timestamp(kind) else kind
        return pa.field(field.name, kind, metadata={"meaning": said[field.name]})
    return field.with_type(kind)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    return pa.string() if pa.types.is_large_string(kind) else kind
