"""Daily histories as their publishers print them: Ministry of Finance, Treasury, FRED, and the tidy table.

A history's table has a `date` index (ascending, unique, microseconds) and one float64 column per series: "JGB_10Y" and
"UST_3M" hold par yields as decimals per year, "USDJPY" yen for one dollar, "SPX" points, NaN where the publisher has no
value. Nothing is filled in. Every error of a file is reported at once, with its line.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import Fault, FileFaults, InputError
from engine.inputs.fields.dates import parse_date
from engine.inputs.fields.full_width import half_width
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number, parse_numbers
from engine.inputs.fields.rows import Row, rows_of
from engine.inputs.history.files import TABLE
from engine.inputs.history.forms import DATE_HEADERS, TREASURY, Form, column_hint, form_of, plain, refusal_of_series
from engine.inputs.opened import Opened, open_once
from engine.market.factors import tenor_years
from kernels.types import F64, I64

MISSING = frozenset(("", "-", ".", "N/A", "#N/A", "n/a", "NA", "ND"))  # how publishers write "no value"
LARGEST_PERCENT = 100.0  # of a yield, in size; what is sane in a currency is far less, and `engine.inputs.history.gate`
SMALLEST_PRICE, LARGEST_PRICE = 1e-6, 1e9
MAX_FAULTS = 100  # listed; the rest is counted
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_YIELD = re.compile(r".+_[0-9.]+[WMY]")
_HEADER_WITHIN = 20  # rows: the Ministry's title stands before it, and a dozen rows of a sheet that FRED made
_DATE_BEGINS = re.compile(r"[A-Za-z]?[0-9]")  # as 2025/5/28, R7.5.28: a row cut short is no footnote
_FORMATS = "the Ministry of Finance's jgbcm or jgbcme file, the Treasury's file, FRED's csv, the tidy table"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HistoryFile:
    """One file of a history."""

    name: str
    values: pd.DataFrame  # (n_dates, n_series)
    lines: I64  # (n_dates,) of each date, in the file as an editor shows it
    notes: tuple[str, ...]  # what was left out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """A history of one or several files."""

    values: pd.DataFrame  # (n_dates, n_series), on the union of the files' dates
    files: tuple[HistoryFile, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what was left out of the files, by name."""
        return tuple(note for file in self.files for note in file.notes)

    def place(self, series: str, day: date) -> tuple[str, int | None]:
        """Return the file and line of a series' date; of a date that no file has, the file of the series and None."""
        when = pd.Timestamp(day)
        having = [file for file in self.files if series in file.values.columns] or list(self.files)
        for file in having:
            if when in file.values.index:
                return file.name, int(file.lines[file.values.index.get_loc(when)])
        return having[0].name, None


def load_history(files: Iterable[Path | Opened]) -> History:
    """Read files of any of the known forms, told apart by their headers, into one history.

    The forms: the Ministry of Finance's JGB par yields (English or Japanese edition, whole history or one month), the
    Treasury's par yields (a year, or its archive), FRED's csv of DGS*, DEXJPUS and indices, in one file or several, and
    the tidy table (`date`, `jgb_1y`.., `ust_1m`.., `bund_1y`.., `usdjpy`, `eurjpy`, `nikkei225`: bond curves, swap
    curves and rates of every registered currency, and indices; yields in percent). Each may run from the oldest date
    to the newest or back. Columns of a publisher's file that are none of these are left out, and named in `notes`.

    Raises
    ------
    FileFaults
        A file that cannot be read, is of none of the known forms, or has errors.
    InputError
        Two files print different values for one field, or there are no files.
    """
    opened = [open_once(file, TABLE) for file in files]
    read = [parse_history(each.data, each.path) for each in opened]
    if not read:
        raise InputError("a history needs at least one file")
    merged = read[0].values
    for file in read[1:]:
        _refuse_conflicts(merged, file)
        merged = merged.combine_first(file.values)
    names = sorted([str(name) for name in merged.columns], key=_column_order)
    return History(values=merged[names], files=tuple(read))


def read_history(files: Iterable[Path | Opened]) -> pd.DataFrame:
    """Read files into one table: the values of `load_history`, with what it raises."""
    return load_history(files).values


def read_history_file(file: Path | Opened) -> pd.DataFrame:
    """Read one file; as `read_history`, columns in the file's order."""
    opened = open_once(file, TABLE)
    return parse_history(opened.data, opened.path).values


