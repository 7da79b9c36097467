"""A compiled book as one Parquet file: a row per position. Reading needs no QuantLib; numbers come back exact."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine.book.compiled import Bonds, CompiledBook, Flows, Marks, Units
from engine.errors import Fault, FileFaults

SCHEMA_VERSION = 1
MAX_FLOWS = 100_000_000  # a file that states more is refused before anything is allocated
_KEY = b"unwind.book"  # of the file's metadata: marks a compiled book

_FLOW = pa.struct(
    [
        pa.field("curve", pa.string(), nullable=False),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("day", pa.int64(), nullable=False),
        pa.field("amount", pa.float64(), nullable=False),
    ]
)
_UNIT = pa.struct(
    [pa.field("currency", pa.string(), nullable=False), pa.field("quantity", pa.float64(), nullable=False)]
)
_MARK = pa.struct(
    [pa.field("settlement_day", pa.int64(), nullable=False), pa.field("settlement_value", pa.float64(), nullable=False)]
)
_BOND = pa.struct(
    [
        pa.field("face", pa.float64(), nullable=False),
        pa.field("coupon", pa.float64(), nullable=False),
        pa.field("settlement_day", pa.int64(), nullable=False),
        pa.field("maturity_day", pa.int64(), nullable=False),
        pa.field("accrued", pa.float64(), nullable=False),
        pa.field("period_fraction", pa.float64(), nullable=False),
        pa.field("coupons_left", pa.int64(), nullable=False),
        pa.field("first_coupon", pa.float64(), nullable=False),
    ]
)
# Flows, units, mark and bond are lists: none, one or many a position.
_TABLES = {"flows": _FLOW, "units": _UNIT, "marks": _MARK, "bonds": _BOND}
SCHEMA = pa.schema(
    [
        pa.field("position_id", pa.string(), nullable=False),
        pa.field("book", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        *(
            pa.field(name, pa.list_(pa.field("item", struct, nullable=False)), nullable=False)
            for name, struct in _TABLES.items()
        ),
    ]
)


def write_compiled(book: CompiledBook, path: Path) -> None:
    """Write the book to `path`; whatever was there stays intact until the new file is complete.

    Raises
    ------
    FileFaults
        The file cannot be written.
    """
    n = len(book.position_ids)
    columns = [pa.array(names, pa.string()) for names in (book.position_ids, book.books, book.kinds)]
    columns += [_lists(getattr(book, name), struct, n) for name, struct in _TABLES.items()]
    facts = {
        "schema": SCHEMA_VERSION,
        "valuation_date": book.valuation_date.isoformat(),
        "business_days": book.business_days.tolist(),
        "sha256": book.sha256,
        "warnings": list(book.warnings),
    }
    table = pa.Table.from_arrays(columns, schema=SCHEMA.with_metadata({_KEY: json.dumps(facts).encode()}))
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        pq.write_table(table, part, compression="zstd")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FileFaults(path, [Fault(message=f"cannot be written: {error.strerror or error}")]) from None


def is_compiled(path: Path) -> bool:
    """Whether a readable file is a compiled book, rather than a source one."""
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
    _check(book, path)
    return book


def _lists(rows: Flows | Units | Marks | Bonds, struct: pa.StructType, n_positions: int) -> pa.ListArray:
    """Rows sorted by position as one list a position."""
    children = [pa.array(getattr(rows, field.name), field.type) for field in struct]
    counts = np.bincount(rows.position, minlength=n_positions)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    items = pa.StructArray.from_arrays(children, fields=list(struct))
    return pa.ListArray.from_arrays(pa.array(offsets), items, type=pa.list_(pa.field("item", struct, nullable=False)))


def _check_layout(file: pq.ParquetFile, facts: dict[str, Any], path: Path) -> None:
    if facts["schema"] != SCHEMA_VERSION:
        raise _refusal(path, f"has schema {facts['schema']!r}, this program reads {SCHEMA_VERSION}; compile it again")
    if not file.schema_arrow.equals(SCHEMA):
        raise _refusal(path, "its columns are not those of a compiled book; compile it again")
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    n_values = max((group.column(i).num_values for group in groups for i in range(group.num_columns)), default=0)
    if n_values > MAX_FLOWS:
        raise _refusal(path, f"states {n_values:,} flows; {MAX_FLOWS:,} at most are read; split the book")


def _book(table: pa.Table, facts: dict[str, Any]) -> CompiledBook:
    rows = {name: _rows(table[name].combine_chunks(), struct) for name, struct in _TABLES.items()}
    return CompiledBook(
        valuation_date=date.fromisoformat(facts["valuation_date"]),
        position_ids=tuple(table["position_id"].to_pylist()),
        books=tuple(table["book"].to_pylist()),
        kinds=tuple(table["kind"].to_pylist()),
        flows=Flows(**rows["flows"]),
        units=Units(**rows["units"]),
        marks=Marks(**rows["marks"]),
        business_days=np.array(facts["business_days"], dtype=np.int64),
        sha256=str(facts["sha256"]),
        bonds=Bonds(**rows["bonds"]),
        warnings=tuple(facts["warnings"]),
    )


def _rows(lists: pa.ListArray, struct: pa.StructType) -> dict[str, npt.NDArray[Any]]:
    """One list a position as arrays with a `position` column."""
    items, counts = lists.flatten(), np.asarray(lists.value_lengths())
    arrays: dict[str, npt.NDArray[Any]] = {"position": np.repeat(np.arange(len(lists), dtype=np.int64), counts)}
    for field, child in zip(struct, items.flatten(), strict=True):
        arrays[field.name] = _words(child) if pa.types.is_string(field.type) else np.array(child)
    return arrays


def _words(column: pa.StringArray) -> npt.NDArray[np.str_]:
    """A text column of few distinct values."""
    coded = column.dictionary_encode()
    words = coded.dictionary.to_pylist()
    width = max([3, *map(len, words)])
    found: npt.NDArray[np.str_] = np.array(words, dtype=f"<U{width}")[np.asarray(coded.indices)]
    return found


def _check(book: CompiledBook, path: Path) -> None:
    flows, days = book.flows, book.business_days
    numbers = (flows.amount, book.units.quantity, book.marks.settlement_value, book.bonds.face, book.bonds.accrued)
    claims = (
        (len(set(book.position_ids)) == len(book.position_ids), "position ids are not unique"),
        (bool((flows.day >= 1).all()), "a payment is not after the valuation date"),
        (bool((np.diff(flows.day)[np.diff(flows.position) == 0] >= 0).all()), "payments are not in order"),
        (all(bool(np.isfinite(values).all()) for values in numbers), "a number is not finite"),
        (
            days.size > 0 and bool((np.diff(days, prepend=0) > 0).all()),
            "business days do not ascend",
        ),
    )
    faults = [Fault(message=f"{what}; compile the book again") for holds, what in claims if not holds]
    if faults:
        raise FileFaults(path, faults)


def _refusal(path: Path, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
