"""The bytes of a book file, CSV, spreadsheet or Parquet, become rows of text fields. Nothing is guessed or repaired."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import Fault, FileFaults, did_you_mean
from engine.inputs.fields.encodings import decoded_text
from engine.inputs.opened import FileKind
from engine.inputs.sheets.read import is_spreadsheet, read_sheet
from engine.instruments.rows.columns import ALWAYS, COLUMNS
from engine.instruments.rows.japanese_headings import column_name

MAX_BYTES = 256 * 2**20
MAX_ROWS = 1_000_000
BOOK = FileKind(
    wanted="a CSV, spreadsheet or Parquet file",
    most_bytes=MAX_BYTES,
    way_out="split it",
    larger={b"PAR1": 4 * 2**30},  # it may be a compiled book
)

_LONG = 100_000  # characters of a line, below which no field is longer than the csv module reads
_BLANK = ", \t\r"  # what a spreadsheet writes of a row without values
_MISSPELT = 0.8  # likeness, 0 to 1, from which a column is taken for a known one: 'prise', not 'trade_date'


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A header and rows of fields, all of the header's length; what could not be read is among the faults."""

    path: str  # of the file, with the sheet of a spreadsheet, for messages
    line: int | None  # of the header; None: of a Parquet file
    header: tuple[str, ...]  # names of columns; unknown ones as they are written
    headings: Mapping[str, str]  # what the file calls a column, where that is not its name
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # (line, fields); in Parquet line n is row n
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    misspelt: frozenset[str]  # known columns that seem to stand in the file under other names: among the faults

    def written(self, name: str) -> str:
        """Return a column's name for a message, with what the file calls it where that is another."""
        return f"{name} ({self.headings[name]})" if name in self.headings else name


def table_of(data: bytes, path: Path | str) -> Table:
    """Return rows of a CSV, spreadsheet or Parquet file. Raises FileFaults when it cannot be read as a table at all."""
    if len(data) > MAX_BYTES:
        raise _refusal(path, f"has {len(data):,} bytes; a table of positions may have {MAX_BYTES:,} at most; split it")
    if data.startswith(b"PAR1"):
        return _parquet_table(data, path)
    return _sheet_table(data, path) if is_spreadsheet(data, path) else _csv_table(data, path)


def _sheet_table(data: bytes, path: Path | str) -> Table:
    sheet = read_sheet(data, path, _is_heading, f"the columns {', '.join(ALWAYS)}")
    (line, written), *rows = sheet.rows
    header = _checked_header(written, sheet.path, line=line)
    if len(rows) > MAX_ROWS:
        raise _refusal(sheet.path, f"has {len(rows):,} positions; a book file may have {MAX_ROWS:,} at most; split it")
    if not rows:
        raise _refusal(sheet.path, "holds no positions, only a header; add at least one row")
    table = _table(sheet.path, written, header, rows, [], line=line)
    notes = tuple(f"sheet {sheet.name!r}: {note}" for note in sheet.notes)
    return replace(table, warnings=(*table.warnings, *notes))


def _is_heading(fields: Sequence[str]) -> bool:
    return set(ALWAYS) <= {column_name(each) for each in fields}


def _csv_table(data: bytes, path: Path | str) -> Table:
    lines = [line.removesuffix("\r") for line in decoded_text(data, path).split("\n")]
    lines = [line if line.strip(_BLANK) else "" for line in lines]  # rows of a sheet that are empty
    written = _header(lines[0], path)
    header = _checked_header(written, path, line=1)
    rows: list[tuple[int, tuple[str, ...]]] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(rows) >= MAX_ROWS:
            raise _refusal(path, f"has more than {MAX_ROWS:,} positions, the most a book file may have; split it")
        try:
            fields = _split(line)
        except csv.Error as error:
            faults.append(Fault(message=_csv_fault(error), line=number))
            continue
        if len(fields) == len(header):
            rows.append((number, tuple(fields)))
        else:
            wanted = f"has {len(fields)} fields, the header {len(header)}; quote a field that holds a comma"
            faults.append(Fault(message=wanted, line=number))
    if not rows and not faults:
        raise _refusal(path, "holds no positions, only a header; add at least one row")
    return _table(path, written, header, rows, faults, line=1)


def _header(line: str, path: Path | str) -> Sequence[str]:
    if "," not in line and (";" in line or "\t" in line):
        separator = "semicolons" if ";" in line else "tabs"
        raise FileFaults(path, [Fault(message=f"fields are separated by {separator}; separate them by commas", line=1)])
    try:
        return _split(line)
    except csv.Error as error:
        raise FileFaults(path, [Fault(message=_csv_fault(error), line=1)]) from None


