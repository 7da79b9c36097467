"""Positions in a frame of pandas become the bytes of a book file: from there on the code is the files' own.

A frame's errors name the row by its index label, and the frame in place of a file.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import Fault, FileFaults
from engine.inputs.book.load import checked_rows
from engine.inputs.opened import Opened
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position

_BEFORE = re.compile(r"already stands on (?:line|row) (\d+)")


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameBytes(Opened):
    """A frame as the bytes of a Parquet file, whose row n is that of `labels[n - 1]`."""

    labels: tuple[str, ...]  # (n_rows,) the index, in words

    @cached_property
    def sha256(self) -> str:
        """Return a digest of what the rows say, and of what was left out: the bytes change with what writes them."""
        rows = checked_rows(self)
        return sha256(f"{content_sha256(self)} {rows.warnings}".encode()).hexdigest()


def frame_bytes(frame: pd.DataFrame, name: str) -> FrameBytes:
    """Return a frame, (n_rows, n_columns) with a book file's columns, as a source of the book `name`.

    Numbers, dates and texts are taken as they are; what is missing is an empty field. Raises FileFaults where a value
    is of another type; the rows are not checked yet.
    """
    faults: list[Fault] = []
    labels = tuple(map(str, frame.index))
    names = [str(each) for each in frame.columns]
    arrays = [_array(frame.iloc[:, i], each, labels, faults) for i, each in enumerate(names)]
    if faults:
        raise FileFaults(_called(name), faults)
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=names), buffer)
    return FrameBytes(path=Path(f"{name}.frame"), data=buffer.getvalue(), labels=labels)


def position_bytes(positions: Iterable[Position], name: str) -> FrameBytes:
    """Return positions that constructors made, as a source of the book `name`; errors name a row by its position."""
    rows = [{column: _field(value) for column, value in each.filled.items() if value != ""} for each in positions]
    labels = pd.Index([each["position_id"] for each in rows])
    return frame_bytes(pd.DataFrame(rows, index=labels, columns=None if rows else ["position_id"]), name)


@contextmanager
def errors_by_label(source: Opened) -> Iterator[None]:
    """Have errors of a frame's rows name its labels; those of a file stay as they are."""
    try:
        yield
    except FileFaults as refusal:
        if not isinstance(source, FrameBytes) or refusal.path != str(source.path):
            raise
        faults = [_labelled(fault, source.labels) for fault in refusal.faults]
        raise FileFaults(_called(source.path.stem), faults) from None


def content_sha256(source: Opened) -> str:
    """Return a digest of what a source book's rows say, however it is written. Raises FileFaults for a bad row."""
    digest = sha256()
    for each in checked_rows(source).positions:
        digest.update(repr([(name, _said(value)) for name, value in each.filled.items() if value != ""]).encode())
    return digest.hexdigest()


def _said(value: object) -> object:
    return value.name if isinstance(value, Kind) else value


def _field(value: object) -> object:
    """Return a field of a position as a file has it."""
    if isinstance(value, tuple):  # of deliverable bonds
        return " ".join(f"{coupon!r}@{maturity}" for coupon, maturity in value)
    return float(value) if isinstance(value, int) else _said(value)


def _array(column: pd.Series, name: str, labels: tuple[str, ...], faults: list[Fault]) -> pa.Array:
    """Return a column as Arrow has it; what objects of several types stand in it become text."""
    if column.dtype != object:
        return pa.Array.from_pandas(column)
    texts: list[str | None] = []
    for label, value in zip(labels, column, strict=True):
        try:
            texts.append(_text(value))
        except TypeError:
            wanted = f"must be a number, a date or text, got {value!r} of type {type(value).__name__}"
            faults.append(Fault(message=wanted, where=f"row {label!r}, {name}"))
    return pa.array(texts, pa.string())


def _text(value: Any) -> str | None:
    """Return one object as a file has it, None where it is missing. Raises TypeError for what no file holds."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    match value:
        case str():
            return value
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat()
        case date():
            return value.isoformat()
        case bool() | np.bool_():
            raise TypeError
        case float() | np.floating():
            return None if np.isnan(value) else repr(float(value))
        case int() | np.integer() | Decimal():
            return str(value)
    raise TypeError


def _labelled(fault: Fault, labels: tuple[str, ...]) -> Fault:
    """Return an error at its row's label in place of its number."""
    message = _BEFORE.sub(lambda found: f"already stands in row {labels[int(found[1]) - 1]!r}", fault.message)
    if fault.line is None:
        return replace(fault, message=message)
    row = f"row {labels[fault.line - 1]!r}"
    return replace(fault, message=message, line=None, where=f"{row}, {fault.where}" if fault.where else row)


def _called(name: str) -> str:
    return f"book {name!r}"
