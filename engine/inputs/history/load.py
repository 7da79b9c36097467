"""Daily histories as their publishers print them: Ministry of Finance, Treasury, FRED, and the tidy table.

Every reader returns a DataFrame with a `date` index (ascending, unique, microseconds) and one float64 column per
series: "JGB_10Y" and "UST_3M" hold par yields as decimals per year, "USDJPY" yen for one dollar, NaN where the
publisher has no value. Nothing is filled in. Every fault of a file is reported at once, with its line.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from engine.conventions.currencies import CURRENCIES, currency_of_curve, currency_of_factor
from engine.errors import Fault, FileFaults, InputError, did_you_mean
from engine.inputs.history.fields import MISSING, TABLE, parse_date, parse_number, read_rows
from engine.inputs.opened import Opened, open_once
from engine.market.factors import PRICE_FACTOR, tenor_label, tenor_years
from kernels.types import F64

Rows = Sequence[tuple[int, list[str]]]  # (line, fields)

_DATE_HEADERS = ("Date", "基準日", "DATE", "observation_date", "date")
_TREASURY_UNITS = {"Mo": "M", "Month": "M", "Yr": "Y"}
_FRED_TENORS = ("1MO", "3MO", "6MO", "1", "2", "3", "5", "7", "10", "20", "30")
_TIDY_OTHERS = frozenset(  # columns of the tidy table that are no yield and no exchange rate
    ("spx", "nasdaq", "nikkei225", "vix", "qqq_adj", "xlk_adj", "xlu_adj", "xlp_adj", "sofr", "effr_dff")
)
_FORMATS = "the Ministry of Finance's jgbcm or jgbcme file, the Treasury's yearly file, FRED's csv, the tidy table"


def read_history(files: Iterable[Path | Opened]) -> pd.DataFrame:
    """Read files of any of the known formats, told apart by their headers, into one history.

    The formats: the Ministry of Finance's JGB par yields (English or Japanese edition, whole history or one month),
    the Treasury's yearly files of par yields (newest first, as published), FRED's csv of DGS* and DEXJPUS (header
    "DATE" or "observation_date"), and the tidy table (`date`, `jgb_1y`.., `ust_1m`.., `bund_1y`.., `usdjpy`, `eurjpy`:
    bond curves, swap curves and rates of every registered currency; its index, ETF and money-market columns are left
    out). Dates are the union of the files' dates.

    Raises
    ------
    FileFaults
        A file that cannot be read, is none of the known formats, or has faults.
    InputError
        Two files print different values for one field, or there are no files.
    """
    opened = [open_once(file, TABLE) for file in files]
    frames = [(each.path, read_history_file(each)) for each in opened]
    if not frames:
        raise InputError("a history needs at least one file")
    merged = frames[0][1]
    for path, frame in frames[1:]:
        _refuse_conflicts(merged, frame, path)
        merged = merged.combine_first(frame)
    names = sorted([str(name) for name in merged.columns], key=_column_order)
    return merged[names]


def read_history_file(file: Path | Opened) -> pd.DataFrame:
    """Read one file; as `read_history`."""
    opened = open_once(file, TABLE)
    path, rows = opened.path, read_rows(opened)
    start = next((i for i, (_, fields) in enumerate(rows[:2]) if fields[0] in _DATE_HEADERS), None)
    if start is None:
        raise FileFaults(path, [Fault(message=f"header {','.join(rows[0][1])[:60]!r} is none of: {_FORMATS}", line=1)])
    header, data = rows[start], rows[start + 1 :]
    match header[1][0]:
        case "Date" if any(" " in field for field in header[1]):
            return _frame(path, _treasury_series, header, data[::-1])
        case "Date" | "基準日":
            return _frame(path, _mof_series, header, _without_footnote(data))
        case "date":
            return _frame(path, _tidy_series, header, data)
        case _:
            return _frame(path, _fred_series, header, data)


def history_warnings(history: pd.DataFrame) -> tuple[str, ...]:
    """Say how many dates each series lacks between its own first and last value: none is ever read as 0."""
    warnings = []
    for name in history.columns:
        present = history[name].notna().to_numpy()
        if not present.any():
            warnings.append(f"history of {name}: no value at all in {present.size:,} dates")
            continue
        first, last = int(present.argmax()), present.size - int(present[::-1].argmax())
        if n_missing := int((~present[first:last]).sum()):
            warnings.append(f"history of {name}: {n_missing:,} of {last - first:,} dates have no value")
    return tuple(warnings)


def _frame(path: Path, series: Callable[[str], str | None], header: tuple[int, list[str]], rows: Rows) -> pd.DataFrame:
    """Check and convert the rows, oldest first. `series` names a column: "" to leave it out, None if unknown."""
    names = [series(field) for field in header[1][1:]]
    faults = _header_faults(names, header)
    if not rows:
        faults.append(Fault(message="no data rows under the header", line=header[0]))
    dates: list[date | None] = []
    values = np.full((len(rows), len(names)), np.nan)
    for i, (line, fields) in enumerate(rows):
        if len(fields) != len(names) + 1:
            faults.append(Fault(message=f"{len(fields)} fields, the header has {len(names) + 1}", line=line))
            dates.append(None)
            continue
        dates.append(_checked_date(fields[0], dates, line, faults))
        for j, name in enumerate(names):
            if name and (field := fields[j + 1]) not in MISSING:
                values[i, j] = _checked_number(field, line, header[1][j + 1], faults)
    if faults:
        raise FileFaults(path, sorted(faults, key=lambda fault: fault.line or 0))
    index = pd.DatetimeIndex(np.array(dates, dtype="datetime64[D]"), name="date").as_unit("us")
    columns = {
        name: values[:, j] if currency_of_factor(name) else _decimals(values[:, j])
        for j, name in enumerate(names)
        if name
    }
    return pd.DataFrame(columns, index=index)


def _decimals(percent: F64) -> F64:
    """Turn percent into decimals, 1.108 into 0.01108, rounded to 10: publishers print 3 of a percent at most."""
    return np.round(percent / 100.0, 10)


def _header_faults(names: Sequence[str | None], header: tuple[int, list[str]]) -> list[Fault]:
    line, fields = header
    faults = []
    for j, name in enumerate(names):
        if name is None:
            curves = {f"{each.curves.bond}_10Y".lower() for each in CURRENCIES.values()}
            hint = did_you_mean(fields[j + 1], sorted(_TIDY_OTHERS | curves | _tidy_rates().keys()))
            faults.append(Fault(message=f"unknown column {fields[j + 1]!r}{hint}", line=line))
        elif name and name in names[:j]:
            faults.append(Fault(message=f"column {fields[j + 1]!r} comes twice", line=line))
    if not names:
        faults.append(
            Fault(message=f"no column beside the date, got {fields!r}; columns are split by commas", line=line)
        )
    return faults


def _checked_date(field: str, before: Sequence[date | None], line: int, faults: list[Fault]) -> date | None:
    found = parse_date(field)
    last = next((day for day in reversed(before) if day is not None), None)
    if found is None:
        faults.append(Fault(message=f"no such date: {field!r}; wanted YYYY-MM-DD or the publisher's form", line=line))
    elif last is not None and found == last:
        faults.append(Fault(message=f"date {found} comes twice; a history has one row per date", line=line))
    elif last is not None and found < last:
        faults.append(Fault(message=f"date {found} is out of order beside {last}; rows go by date", line=line))
    return found


def _checked_number(field: str, line: int, column: str, faults: list[Fault]) -> float:
    found = parse_number(field)
    if found is None:
        wanted = "wanted a number in plain digits with a point, or one of '', '-', '.', 'N/A' for a missing value"
        faults.append(Fault(message=f"{field!r} is not a number; {wanted}", line=line, where=column))
        return float("nan")
    return found


def _without_footnote(rows: Rows) -> Rows:
    """Drop what follows a row of empty fields, if it is text in the first column alone: the monthly file's footnote."""
    blank = next((i for i, (_, fields) in enumerate(rows) if not any(fields)), len(rows))
    if all(not any(fields[1:]) for _, fields in rows[blank:]):
        return rows[:blank]
    return rows


