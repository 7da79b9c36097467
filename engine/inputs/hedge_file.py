"""A file of candidate hedges: rows of a book file, one lot each, with what a lot costs and how many there may be."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np

from engine.book.compiled import CompiledBook
from engine.errors import Fault, FileFaults, InputError, did_you_mean
from engine.inputs.book.load import load_book
from engine.inputs.book.table import BOOK, Table, table_of
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number
from engine.inputs.opened import Opened, open_once
from engine.sheet_path import file_of, sheet_of
from kernels.types import F64

COLUMNS = {
    "cost": "half the bid-offer spread of a lot, in the row's currency; of several rows of one hedge, each its own",
    "most": "lots at most",
    "least": "lots at least; 0 where the column is left out",
}
REQUIRED = ("cost", "most")
MOST_LOTS = 1e9
BUNDLED_DATE = date(2025, 5, 28)

_Row = tuple[int, Mapping[str, str]]  # line, fields by column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hedges:
    """Candidate hedges, each a book of one lot."""

    book: CompiledBook  # one book a hedge, called as it
    names: tuple[str, ...]  # (n_hedges,)
    lots: tuple[str, ...]  # (n_hedges,) what a lot is, in words
    costs: tuple[tuple[str, str, float], ...]  # (n_rows,) hedge, currency, half the bid-offer spread of a lot in it
    most: F64  # (n_hedges,) lots
    least: F64  # (n_hedges,) lots
    left_out: tuple[str, ...]  # hedges of price factors that the market has not


def bundled_hedges_path() -> Path:
    """Return the path of the hedges that the article advises, as of 2025-05-28."""
    return Path(str(files("engine.analysis.hedge") / "data" / "article-2025-05-28.csv"))


def load_hedges(
    file: Path | Opened, valuation_date: date, *, names: Sequence[str] = (), factors: Collection[str] | None = None
) -> Hedges:
    """Load candidate hedges for one valuation date.

    Parameters
    ----------
    file : CSV or spreadsheet with the columns of a book file, `cost` and `most`, and perhaps `least`; rows that share
        a name in the column `book` are one hedge, others are called as their position_id
    names : of the hedges that are wanted; (): all
    factors : of the market; hedges of other price factors are left out. None: they are an error of who values them

    Raises
    ------
    FileFaults
        Everything wrong with the file.
    InputError
        It has no hedge of a name.
    """
    opened = open_once(file, BOOK)
    path = opened.path
    table = table_of(opened.data, opened.path)
    missing = [name for name in REQUIRED if name not in table.header]
    if missing:
        raise FileFaults(
            table.path,
            [Fault(message=f"the column {name!r} is missing: {COLUMNS[name]}", line=table.line) for name in missing],
        )
    rows = [(line, dict(zip(table.header, (each.strip() for each in fields), strict=True)))
            for line, fields in table.rows]  # fmt: skip
    if faults := [*table.faults, *(fault for row in rows for fault in _faults(row)), *_uneven(rows)]:
        raise FileFaults(table.path, faults)
    known = list(dict.fromkeys(_name(row) for row in rows))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError(f"{path}: no hedge is called {name!r}{hint}; there are {', '.join(known)}")
    left_out = _of_other_factors(rows, factors)
    wanted = [name for name in known if name not in left_out and (not names or name in names)]
    if not wanted:
        raise InputError(f"{path}: the market has the price factors of no hedge: {', '.join(left_out)}")
    kept = [row for row in rows if _name(row) in wanted]
    first = {_name(row): fields for row in reversed(kept) for fields in (row[1],)}
    return Hedges(
        book=load_book(_book_file(table, kept), valuation_date, name=""),
        names=tuple(wanted),
        lots=tuple(" + ".join(_lot(row) for row in kept if _name(row) == name) for name in wanted),
        costs=tuple((_name(row), row[1]["currency"].upper(), float(row[1]["cost"])) for row in kept),
        most=np.array([float(first[name]["most"]) for name in wanted]),
        least=np.array([float(first[name].get("least") or 0.0) for name in wanted]),
        left_out=tuple(name for name in left_out if not names or name in names),
    )


def _name(row: _Row) -> str:
    return row[1].get("book") or row[1]["position_id"]


def _lot(row: _Row) -> str:
    """Return a row of a lot in words: kind, price factor if any, notional, currency; below 0 sold, or fixed paid."""
    fields = row[1]
    words = [fields["kind"].upper(), fields.get("factor") or "", f"{parse_number(fields['notional']):,.10g}"]
    return " ".join(filter(None, [*words, fields["currency"].upper()]))


def _faults(row: _Row) -> list[Fault]:
    """Return what is wrong with the columns of this file alone."""
    line, fields = row
    found = []
    for name, meaning in COLUMNS.items():
        text = fields.get(name, "0") or ("0" if name == "least" else "")
        value = parse_number(text)
        if value is None or not 0.0 <= value <= MOST_LOTS:
            hint = number_hint(text) if value is None else ""
            wanted = f"must be from 0 to {MOST_LOTS:,.0f}, {PLAIN}, got {text!r}{hint}; it holds: {meaning}"
            found.append(Fault(message=wanted, line=line, where=name))
    if not found and float(fields.get("least") or 0.0) > float(fields["most"]):
        found.append(
            Fault(message=f"`least` is {fields['least']} and `most` {fields['most']}: exchange them", line=line)
        )
    return found


def _uneven(rows: Sequence[_Row]) -> list[Fault]:
    """Return the rows that give their hedge another number of lots than its first row does."""
    first: dict[str, Mapping[str, str]] = {}
    found = []
    for line, fields in rows:
        name = _name((line, fields))
        other = first.setdefault(name, fields)
        found += [
            Fault(
                message=f"is {fields[each]!r} here and {other[each]!r} before: rows of {name!r} are one lot",
                line=line,
                where=each,
            )
            for each in ("most", "least")
            if fields.get(each) != other.get(each)
        ]
    return found


def _of_other_factors(rows: Sequence[_Row], factors: Collection[str] | None) -> list[str]:
    """Return the hedges that hold a price factor beyond those of the market."""
    if factors is None:
        return []
    return list(dict.fromkeys(_name(row) for row in rows if row[1].get("factor") and row[1]["factor"] not in factors))


def _book_file(table: Table, rows: Sequence[_Row]) -> Opened:
    """Return the rows as a book file whose lines are those of the hedges' file, a book a hedge."""
    columns = [*(name for name in table.header if name not in (*COLUMNS, "book")), "book"]
    text = io.StringIO()
    writer, at = csv.writer(text, lineterminator="\n"), 2
    writer.writerow(columns)
    for line, fields in rows:
        text.write("\n" * (line - at))
        writer.writerow([{**fields, "book": _name((line, fields))}[name] for name in columns])
        at = line + 1
    sheet = sheet_of(table.path)
    name = f"{file_of(table.path)}, sheet {sheet!r}" if sheet else table.path  # it is CSV now, though of a sheet
    return Opened(path=Path(name), data=text.getvalue().encode())
