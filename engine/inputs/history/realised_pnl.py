"""Realised P&L by date and scope, for comparing with the VaR of the day before."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.inputs.fields.dates import parse_year_first
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number
from engine.inputs.fields.rows import Row, rows_of
from engine.inputs.history.files import TABLE
from engine.inputs.opened import Opened, open_once

COLUMNS = ("valuation_date", "scope", "pnl")
_SCOPE, _MOST_SCOPE = re.compile(r"total|book:.+"), 128  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedPnl:
    """What a scope gained or lost up to one date, since the business day before."""

    valuation_date: date
    scope: str  # "total" or "book:NAME"
    pnl: float  # in the currency of the runs, gains positive


def read_realised(file: Path | Opened) -> tuple[RealisedPnl, ...]:
    """Read a table with the columns of `COLUMNS`. Raises FileFaults with everything wrong with it."""
    opened = open_once(file, TABLE)
    return parse_realised(opened.data, opened.path)


def parse_realised(data: bytes, name: Path | str) -> tuple[RealisedPnl, ...]:
    """Return the rows in the bytes of a file of realised P&L. Raises FileFaults with everything wrong with it."""
    table = rows_of(data, name, _is_heading, f"the columns {','.join(COLUMNS)}")
    name, rows = table.path, [row for row in table.rows if any(row[1])]  # a sheet's empty rows are none
    if not rows or not _is_heading(rows[0][1]):
        raise FileFaults(
            name, [Fault(message=f"must have the columns {','.join(COLUMNS)}", line=rows[0][0] if rows else 1)]
        )
    found = list(_parsed(rows[1:]))
    if faults := [item for item in found if isinstance(item, Fault)]:
        raise FileFaults(name, faults)
    return tuple(item for item in found if isinstance(item, RealisedPnl))


def _is_heading(fields: Sequence[str]) -> bool:
    return tuple(field.lower() for field in fields) == COLUMNS


def _parsed(rows: Sequence[Row]) -> Iterator[RealisedPnl | Fault]:
    seen: dict[tuple[date, str], int] = {}
    for line, row in rows:
        if len(row) != len(COLUMNS):
            yield Fault(message=f"must have {len(COLUMNS)} fields, has {len(row)}", line=line)
            continue
        day, pnl = parse_year_first(row[0]), parse_number(row[2])
        if day is None:
            message = f"must be a date, YYYY-MM-DD, got {row[0][:40]!r}"
            yield Fault(message=message, line=line, where=COLUMNS[0])
        if not _SCOPE.fullmatch(row[1]) or len(row[1]) > _MOST_SCOPE or not row[1].isprintable():
            yield Fault(message=f"must be total or book:NAME, got {row[1][:40]!r}", line=line, where=COLUMNS[1])
        if pnl is None:
            message = f"must be {PLAIN}, got {row[2][:40]!r}{number_hint(row[2])}"
            yield Fault(message=message, line=line, where=COLUMNS[2])
        if day is None:
            continue
        if (before := seen.setdefault((day, row[1]), line)) != line:
            yield Fault(message=f"{day} {row[1]} is there twice, first on line {before}", line=line)
        if pnl is not None:
            yield RealisedPnl(valuation_date=day, scope=row[1], pnl=pnl)
