"""A market file's [law.loop]: the record of USD/JPY for carry trades that are stopped out, in a file beside it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import Field

from engine.inputs.toml.read import Strict
from engine.market.loop_record import RECORD_COLUMNS, LoopRecord
from kernels.types import F64

LARGEST_RESIDUAL = 1000.0  # standard deviations, before the cut: of the end of a peg 40
LOOP_SUFFIX = "loop.npy"


class LoopTable(Strict):
    """USD/JPY on every joint date, in which the carry trades of a scenario are found: `unwind calibrate --loop`."""

    first: date = Field(description="Joint date of its first move; the last is `as_of`.")
    description: str = Field(min_length=1, description="Window and method.")
    record_file: str = Field(
        min_length=1,
        max_length=255,
        description="numpy's format, (n_dates, 4) binary64, oldest first: move of ln USD/JPY, its standard deviation,"
        " what leads it by one regression, its residual before the cut.",
    )
    record_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Digest of that file: another is refused.")


def loop_table_faults(table: LoopTable, calibrated_on: date) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield place and message of everything that does not fit within a [law.loop]."""
    if Path(table.record_file).name != table.record_file:
        message = f"must be the name of a file beside this one, got {table.record_file!r}"
        yield ("law", "loop", "record_file"), message
    if table.first > calibrated_on:
        yield ("law", "loop", "first"), f"must be `as_of`, {calibrated_on}, or before it, got {table.first}"


def loop_record_fault(table: LoopTable, record: F64, spot_rows: F64, cap: float) -> str:
    """Return what is wrong with a record that was read, (n_dates, 4), beside the law's rows; "" if nothing is.

    spot_rows  (n_rows,) of USD/JPY, cut at `cap`
    """
    if len(record) < spot_rows.size:
        return (
            f"{table.record_file} must hold as many dates as the law has rows, {spot_rows.size:,}, got {len(record):,}"
        )
    if not (record[:, RECORD_COLUMNS.index("sd")] > 0.0).all():
        return f"the standard deviations of {table.record_file} must be above 0"
    residuals = record[-spot_rows.size :, RECORD_COLUMNS.index("residual")]
    if not np.array_equal(np.clip(residuals, -cap, cap), spot_rows):
        return f"{table.record_file} is of other dates than the law's rows: take files of one calibration"
    return ""


def loop_record_of(table: LoopTable, record: F64) -> LoopRecord:
    """Return the record of a [law.loop] without faults: record (n_dates, 4)."""
    moves, sds, leads, residuals = (np.ascontiguousarray(column) for column in record.T)
    return LoopRecord(
        moves=moves, sds=sds, leads=leads, residuals=residuals, first=table.first, description=table.description
    )
