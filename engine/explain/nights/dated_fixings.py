"""Rows of one night beside what has been fixed by the date of another: a running rate is of a day, not of a trade."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from engine.book.store import is_compiled
from engine.inputs.book.table import Table, table_of
from engine.inputs.opened import Opened
from engine.sheet_path import file_of

FIXINGS = ("fixed_so_far", "fixed_so_far_jpy")  # compounded from a period's start to the valuation date: of each night
_SAME = ("kind", "currency", "start_date", "maturity")  # a position of both nights with these has the same periods

_Row = Mapping[str, str]


def with_fixings_of(rows: Opened, dated: Opened) -> Opened:
    """Return a book's rows with the fixings that another night's file has of the same positions.

    Rows that the other file does not have keep their own, as do all of a compiled book.

    Parameters
    ----------
    rows, dated : of two nights, books that both could be run with
    """
    if is_compiled(rows.data) or is_compiled(dated.data):
        return rows
    table, other = table_of(rows.data, rows.path), table_of(dated.data, dated.path)
    columns = [name for name in FIXINGS if name in table.header or name in other.header]
    known = {each["position_id"]: each for each in _fields(other)} if columns else {}
    before = _fields(table)
    after = [_fixed(each, known.get(each["position_id"]), columns) for each in before]
    if after == before:
        return rows
    return Opened(path=Path(file_of(rows.path)), data=_csv([*dict.fromkeys([*table.header, *columns])], after))


def _fields(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.header, (each.strip() for each in fields), strict=True)) for _, fields in table.rows]


def _fixed(row: dict[str, str], there: _Row | None, columns: list[str]) -> dict[str, str]:
    if there is None or any(row.get(name, "") != there.get(name, "") for name in _SAME):
        return row
    return {**row, **{name: there.get(name, "") for name in columns if row.get(name, "") != there.get(name, "")}}


def _csv(columns: list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
