"""The rows of a table column by column, where no error is in any of them.

What the rules ask of a row depends on its kind, its currencies and the columns that it fills; and of its numbers and
dates that each of them, and the distance of two that are compared, lies within a range. Of rows that are alike in the
former, all pass where those at both ends of each column and distance do: these alone are put before `row_errors`, which
has the rules. Where one does not pass, the rows are read one by one, and every error is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat

import numpy as np

from engine.inputs.book.fields import MISSING_MARKERS, FieldError, Value, parsed
from engine.inputs.book.names import UNNAMED
from engine.inputs.book.rows import Rows, as_said, row_errors, row_warnings, taken
from engine.inputs.book.table import Table
from engine.instruments.registry import family_of
from engine.instruments.rows.checks import COMPARED
from engine.instruments.rows.columns import COLUMNS, Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import checked_positions
from engine.payoffs.payoff import nothing
from engine.sheet_path import line_word
from kernels.types import F64, I64, Bools

_SHAPING = ("kind", "currency", "against")  # columns whose words decide what is asked of a row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Field:
    """One column of a table that some rows fill."""

    column: Column
    values: list[Value | None]  # (n_distinct,) of its distinct texts; None: an empty field
    code: I64  # (n_rows,) into `values`

    @property
    def of_rows(self) -> list[Value | None]:
        """Return the value of each row: (n_rows,)."""
        return list(map(self.values.__getitem__, self.code.tolist()))

    @property
    def is_filled(self) -> Bools:
        """Return which rows fill the column: (n_rows,)."""
        return np.array([value is not None for value in self.values], bool)[self.code]

    @property
    def amounts(self) -> F64:
        """Return numbers, or dates as days, in which rows have an order: (n_rows,); NaN in an empty field."""
        return np.array([_amount(value) for value in self.values], np.float64)[self.code]


def clean_rows(table: Table, valuation_date: date | None) -> Rows | None:
    """Return what `engine.inputs.book.rows.read_rows` does of (n_rows,) rows without an error; None where one has any.

    Without a valuation date, what depends on one is not asked.
    """
    if table.faults or table.misspelt or not table.rows:
        return None
    lines, rows = zip(*table.rows, strict=True)
    missing_prices: Counter[str] = Counter()
    try:
        fields = _fields(table.header, rows, missing_prices)
    except FieldError:
        return None
    values = {name: field.of_rows for name, field in fields.items()}
    ids = values.get("position_id", [])
    if None in ids or None in values.get("kind", [None]) or not _all_pass(table, fields, values, valuation_date):
        return None
    added = _rows_of_one_name(lines, values, ids, line_word(table.path))
    if added is None:
        return None
    book = values.get("book", repeat(UNNAMED))
    return Rows(
        path=table.path,
        positions=checked_positions({**values, "book": book}, lines),
        warnings=[*table.warnings, *row_warnings(table.path, missing_prices, added, dict.fromkeys(map(str, ids)))],
    )


def _fields(header: Sequence[str], rows: Sequence[Sequence[str]], missing_prices: Counter[str]) -> dict[str, _Field]:
    """Return the columns that some rows fill, by name; count what stands for no price. Raises FieldError."""
    columns = zip(header, zip(*rows, strict=True), strict=True)
    return {
        name: _field(COLUMNS[name], texts, missing_prices)
        for name, texts in columns
        if name in COLUMNS and any(map(str.strip, dict.fromkeys(texts)))
    }


def _field(column: Column, texts: Sequence[str], missing_prices: Counter[str]) -> _Field:
    place = {text: k for k, text in enumerate(dict.fromkeys(texts))}
    code = np.fromiter(map(place.__getitem__, texts), np.int64, len(texts))
    values: list[Value | None] = []
    for k, text in enumerate(map(str.strip, place)):
        is_missing = column.name == "price" and text in MISSING_MARKERS
        if is_missing:
            missing_prices[text] += int((code == k).sum())
        values.append(None if is_missing or not text else parsed(column, text))
    return _Field(column=column, values=values, code=code)


def _amount(value: Value | None) -> float:
    if isinstance(value, date):
        return float(value.toordinal())
    return value if isinstance(value, float) else np.nan


def _all_pass(
    table: Table, fields: Mapping[str, _Field], values: Mapping[str, list[Value | None]], valuation_date: date | None
) -> bool:
    """Return whether no rule has anything against any row."""
    amounts = {name: field.amounts for name, field in fields.items() if field.column.type in ("number", "date")}
    for mine in _alike(fields):
        kind = values["kind"][mine[0]]
        assert isinstance(kind, Kind)
        asks_more = family_of(kind).row_errors is not nothing  # of what, the family alone knows
        asked = mine.tolist() if asks_more and valuation_date is not None else _ends(mine, amounts)
        filled = [name for name, field in fields.items() if field.values[field.code[mine[0]]] is not None]
        for i in asked:
            row = {name: value for name in filled if (value := values[name][i]) is not None}
            if any(row_errors(kind, row, table.header, frozenset(), valuation_date)):
                return False
    return True


def _alike(fields: Mapping[str, _Field]) -> Iterator[I64]:
    """Yield rows, (n,) each, that have the same kind and currencies and fill the same columns."""
    group: I64 = np.zeros(next(iter(fields.values())).code.size, np.int64)
    for name, field in fields.items():
        part = field.code if name in _SHAPING else field.is_filled.astype(np.int64)
        _, group = np.unique(group * (int(part.max()) + 1) + part, return_inverse=True)
    order = np.argsort(group, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def _ends(mine: I64, amounts: Mapping[str, F64]) -> list[int]:
    """Return those of some rows, (n,), that lie at an end of a column, or of the distance of two that are compared."""
    compared = [
        amounts[above][mine] - amounts[below][mine] for below, above in COMPARED if {below, above} <= amounts.keys()
    ]
    found = {int(mine[0])}
    for column in (*(each[mine] for each in amounts.values()), *compared):
        if not np.isnan(column[0]):  # rows that are alike all fill a column, or none does
            found |= {int(mine[column.argmin()]), int(mine[column.argmax()])}
    return sorted(found)


def _rows_of_one_name(
    lines: Sequence[int], values: Mapping[str, list[Value | None]], ids: Sequence[Value | None], word: str
) -> list[list[int]] | None:
    """Return lines of rows of one name that say the same; None where a row may not have the name of one before it."""
    again = {name for name, count in Counter(ids).items() if count > 1} if len(set(ids)) < len(ids) else set()
    firsts: dict[str, tuple[int, dict[str, Value]]] = {}
    added: dict[frozenset[tuple[str, str]], list[int]] = {}
    for i in [i for i, name in enumerate(ids) if name in again] if again else []:
        row = {name: value for name, column in values.items() if (value := column[i]) is not None}
        before, first = firsts.setdefault(str(ids[i]), (lines[i], row))
        if before != lines[i] and taken(row["kind"], str(ids[i]), first, row, f"on {word} {before}"):
            return None
        added.setdefault(as_said(row), []).append(lines[i])
    return list(added.values())