def _refuse_conflicts(merged: pd.DataFrame, frame: pd.DataFrame, path: Path) -> None:
    shared = [name for name in frame.columns if name in merged.columns]
    dates = frame.index.intersection(merged.index)
    ours, theirs = merged.loc[dates, shared].to_numpy(), frame.loc[dates, shared].to_numpy()
    clash = np.argwhere(~np.isclose(ours, theirs, rtol=1e-12, atol=0.0) & ~np.isnan(ours) & ~np.isnan(theirs))
    if clash.size:
        row, column = clash[0]
        raise InputError(
            f"{path}: {shared[column]} on {dates[row].date()} is {theirs[row, column]:.6g}, an earlier file has "
            f"{ours[row, column]:.6g}; {len(clash):,} fields differ: leave one of the files out"
        )


def _series(curve: str, tenor: str) -> str | None:
    try:
        return f"{curve}_{tenor_label(tenor_years(tenor))}"
    except InputError:
        return None


def _mof_series(field: str) -> str | None:
    return _series("JGB", field.replace("年", "Y"))


def _treasury_series(field: str) -> str | None:
    number, _, unit = field.partition(" ")
    return _series("UST", number + _TREASURY_UNITS[unit]) if unit in _TREASURY_UNITS else None


def _fred_series(field: str) -> str | None:
    if field == "DEXJPUS":
        return PRICE_FACTOR
    tenor = field.removeprefix("DGS")
    if tenor == field or tenor not in _FRED_TENORS:
        return None
    return f"UST_{tenor[:-1]}" if tenor.endswith("MO") else f"UST_{tenor}Y"


def _tidy_series(field: str) -> str | None:
    if field in _tidy_rates():
        return _tidy_rates()[field]
    if field in _TIDY_OTHERS:
        return ""
    curve, _, tenor = field.partition("_")
    is_known = curve == curve.lower() and currency_of_curve(curve.upper()) is not None
    return _series(curve.upper(), tenor.upper()) if is_known else None


def _tidy_rates() -> dict[str, str]:
    """Return the factors of exchange rates by the tidy table's columns."""
    return {each.fx.factor.lower(): each.fx.factor for each in CURRENCIES.values() if each.fx is not None}


def _column_order(name: str) -> tuple[str, float]:
    curve, _, tenor = name.partition("_")
    return (curve, tenor_years(tenor)) if tenor else (f"~{name}", 0.0)  # JGB, UST, then USDJPY
