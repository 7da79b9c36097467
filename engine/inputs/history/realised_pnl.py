"""Realised P&L by date and scope, for comparing with the VaR of the day before."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.inputs.history.fields import TABLE
from engine.inputs.opened import Opened, open_once

COLUMNS = ("valuation_date", "scope", "pnl")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedPnl:
    """What a scope gained or lost up to one date, since the business day before."""

    valuation_date: date
    scope: str  # "total" or "book:NAME"
    pnl: float  # in the currency of the runs, gains positive


def read_realised(file: Path | Opened) -> tuple[RealisedPnl, ...]:
    """Read a CSV with the columns of `COLUMNS`. Raises FileFaults with everything wrong with it."""
    opened = open_once(file, TABLE)
    path = opened.path
    try:
        rows = list(csv.reader(io.StringIO(opened.data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFaults(path, [Fault(message=f"cannot be read: {error}")]) from None
    if not rows or tuple(rows[0]) != COLUMNS:
        raise FileFaults(path, [Fault(message=f"must have the columns {','.join(COLUMNS)}", line=1)])
    found: list[RealisedPnl] = []
    faults: list[Fault] = []
    for item in _parsed(rows[1:]):
        if isinstance(item, Fault):
            faults.append(item)
        else:
            found.append(item)
    if faults:
        raise FileFaults(path, faults)
    return tuple(found)


def _parsed(rows: list[list[str]]) -> Iterator[RealisedPnl | Fault]:
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS):
            yield Fault(message=f"must have {len(COLUMNS)} fields, has {len(row)}", line=line)
            continue
        if (row[0], row[1]) in seen:
            yield Fault(message=f"{row[0]} {row[1]} is there twice", line=line)
        seen.add((row[0], row[1]))
        try:
            pnl = float(row[2])
            if not math.isfinite(pnl):
                raise ValueError("`pnl` must be finite")
            yield RealisedPnl(valuation_date=date.fromisoformat(row[0]), scope=row[1], pnl=pnl)
        except ValueError as error:
            yield Fault(message=f"must be a date, a scope and a number, got {','.join(row)}: {error}", line=line)
