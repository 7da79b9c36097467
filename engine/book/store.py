"""A compiled book as one Parquet file: a row per position. Numbers come back exact.

The file is sealed: its metadata hold the sha256 of all its bytes, those of the digest itself taken as zeros.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.book.compiled import CompiledBook
from engine.book.store_checks import book_faults
from engine.errors import Fault, FileFaults
from engine.part_files import part_of
from engine.payoffs.column import words
from engine.payoffs.registry import PAYOFFS, AnyPayoff
from engine.payoffs.shelf import shelf
from engine.payoffs.stored import Columns, Type
from engine.portable_files import move
from kernels.types import Array, Words

SCHEMA_VERSION = 6  # 2: FX options without their pair; 3: not sealed; 4: exchanges among flows; 5: nothing that expired
MAX_FLOWS = 100_000_000  # a file that states more is refused before anything is allocated
_KEY = b"unwind.book"  # of the file's metadata: marks a compiled book
_SEAL = b"unwind.seal"
_MARK = b"\nsha256 of this file with zeros here: "  # a line's end: it stands in no name of a position or book
_ZEROS = b"0" * 64
_TEXT_BYTES = 2**28  # of fixed-width text that is converted at a time: arrow splits what is beyond 2 GiB

_ARROW: Mapping[Type, pa.DataType] = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64()}
_DTYPES: Mapping[Type, type] = {"whole": np.int64, "real": np.float64}


def write_compiled(book: CompiledBook, path: Path) -> None:
    """Write the book to `path`; whatever was there stays intact until the new file is complete.

    Raises
    ------
    FileFaults
        The file cannot be written, or the book is too large for one.
    """
    try:
        write_whole(path, compiled_bytes(book))
    except pa.ArrowException as error:
        raise _refusal(path, f"cannot be written: {error}; split the book") from None
    except OSError as error:
        raise _refusal(path, f"cannot be written: {error.strerror or error}") from None


def compiled_bytes(book: CompiledBook, key: str = "") -> bytearray:
    """Return the sealed file of a book, in memory; `key` is kept in it, for `read_compiled` to ask for.

    Raises pa.ArrowException where a column is beyond what a file can hold.
    """
    n = len(book.position_ids)
    columns = [pa.array(names, pa.string()) for names in (book.position_ids, book.books, book.kinds)]
    columns.append(pa.array(book.lines or (0,) * n, pa.int64()))
    beside = {}
    for payoff in PAYOFFS:
        for name, rows in payoff.stored.columns(book.table(payoff.table)).items():
            if payoff.stored.is_beside:
                beside[name] = {column: values.tolist() for column, values in rows.items()}
            else:
                columns.append(_lists(rows, _struct(payoff.stored.lists[name]), n))
    facts = {
        "schema": SCHEMA_VERSION,
        "key": key,
        "valuation_date": book.valuation_date.isoformat(),
        "business_days": book.business_days.tolist(),
        "sha256": book.sha256,
        "warnings": list(book.warnings),
        **beside,
    }
    return sealed(pa.Table.from_arrays(columns, schema=schema().with_metadata({_KEY: json.dumps(facts).encode()})))


def sealed(table: pa.Table) -> bytearray:
    """Return a table as a Parquet file that holds its own digest."""
    buffer = pa.BufferOutputStream()
    with pq.ParquetWriter(buffer, table.schema, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_SEAL: _MARK + _ZEROS})
    data = bytearray(buffer.getvalue())
    at = data.rfind(_MARK) + len(_MARK)
    data[at : at + len(_ZEROS)] = sha256(data).hexdigest().encode()
    return data


def write_whole(path: Path, data: bytes | bytearray) -> None:
    """Write a file beside its place and move it there; nothing is left of one that fails. Raises OSError."""
    part = part_of(path)
    try:
        with part.open("xb") as file:
            file.write(data)
        move(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def is_compiled(file: Path | bytes) -> bool:
    """Return whether a readable file, or its bytes, is a compiled book, rather than a source one."""
    data = file.read_bytes() if isinstance(file, Path) else file
    if not data.startswith(b"PAR1"):
        return False
    if data.rfind(_MARK) >= 0:
        return True
    try:
        return _KEY in (pq.read_schema(pa.BufferReader(data)).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read_compiled(path: Path, data: bytes | None = None, key: str = "") -> CompiledBook:
    """Read a compiled book.

    Parameters
    ----------
    path : of the file, or of which `data` are the bytes: then nothing is read
    key : what the book must have been kept under; "": whatever it was

    Raises
    ------
    FileFaults
        The file is not a compiled book of this version, a bit of it is another than was written, it was kept under
        another `key`, or what it holds is not a book: duplicate ids, payments that are not in the future, numbers that
        are not finite.
    """
    data = _bytes(path) if data is None else data
    _check_seal(data, path)
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        facts = json.loads((file.schema_arrow.metadata or {})[_KEY])
        _check_layout(file, facts, path)
        if key and facts["key"] != key:
            raise _refusal(path, "is another book, or one that another program compiled")
        book = _book(file.read(), facts)
    except FileFaults:
        raise
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _refusal(path, f"not a compiled book that can be read ({error}); compile it again") from None
    if faults := book_faults(book):
        raise FileFaults(path, [Fault(message=f"{what}; compile the book again") for what in faults])
    return book


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror}") from None


def _check_seal(data: bytes, path: Path) -> None:
    """Refuse a file of which a bit is another than was written. Raises FileFaults."""
    at = data.rfind(_MARK) + len(_MARK)
    if at < len(_MARK):
        raise _refusal(path, "has no seal: an older program compiled it, or it was changed since; compile it again")
    view = memoryview(data)
    digest = sha256(view[:at])
    digest.update(_ZEROS)
    digest.update(view[at + len(_ZEROS) :])
    if view[at : at + len(_ZEROS)] != digest.hexdigest().encode():
        raise _refusal(path, "was changed since it was compiled; compile it again")


def schema() -> pa.Schema:
    """Return the columns of the file: names of the position, then a list for each table that belongs to positions."""
    texts = [pa.field(name, pa.string(), nullable=False) for name in ("position_id", "book", "kind")]
    line = pa.field("line", pa.int64(), nullable=False)  # of the source file; 0: not known
    return pa.schema([*texts, line, *(_list_field(name, types) for name, types in _lists_of_positions())])


def _lists_of_positions() -> Iterator[tuple[str, Mapping[str, Type]]]:
    for payoff in PAYOFFS:
        if not payoff.stored.is_beside:
            yield from payoff.stored.lists.items()


def _list_field(name: str, types: Mapping[str, Type]) -> pa.Field:
    return pa.field(name, pa.list_(pa.field("item", _struct(types), nullable=False)), nullable=False)


def _struct(types: Mapping[str, Type]) -> pa.StructType:
    return pa.struct([pa.field(name, _ARROW[type_], nullable=False) for name, type_ in types.items()])


def _lists(rows: Columns, struct: pa.StructType, n_positions: int) -> pa.ListArray:
    """Return rows sorted by position as one list a position."""
    children = [_array(rows[field.name], field.type) for field in struct]
    counts = np.bincount(rows["position"], minlength=n_positions)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    items = pa.StructArray.from_arrays(children, fields=list(struct))
    return pa.ListArray.from_arrays(pa.array(offsets), items, type=pa.list_(pa.field("item", struct, nullable=False)))


def _array(values: Array, type_: pa.DataType) -> pa.Array:
    """Return a column as one array; text in parts, since arrow makes several arrays of much text."""
    size = max(1, _TEXT_BYTES // values.itemsize)
    if not pa.types.is_string(type_) or len(values) <= size:
        return pa.array(values, type_)
    return pa.concat_arrays([pa.array(values[at : at + size], type_) for at in range(0, len(values), size)])


def _check_layout(file: pq.ParquetFile, facts: dict[str, Any], path: Path) -> None:
    if facts["schema"] != SCHEMA_VERSION:
        raise _refusal(path, f"has schema {facts['schema']!r}, this program reads {SCHEMA_VERSION}; compile it again")
    if not file.schema_arrow.equals(schema()):
        raise _refusal(path, "its columns are not those of a compiled book; compile it again")
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    n_values = max((group.column(i).num_values for group in groups for i in range(group.num_columns)), default=0)
    if n_values > MAX_FLOWS:
        raise _refusal(path, f"states {n_values:,} flows; {MAX_FLOWS:,} at most are read; split the book")


def _book(table: pa.Table, facts: dict[str, Any]) -> CompiledBook:
    return CompiledBook(
        valuation_date=date.fromisoformat(facts["valuation_date"]),
        position_ids=tuple(table["position_id"].to_pylist()),
        books=tuple(table["book"].to_pylist()),
        kinds=tuple(table["kind"].to_pylist()),
        tables=shelf(*(payoff.stored.table(_stored_lists(payoff, table, facts)) for payoff in PAYOFFS)),
        business_days=np.array(facts["business_days"], dtype=np.int64),
        sha256=str(facts["sha256"]),
        lines=tuple(table["line"].to_pylist()),
        warnings=tuple(facts["warnings"]),
    )


def _stored_lists(payoff: AnyPayoff, table: pa.Table, facts: dict[str, Any]) -> dict[str, Columns]:
    stored = payoff.stored
    if stored.is_beside:
        return {name: _beside(facts[name], types) for name, types in stored.lists.items()}
    return {name: _rows(pa.concat_arrays(table[name].chunks), _struct(types)) for name, types in stored.lists.items()}


def _beside(rows: dict[str, list[Any]], types: Mapping[str, Type]) -> Columns:
    """Return columns that stand in the file's metadata as arrays."""
    return {
        name: words(rows[name]) if type_ == "text" else np.array(rows[name], _DTYPES[type_])
        for name, type_ in types.items()
    }


def _rows(lists: pa.ListArray, struct: pa.StructType) -> Columns:
    """Return one list a position as arrays with a `position` column."""
    items, counts = lists.flatten(), _numbers(lists.value_lengths())
    arrays: dict[str, Array] = {"position": np.repeat(np.arange(len(lists), dtype=np.int64), counts)}
    for field, child in zip(struct, items.flatten(), strict=True):
        arrays[field.name] = _words(child) if pa.types.is_string(field.type) else _numbers(child)
    return arrays


def _numbers(column: pa.Array) -> Array:
    """Return a column of numbers without a null; pyarrow's own way to numpy loads pandas."""
    return np.from_dlpack(column).copy()


def _words(column: pa.StringArray) -> Words:
    """Return a text column of few distinct values."""
    coded = column.dictionary_encode()
    words = coded.dictionary.to_pylist()
    width = max([3, *map(len, words)])
    found: Words = np.array(words, dtype=f"<U{width}")[_numbers(coded.indices)]
    return found


def _refusal(path: Path, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
