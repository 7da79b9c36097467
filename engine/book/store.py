"""A compiled book as one Parquet file: a row per position. Reading needs no QuantLib; numbers come back exact."""

import json
import os
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.book.compiled import CompiledBook
from engine.book.store_checks import book_faults
from engine.errors import Fault, FileFaults
from engine.payoffs.flows import Floats, Flows
from engine.payoffs.futures import Deliverables, Futures
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.quoted import Bonds, Marks, Premiums
from engine.payoffs.swaptions import Swaptions
from engine.payoffs.units import Holdings, Units
from kernels.types import Array, Words

SCHEMA_VERSION = 2
MAX_FLOWS = 100_000_000  # a file that states more is refused before anything is allocated
_KEY = b"unwind.book"  # of the file's metadata: marks a compiled book


def _struct(text: str = "", whole: str = "", real: str = "") -> pa.StructType:
    """Columns of a table that stand in each position's row, by type."""
    kinds = ((text, pa.string()), (whole, pa.int64()), (real, pa.float64()))
    return pa.struct([pa.field(name, kind, nullable=False) for names, kind in kinds for name in names.split()])


# Each is a list: none, one or many a position.
_TABLES = {
    "flows": _struct("curve currency", "day", "amount"),
    "floats": _struct("curve projection currency", "start_day day", "amount"),
    "units": _struct("currency", "", "quantity"),
    "holdings": _struct("factor currency", "expiry_day", "quantity market_price"),
    "options": _struct("", "expiry_day delivery_day", "strike amount market_vol"),
    "futures": _struct(
        "currency repo_curve",
        "delivery_day last_trading_day first_deliverable end_deliverable",
        "contract_value market_price",
    ),
    "swaptions": _struct("currency curve", "expiry_day payer n_flows", "quantity strike market_vol"),
    "swaption_flows": _struct("", "day", "amount"),
    "marks": _struct("", "settlement_day", "settlement_value"),
    "premiums": _struct("", "", "value"),
    "bonds": _struct(
        "", "settlement_day maturity_day coupons_left", "face coupon accrued period_fraction first_coupon"
    ),
}
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
Columns = dict[str, Array]


def write_compiled(book: CompiledBook, path: Path) -> None:
    """Write the book to `path`; whatever was there stays intact until the new file is complete.

    Raises
    ------
    FileFaults
        The file cannot be written.
    """
    n = len(book.position_ids)
    columns = [pa.array(names, pa.string()) for names in (book.position_ids, book.books, book.kinds)]
    rows = _columns(book)
    columns += [_lists(rows[name], struct, n) for name, struct in _TABLES.items()]
    facts = {
        "schema": SCHEMA_VERSION,
        "valuation_date": book.valuation_date.isoformat(),
        "business_days": book.business_days.tolist(),
        "sha256": book.sha256,
        "warnings": list(book.warnings),
        "deliverables": {field.name: getattr(book.deliverables, field.name).tolist() for field in fields(Deliverables)},
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
    if faults := book_faults(book):
        raise FileFaults(path, [Fault(message=f"{what}; compile the book again") for what in faults])
    return book


def _columns(book: CompiledBook) -> dict[str, Columns]:
    """Every table's columns as they are stored; futures and swaptions differ from the tables in memory."""
    futures, swaptions = book.futures, book.swaptions
    n_flows = swaptions.annuity_range[:, 1] - swaptions.float_range[:, 0]
    whole = ("flows", "floats", "units", "holdings", "options", "marks", "premiums", "bonds")
    stored = {name: _fields(getattr(book, name)) for name in whole}
    stored["futures"] = _fields(futures) | {
        "first_deliverable": futures.basket[:, 0],
        "end_deliverable": futures.basket[:, 1],
    }
    stored["swaptions"] = _fields(swaptions) | {"n_flows": n_flows}
    stored["swaption_flows"] = {
        "position": np.repeat(swaptions.position, n_flows),
        "day": swaptions.day,
        "amount": swaptions.amount,
    }
    return stored


def _fields(table: Any) -> Columns:
    return {field.name: getattr(table, field.name) for field in fields(table)}


def _lists(rows: Columns, struct: pa.StructType, n_positions: int) -> pa.ListArray:
    """Rows sorted by position as one list a position."""
    children = [pa.array(rows[field.name], field.type) for field in struct]
    counts = np.bincount(rows["position"], minlength=n_positions)
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
        floats=Floats(**rows["floats"]),
        units=Units(**rows["units"]),
        holdings=Holdings(**rows["holdings"]),
        options=FxOptions(**rows["options"]),
        futures=_futures(rows["futures"]),
        deliverables=_deliverables(facts["deliverables"]),
        swaptions=_swaptions(rows["swaptions"], rows["swaption_flows"]),
        marks=Marks(**rows["marks"]),
        premiums=Premiums(**rows["premiums"]),
        business_days=np.array(facts["business_days"], dtype=np.int64),
        sha256=str(facts["sha256"]),
        bonds=Bonds(**rows["bonds"]),
        warnings=tuple(facts["warnings"]),
    )


def _futures(rows: Columns) -> Futures:
    basket = np.column_stack([rows.pop("first_deliverable"), rows.pop("end_deliverable")])
    return Futures(**rows, basket=basket)


def _swaptions(rows: Columns, flows: Columns) -> Swaptions:
    ends = np.concatenate([[0], np.cumsum(rows.pop("n_flows"))]).astype(np.int64)
    if ends[-1] != flows["day"].size:
        raise ValueError("swaptions' payments are not as many as they state")
    return Swaptions(
        **rows,
        float_range=np.column_stack([ends[:-1], ends[:-1] + 2]),
        annuity_range=np.column_stack([ends[:-1] + 2, ends[1:]]),
        day=flows["day"],
        amount=flows["amount"],
    )


def _deliverables(stored: dict[str, list[Any]]) -> Deliverables:
    real = {name: np.array(stored[name], np.float64) for name in ("factor", "accrued", "amount")}
    return Deliverables(
        **real,
        flow_range=np.array(stored["flow_range"], np.int64).reshape(-1, 2),
        curve=np.array(stored["curve"], dtype=f"<U{max([3, *map(len, stored['curve'])])}"),
        day=np.array(stored["day"], np.int64),
    )


def _rows(lists: pa.ListArray, struct: pa.StructType) -> Columns:
    """One list a position as arrays with a `position` column."""
    items, counts = lists.flatten(), np.asarray(lists.value_lengths())
    arrays: Columns = {"position": np.repeat(np.arange(len(lists), dtype=np.int64), counts)}
    for field, child in zip(struct, items.flatten(), strict=True):
        arrays[field.name] = _words(child) if pa.types.is_string(field.type) else np.array(child)
    return arrays


def _words(column: pa.StringArray) -> Words:
    """A text column of few distinct values."""
    coded = column.dictionary_encode()
    words = coded.dictionary.to_pylist()
    width = max([3, *map(len, words)])
    found: Words = np.array(words, dtype=f"<U{width}")[np.asarray(coded.indices)]
    return found


def _refusal(path: Path, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