def _checked_header(header: Iterable[str], path: Path | str, line: int | None) -> tuple[str, ...]:
    """Return the columns that a header names; unknown ones as they are written. Raises FileFaults."""
    names, faults = tuple(column_name(name.strip()) for name in header), list[Fault]()
    for i, name in enumerate(names):
        if not name:
            faults.append(Fault(message=f"column {i + 1} has no name; name it or remove it", line=line))
        elif name in names[:i]:
            faults.append(Fault(message="this column name stands twice; keep one of them", line=line, where=name))
    for name in ALWAYS:
        if name not in names:
            message = f"the required column '{name}' is missing; it holds: {COLUMNS[name].meaning}"
            faults.append(Fault(message=message + _similar(name, names), line=line, where=name))
    if faults:
        others = {name: meant for name, meant in _misspelt(names).items() if meant not in ALWAYS}
        raise FileFaults(path, [*faults, *_misspelt_faults(others, line)])
    return names


def _similar(name: str, names: tuple[str, ...]) -> str:
    others = {other.lower(): other for other in names if other not in COLUMNS}
    close = get_close_matches(name, others, n=1)
    return f"; rename '{others[close[0]]}' if that is meant" if close else ""


def _misspelt(names: tuple[str, ...]) -> dict[str, str]:
    """Return unknown columns that are like a known one that the file does not have, with that one."""
    absent = [name for name in COLUMNS if name not in names]
    found = {}
    for name in names:
        close = get_close_matches(name.lower(), absent, n=1, cutoff=_MISSPELT)
        if name not in COLUMNS and close:
            found[name] = close[0]
    return found


def _misspelt_faults(misspelt: Mapping[str, str], line: int | None) -> list[Fault]:
    return [
        Fault(message=f"not known; did you mean {meant!r}?", line=line, where=f"column {name!r}")
        for name, meant in misspelt.items()
    ]


def _split(line: str) -> list[str]:
    """Return fields of one line. A field never spans lines, so an open quote is found where it is."""
    if '"' not in line and "\r" not in line and len(line) < _LONG:
        return line.split(",")
    return next(csv.reader([line], strict=True), [])


def _csv_fault(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return 'a quote (") is opened and not closed on the same line'
    return f"not a line of CSV: {text}"


def _parquet_table(data: bytes, path: Path | str) -> Table:
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        names, n_rows = file.schema_arrow.names, file.metadata.num_rows
        if n_rows > MAX_ROWS:
            raise _refusal(path, f"has {n_rows:,} positions; a book file may have {MAX_ROWS:,} at most; split it")
        header = _checked_header(names, path, line=None)
        written = {name: raw for name, raw in zip(header, names, strict=True) if name in COLUMNS}
        known = list(written)
        texts = [raw for raw in written.values() if pa.types.is_string(file.schema_arrow.field(raw).type)]
        table = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts).read(columns=list(written.values()))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _refusal(path, f"not a Parquet file that can be read: {error}") from None
    if n_rows == 0:
        raise _refusal(path, "holds no positions; add at least one row")
    faults: list[Fault] = []
    columns = [_column_fields(name, table[raw], faults) for name, raw in written.items()]
    rows = tuple(enumerate(zip(*columns, strict=True), start=1)) if not faults else ()
    parquet = _table(path, names, header, rows, faults, line=None)
    return replace(parquet, header=tuple(known))


def _table(
    path: Path | str,
    written: Iterable[str],
    names: tuple[str, ...],
    rows: Sequence[tuple[int, tuple[str, ...]]],
    faults: list[Fault],
    *,
    line: int | None,
) -> Table:
    """Return the table of a file whose header, `written`, names these columns, with what is wrong with unknown ones."""
    misspelt = _misspelt(names)
    absent = [name for name in COLUMNS if name not in names]
    unknown = [name for name in names if name not in COLUMNS and name not in misspelt]
    return Table(
        path=str(path),
        line=line,
        header=names,
        headings={name: each.strip() for name, each in zip(names, written, strict=True) if name != each.strip()},
        rows=tuple(rows),
        faults=(*_misspelt_faults(misspelt, line), *faults),
        warnings=tuple(f"column {name!r} is unknown and was not read{did_you_mean(name, absent)}" for name in unknown),
        misspelt=frozenset(misspelt.values()),
    )


def _column_fields(name: str, column: pa.ChunkedArray, faults: list[Fault]) -> list[str]:
    """Return a Parquet column as text fields; numbers keep every bit, null is the empty field."""
    kind = column.type
    if pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type):
        fields = []
        for chunk in column.chunks:
            words = chunk.dictionary.to_pylist()
            fields += ["" if code is None else words[code] or "" for code in chunk.indices.to_pylist()]
        return fields
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return ["" if value is None else value for value in column.to_pylist()]
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    if pa.types.is_date(kind):
        return ["" if value is None else value.isoformat() for value in column.to_pylist()]
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return [_day_field(value) for value in column.to_pylist()]
    if pa.types.is_null(kind):
        return [""] * len(column)
    faults.append(Fault(message=f"has the type {kind}; text, numbers and dates are read", where=name))
    return []


def _day_field(value: datetime | None) -> str:
    if value is None:
        return ""
    return value.date().isoformat() if value.time() == time.min else value.isoformat()


def _refusal(path: Path | str, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
