"""Daily prices of equities as a table: a date and a column a price."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import Fault, FileFaults
from engine.inputs.fields.dates import parse_date
from engine.inputs.fields.numbers import number_hint, parse_number
from engine.inputs.fields.rows import rows_of
from engine.inputs.history.files import TABLE
from engine.inputs.history.forms import plain
from engine.inputs.history.load import LARGEST_PRICE, MISSING, SMALLEST_PRICE, History, HistoryFile, is_yield
from engine.inputs.opened import open_once


def load_prices(path: Path) -> History:
    """Read a table whose first column is `date` and whose others are prices, named as the factors are: "SPX".

    Returns a history by date, ascending, in each price's own currency; NaN without a value.

    Raises
    ------
    FileFaults
        Everything wrong with the file: its header, a wrong date or one out of order, a price that is not positive.
    """
    table = rows_of(open_once(path, TABLE).data, path, _is_heading, "`date` and the names of prices")
    where, ((line, header), *data) = table.path, table.rows
    if plain(header[0]) != "date" or len(header) < 2 or len(set(header)) < len(header) or not all(header):
        message = f"header must be date and the names of prices, each once, got {','.join(header)[:60]!r}"
        raise FileFaults(where, [Fault(message=message, line=line)])
    if tenor := next((name for name in header[1:] if is_yield(name)), None):
        raise FileFaults(where, [Fault(message=f"{tenor!r} is named as a yield is, and no price", line=line)])
    faults: list[Fault] = [] if data else [Fault(message="no data rows under the header", line=line)]
    dates: list[date] = []
    values = np.full((len(data), len(header) - 1), np.nan)
    for i, (at, fields) in enumerate(data):
        if len(fields) != len(header):
            faults.append(Fault(message=f"{len(fields)} fields, the header has {len(header)}", line=at))
            continue
        day = parse_date(fields[0])
        if day is None or (dates and day <= dates[-1]):
            faults.append(Fault(message=f"{fields[0]!r} is no date after the one before it", line=at))
            continue
        dates.append(day)
        for j, field in enumerate(fields[1:]):
            if field not in MISSING:
                values[i, j] = _price(field, at, header[j + 1], faults)
    if faults:
        raise FileFaults(where, faults)
    by_date = pd.DataFrame(values, columns=header[1:], index=pd.DatetimeIndex(pd.to_datetime(dates), name="date"))
    lines = np.array([at for at, _ in data], dtype=np.int64)
    file = HistoryFile(name=where, values=by_date, lines=lines, notes=table.notes)
    return History(values=by_date, files=(file,))


def _is_heading(fields: Sequence[str]) -> bool:
    return plain(fields[0]) == "date" and len(fields) > 1


def _price(field: str, line: int, column: str, faults: list[Fault]) -> float:
    found = parse_number(field)
    if found is None or not SMALLEST_PRICE < found < LARGEST_PRICE:
        wanted = f"it must be a number above {SMALLEST_PRICE:f} and below {LARGEST_PRICE:,.0f}{number_hint(field)}"
        faults.append(Fault(message=f"{field[:40]!r} is no price: {wanted}", line=line, where=column))
        return float("nan")
    return found