def parse_history(data: bytes, name: Path | str) -> HistoryFile:
    """Return the history in the bytes of one file. Raises FileFaults with everything wrong with it."""
    table = rows_of(data, name, _is_heading, "a date column first")
    name, rows = table.path, table.rows
    start = next((i for i, (_, row) in enumerate(rows[:_HEADER_WITHIN]) if _is_heading(row)), None)
    if start is None:
        raise FileFaults(name, [Fault(message=f"header {_shown(rows[0][1])} is none of: {_FORMATS}", line=rows[0][0])])
    (line, header), body = rows[start], _without_footnote(rows[start + 1 :])
    header = _without_empty_columns(header, body)
    form = form_of(header)
    if form is None:
        message = f"header {_shown(header)} has no column that is read; read are those of {_FORMATS}"
        raise FileFaults(name, [Fault(message=message, line=line)])
    series = [form.series(plain(field)) for field in header[1:]]
    faults = _header_faults(form, series, header, line)
    if not body:
        faults.append(Fault(message="no data rows under the header", line=line))
    good = [(at, row) for at, row in body if len(row) >= len(header) and not any(row[len(header) :])]
    faults += [
        Fault(message=f"{len(row)} fields, the header has {len(header)}", line=at)
        for at, row in body
        if len(row) < len(header) or any(row[len(header) :])
    ]
    days, found = _dates(good)
    faults += found
    lines = [at for at, _ in good]
    texts = list(zip(*(row for _, row in good), strict=False)) or [()] * len(header)  # some rows have empty fields more
    columns = {}
    for j, each in enumerate(series, start=1):
        if each:
            columns[each], found = _column(texts[j], lines, each, header[j])
            faults += found
    if faults:
        raise FileFaults(name, _capped(faults))
    order = slice(None, None, -1) if len(days) > 1 and days[0] > days[-1] else slice(None)
    index = pd.DatetimeIndex(np.array(days, dtype="datetime64[D]")[order], name="date").as_unit("us")
    return HistoryFile(
        name=str(name),
        values=pd.DataFrame({each: values[order] for each, values in columns.items()}, index=index),
        lines=np.array(lines, dtype=np.int64)[order],
        notes=(*table.notes, *_left_out(name, form, series, header)),
    )


def _is_heading(fields: Sequence[str]) -> bool:
    return plain(fields[0]) in DATE_HEADERS


def is_yield(series: str) -> bool:
    """Return whether a series is a par yield, as JGB_10Y, and no price, as SPX or XLK_ADJ."""
    return _YIELD.fullmatch(series) is not None


def _column(texts: Sequence[str], lines: Sequence[int], series: str, header: str) -> tuple[F64, list[Fault]]:
    """Return (n_rows,) values of a column, yields as decimals, NaN: none; and the errors in it."""
    there = [i for i, text in enumerate(texts) if text not in MISSING]
    fields = [texts[i] for i in there]
    rate = is_yield(series)
    low, high = (-LARGEST_PERCENT, LARGEST_PERCENT) if rate else (SMALLEST_PRICE, LARGEST_PRICE)
    faults: list[Fault] = []
    found = parse_numbers(fields)
    if found is None or not ((low < found) & (found < high)).all():
        parsed = [_number(field, low, high, is_rate=rate) for field in fields]
        words = zip(there, parsed, strict=True)
        faults = [Fault(message=each, line=lines[i], where=header) for i, each in words if isinstance(each, str)]
        found = np.array([np.nan if isinstance(each, str) else each for each in parsed])
    values = np.full(len(texts), np.nan)
    # Percent into decimals, 1.108 into 0.01108, rounded to 10: publishers print 3 of a percent at most.
    values[there] = np.round(found / 100.0, 10) if rate else found
    return values, faults


def _number(field: str, low: float, high: float, *, is_rate: bool) -> float | str:
    """Return the number of a field, or what is wrong with it."""
    value = parse_number(field)
    if value is None and is_rate and (percent := half_width(field)).endswith("%"):
        value = parse_number(percent.removesuffix("%"))  # the sign says what the column is in
    if value is None:
        shown = field if len(field) <= 40 else f"{field[:37]}..."
        wanted = f"wanted {PLAIN}, or one of '', '-', '.', 'N/A' for a missing value{number_hint(field)}"
        return f"{shown!r} is not a number; {wanted}"
    if not low < value < high:
        wanted = (
            f"in percent per year: it must lie within {high:g}"
            if is_rate
            else f": it must be above {low:f} and below {high:,.0f}"
        )
        return f"{field} is no {'yield ' if is_rate else 'price'}{wanted}"
    return value


