"""Book files: a CSV or Parquet table with a row per position, or a compiled book."""

from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.book.columns import ALWAYS, COLUMNS, CURRENCIES, Column
from engine.book.compiled import CompiledBook
from engine.book.position import RULES, Kind, Position
from engine.book.store import is_compiled, read_compiled
from engine.errors import Fault, FileFaults, InputError
from engine.inputs.book_cache import cache_path, keep, recall
from engine.inputs.book_rows import DEFAULT_BOOK, Rows, read_rows
from engine.inputs.book_table import check_regular, read_bytes, table_of

DEFAULT_BUNDLED = "sample"
MAX_FAULTS = 100  # listed; the rest is counted


def load_book(path: Path, valuation_date: date) -> CompiledBook:
    """Load a book for one valuation date. QuantLib is needed for a source file, not for a compiled one.

    A source file is compiled once: the result is kept, and recalled while file, date and program are the same.

    Parameters
    ----------
    path : CSV or Parquet with the columns of `engine.book.position.COLUMNS`, or what `unwind book compile` wrote
    valuation_date : the market's

    Raises
    ------
    FileFaults
        Everything wrong with the file, or a compiled book of another date.
    """
    check_regular(path)
    if is_compiled(path):
        return _compiled(path, valuation_date)
    data = read_bytes(path)
    digest = sha256(data).hexdigest()
    kept = cache_path(digest, valuation_date)
    if (book := recall(kept)) is not None:
        return book
    book = _from_source(data, digest, path, valuation_date)
    keep(book, kept)
    return book


def parse_book(data: bytes, path: Path | str, valuation_date: date) -> Rows:
    """Positions in the bytes of a source book, with the faults of its rows and the warnings.

    Raises
    ------
    FileFaults
        The bytes are no table with the required columns.
    """
    return read_rows(table_of(data, path), valuation_date)


def read_positions(path: Path, valuation_date: date) -> list[Position]:
    """Positions of a source book, checked but not compiled. Raises FileFaults with everything wrong with it."""
    rows = parse_book(read_bytes(path), path, valuation_date)
    if rows.faults:
        raise FileFaults(path, _capped(rows.faults))
    return rows.positions


def known_kind(name: str) -> Kind:
    """The kind of a name, in any case. Raises InputError with the nearest known one."""
    if name.upper() in list(Kind):
        return Kind(name.upper())
    close = get_close_matches(name.upper(), list(Kind), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise InputError(f"unknown kind of position {name!r}{hint}; known are {', '.join(Kind)}")


def bundled_book_names() -> tuple[str, ...]:
    """Names of the books that come with the program."""
    folder = files("engine.book") / "data"
    return tuple(sorted(entry.name.removesuffix(".csv") for entry in folder.iterdir() if entry.name.endswith(".csv")))


def bundled_book_path(name: str = DEFAULT_BUNDLED) -> Path:
    """Path of a bundled book file: "sample" holds the others. Raises InputError when there is none of that name."""
    if name not in bundled_book_names():
        raise InputError(f"no bundled book {name!r}; there are: {', '.join(bundled_book_names())}")
    return Path(str(files("engine.book") / "data" / f"{name}.csv"))


def book_schema() -> dict[str, Any]:
    """JSON Schema of one row of a book file, by kind. An empty cell is an absent property."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One position, a row of a book file (CSV or Parquet)",
        "description": f"Without a `book` column every position is in the book {DEFAULT_BOOK!r}.",
        "oneOf": [_kind_schema(kind) for kind in Kind],
    }


def _kind_schema(kind: Kind) -> dict[str, Any]:
    rule = RULES[kind]
    properties = {name: _column_schema(column) for name, column in COLUMNS.items() if rule.takes(name)}
    properties["kind"] |= {"const": kind.value}
    properties["currency"] |= {"enum": [currency for currency in CURRENCIES if currency in rule.currencies]}
    for name, (low, high) in rule.ranges.items():
        properties[name] |= {"minimum": low, "exclusiveMaximum": high}
    return {
        "title": kind.value,
        "type": "object",
        "properties": properties,
        "required": [*ALWAYS, *rule.required],
    }


def _column_schema(column: Column) -> dict[str, Any]:
    if column.type == "number":
        limits = {"minimum": column.low, "exclusiveMaximum": column.high}
        return {"type": "number", "description": column.meaning, **limits}
    form = {"format": "date"} if column.type == "date" else {}
    return {"type": "string", "description": column.meaning, **form}


def _from_source(data: bytes, digest: str, path: Path, valuation_date: date) -> CompiledBook:
    from engine.book.compile import compile_book, position_faults  # QuantLib: only for a source file

    rows = parse_book(data, path, valuation_date)
    if rows.faults:
        raise FileFaults(path, _capped(rows.faults + position_faults(rows.positions, valuation_date)))
    try:
        return compile_book(rows.positions, valuation_date, sha256=digest, warnings=rows.warnings, source=str(path))
    except FileFaults as refusal:
        raise FileFaults(path, _capped(list(refusal.faults))) from None


def _compiled(path: Path, valuation_date: date) -> CompiledBook:
    book = read_compiled(path)
    if book.valuation_date != valuation_date:
        message = (
            f"is compiled for {book.valuation_date}, but the market is of {valuation_date};"
            " compile the source book for that date"
        )
        raise FileFaults(path, [Fault(message=message)])
    return book


def _capped(faults: list[Fault]) -> list[Fault]:
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    if len(ordered) <= MAX_FAULTS:
        return ordered
    return [*ordered[:MAX_FAULTS], Fault(message=f"and {len(ordered) - MAX_FAULTS:,} faults more")]
