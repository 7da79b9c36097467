"""A compiled book as one Parquet file: a row per position. Reading needs no QuantLib; numbers come back exact."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
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
from kernels.types import Array, Words

SCHEMA_VERSION = 3  # 2: FX options without their pair
MAX_FLOWS = 100_000_000  # a file that states more is refused before anything is allocated
_KEY = b"unwind.book"  # of the file's metadata: marks a compiled book


_ARROW: Mapping[Type, pa.DataType] = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64()}
_DTYPES: Mapping[Type, type] = {"whole": np.int64, "real": np.float64}


def write_compiled(book: CompiledBook, path: Path) -> None:
    """Write the book to `path`; whatever was there stays intact until the new file is complete.

    Raises
    ------
    FileFaults
        The file cannot be written.
    """
    n = len(book.position_ids)
    columns = [pa.array(names, pa.string()) for names in (book.position_ids, book.books, book.kinds)]
    beside = {}
    for payoff in PAYOFFS:
        for name, rows in payoff.stored.columns(book.table(payoff.table)).items():
            if payoff.stored.is_beside:
                beside[name] = {column: values.tolist() for column, values in rows.items()}
            else:
                columns.append(_lists(rows, _struct(payoff.stored.lists[name]), n))
    facts = {
        "schema": SCHEMA_VERSION,
        "valuation_date": book.valuation_date.isoformat(),
        "business_days": book.business_days.tolist(),
        "sha256": book.sha256,
        "warnings": list(book.warnings),
        **beside,
    }
    table = pa.Table.from_arrays(columns, schema=schema().with_metadata({_KEY: json.dumps(facts).encode()}))
    part = part_of(path)
    try:
        pq.write_table(table, part, compression="zstd")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FileFaults(path, [Fault(message=f"cannot be written: {error.strerror or error}")]) from None


def is_compiled(path: Path) -> bool:
    """Return whether a readable file is a compiled book, rather than a source one."""
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return False
    try:
        return _KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read_compiled(path: Path) -> CompiledBook:
    """Read a compiled book.

    Raises
    ------
    FileFaults
        The file is not a compiled book of this version, or what it holds is not a book: duplicate ids, payments that
        are not in the future, numbers that are not finite.
    """
    try:
        file = pq.ParquetFile(path)
        facts = json.loads((file.schema_arrow.metadata or {})[_KEY])
        _check_layout(file, facts, path)
        book = _book(file.read(), facts)
    except FileFaults:
        raise
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, f"not a compiled book that can be read ({error}); compile it again") from None
    if faults := book_faults(book):
        raise FileFaults(path, [Fault(message=f"{what}; compile the book again") for what in faults])
    return book


def schema() -> pa.Schema:
    """Return the columns of the file: names of the position, then a list for each table that belongs to positions."""
    texts = [pa.field(name, pa.string(), nullable=False) for name in ("position_id", "book", "kind")]
    return pa.schema([*texts, *(_list_field(name, types) for name, types in _lists_of_positions())])


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
    children = [pa.array(rows[field.name], field.type) for field in struct]
    counts = np.bincount(rows["position"], minlength=n_positions)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    items = pa.StructArray.from_arrays(children, fields=list(struct))
    return pa.ListArray.from_arrays(pa.array(offsets), items, type=pa.list_(pa.field("item", struct, nullable=False)))


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
        warnings=tuple(facts["warnings"]),
    )


def _stored_lists(payoff: AnyPayoff, table: pa.Table, facts: dict[str, Any]) -> dict[str, Columns]:
    stored = payoff.stored
    if stored.is_beside:
        return {name: _beside(facts[name], types) for name, types in stored.lists.items()}
    return {name: _rows(table[name].combine_chunks(), _struct(types)) for name, types in stored.lists.items()}


def _beside(rows: dict[str, list[Any]], types: Mapping[str, Type]) -> Columns:
    """Return columns that stand in the file's metadata as arrays."""
    return {
        name: words(rows[name]) if type_ == "text" else np.array(rows[name], _DTYPES[type_])
        for name, type_ in types.items()
    }


def _rows(lists: pa.ListArray, struct: pa.StructType) -> Columns:
    """Return one list a position as arrays with a `position` column."""
    items, counts = lists.flatten(), np.asarray(lists.value_lengths())
    arrays: dict[str, Array] = {"position": np.repeat(np.arange(len(lists), dtype=np.int64), counts)}
    for field, child in zip(struct, items.flatten(), strict=True):
        arrays[field.name] = _words(child) if pa.types.is_string(field.type) else np.array(child)
    return arrays


def _words(column: pa.StringArray) -> Words:
    """Return a text column of few distinct values."""
    coded = column.dictionary_encode()
    words = coded.dictionary.to_pylist()
    width = max([3, *map(len, words)])
    found: Words = np.array(words, dtype=f"<U{width}")[np.asarray(coded.indices)]
    return found


def _refusal(path: Path, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
