"""Candidate trades as a form or a program gives them: rows of a book file, each with a size."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from engine.conventions.currencies import CURRENCIES, HOME
from engine.errors import InputError
from engine.inputs.opened import Opened
from engine.market.market import Market

MOST_ROWS = 50
LARGEST_SIZE = 1000  # percent of a row's notional
SIZED, NAMED = "notional", "position_id"
_DAYS_TO_DELIVERY = 91


def opened_rows(text: str, what: str) -> Opened:
    """Return rows, `what` they are, as the reader of books takes them. Raises InputError for no table's text."""
    if "\0" in text or not text.strip():
        raise InputError(
            f"{what}: a CSV with a line of headings and a line for each was wanted; `unwind book template` lists the"
            " kinds and their columns"
        )
    return Opened(path=Path(f"{what}.csv"), data=text.encode())


def names_of(text: str) -> tuple[str, ...]:
    """Return the names of the trades, as far as rows have one: what sliders are called."""
    return tuple(row[NAMED] for row in _rows(text) if row.get(NAMED))[:MOST_ROWS]


def sized(text: str, sizes: Mapping[str, int]) -> str:
    """Return trades with their notional multiplied, those of size 0 left out; all else is left to the reader of books.

    sizes   percent of the notional by a trade's name; 100 where it has none

    Raises InputError where a size is not from -1,000 to 1,000, or nothing is left.
    """
    for name, size in sizes.items():
        if not -LARGEST_SIZE <= size <= LARGEST_SIZE:
            raise InputError(f"size of {name!r}: must lie from -{LARGEST_SIZE:,} to {LARGEST_SIZE:,} %, got {size:,}")
    if all(sizes.get(name, 100) == 100 for name in names_of(text)):
        return text
    rows = _rows(text)
    kept = [_scaled(row, sizes.get(row.get(NAMED) or "", 100)) for row in rows if sizes.get(row.get(NAMED) or "", 100)]
    if not kept:
        raise InputError("every trade has the size 0: there is nothing to try")
    return table_text(kept)


def table_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as CSV, a column for each key that any of them has. Raises InputError for too many rows, or none."""
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InputError(f"rows: from 1 to {MOST_ROWS} are taken at once, got {len(rows)}")
    columns = list(dict.fromkeys(key for row in rows for key in row if key is not None))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def example_trades(market: Market) -> str:
    """Return trades to begin with: a long bond of either curve sold, and dollars sold forward at today's rate."""
    day = market.valuation_date
    code = next(each for each in CURRENCIES if each != HOME)
    forward = _weekday(day + timedelta(days=_DAYS_TO_DELIVERY))
    return (
        "position_id,kind,currency,notional,coupon,maturity,rate\n"
        f"SELL-JGB-20Y,JGB,{HOME},-10000000000,0.02,{day.year + 20}-03-20,\n"
        f"SELL-UST-10Y,UST,{code},-50000000,0.0425,{day.year + 10}-05-15,\n"
        f"SELL-{code}-3M,FX_FORWARD,{code},-100000000,,{forward},{market.rate(code):.2f}\n"
    )


def _weekday(day: date) -> date:
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)


def _rows(text: str) -> list[dict[str, str]]:
    try:
        return [*csv.DictReader(io.StringIO(text, newline=""))]
    except csv.Error:
        return []  # the reader of books says what is wrong


def _scaled(row: dict[str, str], size: int) -> dict[str, str]:
    try:
        notional = Decimal(row.get(SIZED, "")) * size / 100
    except (InvalidOperation, TypeError):
        return row  # the reader of books says what is wrong
    return {**row, SIZED: f"{notional.normalize():f}"} if notional.is_finite() else row