def _dates(rows: Sequence[Row]) -> tuple[list[date], list[Fault]]:
    """Return the dates of the rows, and the errors in them: a form, an order that turns, a date that comes twice."""
    quick = [day for _, row in rows if (day := parse_date(row[0])) is not None and _is_likely(day)]
    if len(quick) == len(rows) and (_rises(quick) or _rises(quick[::-1])):
        return quick, []
    found = [(line, row[0], parse_date(row[0])) for line, row in rows]
    faults = [
        Fault(message=f"no such date: {field!r}; wanted YYYY-MM-DD or the publisher's form", line=line)
        for line, field, day in found
        if day is None or not _is_likely(day)
    ]
    days = [(line, day) for line, _, day in found if day is not None]
    steps = [(line, before, day) for (_, before), (line, day) in pairwise(days)]
    falls = 2 * sum(day < before for _, before, day in steps) > sum(day != before for _, before, day in steps)
    for line, before, day in steps:
        if day == before:
            faults.append(Fault(message=f"date {day} comes twice; a history has one row per date", line=line))
        elif (day < before) != falls:
            order = "newest first" if falls else "oldest first"
            message = f"date {day} is out of order beside {before}; the rows before and after go {order}"
            faults.append(Fault(message=message, line=line))
    return [day for _, day in days], faults


def _is_likely(day: date) -> bool:
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def _rises(days: Sequence[date]) -> bool:
    return all(before < day for before, day in pairwise(days))


def _header_faults(form: Form, series: Sequence[str | None], header: Sequence[str], line: int) -> list[Fault]:
    faults = []
    for j, name in enumerate(series):
        if name is None and (form.is_own or not header[j + 1]):
            what = f"unknown column {header[j + 1]!r}{column_hint(header[j + 1])}"
            faults.append(Fault(message=what if header[j + 1] else f"column {j + 2} has no name", line=line))
        elif name and name in series[:j]:
            faults.append(Fault(message=f"column {header[j + 1]!r} comes twice: it is {name}", line=line))
    if not series:
        wanted = f"no column beside the date, got {list(header)!r}; columns are split by commas"
        faults.append(Fault(message=wanted, line=line))
    if form is TREASURY and (refusal := refusal_of_series([name for name in series if name])):
        faults.append(Fault(message=refusal, line=line))
    return faults


def _left_out(name: Path | str, form: Form, series: Sequence[str | None], header: Sequence[str]) -> tuple[str, ...]:
    out = [field for field, each in zip(header[1:], series, strict=True) if not each]
    if not out:
        return ()
    return (f"{name}: left out, since a market has no such level of {form.words}: {', '.join(out)}",)


def _without_empty_columns(header: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Drop the columns at the end that have neither a name nor a value: a spreadsheet writes them."""
    kept = list(header)
    while len(kept) > 1 and not kept[-1] and not any(row[len(kept) - 1] for _, row in rows if len(row) >= len(kept)):
        kept.pop()
    return kept


def _without_footnote(rows: Sequence[Row]) -> Sequence[Row]:
    """Drop rows at the end that are empty, or text that begins as no date and holds no number: a publisher's notes."""
    end = len(rows)
    while end and _is_note(rows[end - 1][1]):
        end -= 1
    return rows[:end]


def _is_note(fields: Sequence[str]) -> bool:
    if not any(fields):
        return True
    first, *others = fields
    return bool(first) and not _DATE_BEGINS.match(first) and all(parse_number(field) is None for field in others)


def _capped(faults: Sequence[Fault]) -> list[Fault]:
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    more = len(ordered) - MAX_FAULTS
    return ordered if more <= 0 else [*ordered[:MAX_FAULTS], Fault(message=f"and {more:,} errors more")]


def _shown(fields: Sequence[str]) -> str:
    return repr(",".join(fields)[:60])


def _refuse_conflicts(merged: pd.DataFrame, file: HistoryFile) -> None:
    frame = file.values
    shared = [name for name in frame.columns if name in merged.columns]
    dates = frame.index.intersection(merged.index)
    ours, theirs = merged.loc[dates, shared].to_numpy(), frame.loc[dates, shared].to_numpy()
    clash = np.argwhere(~np.isclose(ours, theirs, rtol=1e-12, atol=0.0) & ~np.isnan(ours) & ~np.isnan(theirs))
    if clash.size:
        row, column = clash[0]
        line = int(file.lines[frame.index.get_loc(dates[row])])
        raise InputError(
            f"{file.name}: line {line}: {shared[column]} on {dates[row].date()} is {theirs[row, column]:.6g}, an "
            f"earlier file has {ours[row, column]:.6g}; {len(clash):,} fields differ: leave one of the files out"
        )


def _column_order(name: str) -> tuple[str, float]:
    curve, _, tenor = name.rpartition("_")
    return (curve, tenor_years(tenor)) if is_yield(name) else (f"~{name}", 0.0)  # JGB, UST, then USDJPY
