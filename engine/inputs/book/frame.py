"""Positions in a frame of pandas become the bytes of a book file: from there on the code is the files' own.

Errors name a row by its index label, and the book in place of a file.
"""

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import Fault, FileFaults, InputError
from engine.inputs.book.frame_source import FrameBytes, called, said
from engine.instruments.rows.position import Position


def frame_bytes(frame: pd.DataFrame, name: str) -> FrameBytes:
    """Return a frame, (n_rows, n_columns) with a book file's columns, as a source of the book `name`.

    Numbers, dates and texts are taken as they are; what is missing is an empty field. Raises FileFaults where a value
    is of another type, InputError for what is no frame; the rows are not checked yet.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"positions must stand in a DataFrame of pandas, a row each, got {type(frame).__name__}")
    faults: list[Fault] = []
    labels = _labels(frame.index)
    names = [str(each) for each in frame.columns]
    arrays = [_array(frame.iloc[:, i], each, labels, faults) for i, each in enumerate(names)]
    if faults:
        raise FileFaults(called(name), faults)
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=names), buffer)
    return FrameBytes(path=Path(f"{name}.frame"), data=buffer.getvalue(), labels=labels)


def _labels(index: pd.Index) -> tuple[str, ...]:
    """Return what errors call each row: its label, and its number where other rows have the same."""
    if index.is_unique:
        return tuple(map(str, index))
    return tuple(f"{label} (number {n})" for n, label in enumerate(index, start=1))


def position_bytes(positions: Iterable[Position], name: str) -> FrameBytes:
    """Return positions that constructors made, as a source of the book `name`; errors name a row by its position."""
    rows = [{column: _field(value) for column, value in each.filled.items() if value != ""} for each in positions]
    labels = pd.Index([each["position_id"] for each in rows])
    return frame_bytes(pd.DataFrame(rows, index=labels, columns=None if rows else ["position_id"]), name)


def _field(value: object) -> object:
    """Return a field of a position as a file has it."""
    if isinstance(value, tuple):  # of deliverable bonds
        return " ".join(f"{coupon!r}@{maturity}" for coupon, maturity in value)
    return float(value) if isinstance(value, int) else said(value)


def _array(column: pd.Series, name: str, labels: tuple[str, ...], faults: list[Fault]) -> pa.Array:
    """Return a column as Arrow has it; what objects of several types stand in it become text."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        wanted = f"holds times of the zone {column.dtype.tz}, and a day has none; give column.dt.tz_localize(None)"
        faults.append(Fault(message=wanted, where=name))
        return pa.nulls(len(column))
    if pd.api.types.is_datetime64_dtype(column.dtype):
        for i in np.flatnonzero(column.notna() & (column != column.dt.normalize())):
            wanted = f"has a time of day, {column.iloc[i]}; give the day alone, as column.dt.normalize() does"
            faults.append(Fault(message=wanted, where=f"row {labels[i]!r}, {name}"))
    if column.dtype != object:
        try:
            return pa.Array.from_pandas(column)
        except pa.ArrowException:  # complex, sparse or extended numbers
            wanted = f"must hold numbers, dates or texts that a file can hold, got the type {column.dtype}"
            faults.append(Fault(message=wanted, where=name))
            return pa.nulls(len(column))
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
