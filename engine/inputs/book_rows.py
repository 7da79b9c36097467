"""Rows of text cells become checked positions, and everything wrong with them becomes faults."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache

from engine.book.position import (
    ALWAYS,
    COLUMNS,
    CURRENCIES,
    MAX_LOAN_YEARS,
    MAX_TERM_YEARS,
    RULES,
    Column,
    Kind,
    KindRule,
    Position,
)
from engine.errors import Fault
from engine.inputs.book_table import Table

DEFAULT_BOOK = "main"  # of every position in a file without a `book` column
MISSING_MARKERS = frozenset({".", "-", "N/A", "#N/A", "NA"})  # in `price`, a market quote: no price, with a warning

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SPREADSHEET_ZERO = date(1899, 12, 30)
_CURRENCY_WORDS = {"YEN": "JPY", "¥": "JPY", "EN": "JPY", "DOLLAR": "USD", "US$": "USD", "$": "USD"}

Value = str | float | date


class _CellError(Exception):
    """What is wrong with one cell."""


@dataclass(slots=True)
class Rows:
    """Positions read so far and what was found on the way."""

    positions: list[Position] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(table: Table, valuation_date: date) -> Rows:
    """Check every row against the rule of its kind. A row with a fault gives no position."""
    rows = Rows(faults=list(table.faults), warnings=list(table.warnings))
    columns = [(i, COLUMNS[name]) for i, name in enumerate(table.header) if name in COLUMNS]
    missing_prices: Counter[str] = Counter()
    first_line: dict[str, int] = {}
    for line, cells in table.rows:
        values, errors = _values(columns, cells, missing_prices)
        name = values.get("position_id")
        if name is not None and (before := first_line.setdefault(str(name), line)) != line:
            errors["position_id"] = f"{name!r} already stands on line {before}; ids are unique in a file"
        if isinstance(values.get("kind"), Kind):
            for column, message in _rule_errors(values, table.header, errors, valuation_date):
                errors.setdefault(column, message)
        if errors:
            rows.faults += [Fault(message=errors[name], line=line, where=name) for name in errors]
        else:
            rows.positions.append(_position(values, line))
    if missing_prices:
        shown = ", ".join(f"{marker!r} x {count:,}" for marker, count in sorted(missing_prices.items()))
        rows.warnings.append(f"column 'price': {missing_prices.total():,} cells read as no price ({shown})")
    return rows


def _values(
    columns: list[tuple[int, Column]], cells: tuple[str, ...], missing_prices: Counter[str]
) -> tuple[dict[str, Value], dict[str, str]]:
    """Cells that are not empty, parsed by their column; and errors by column."""
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for i, column in columns:
        text = cells[i]
        if not text:
            continue
        name = column.name
        if name == "price" and text in MISSING_MARKERS:
            missing_prices[text] += 1
            continue
        try:
            values[name] = _parsed(column, text)
        except _CellError as error:
            errors[name] = str(error)
    return values, errors


def _parsed(column: Column, text: str) -> Value:
    if text != text.strip():
        raise _CellError(f"has spaces around the value, got {_shown(text)}; remove them")
    if column.type == "number":
        return _number(column, text)
    if column.type == "date":
        return _date(text)
    match column.name:
        case "kind":
            return _kind(text)
        case "currency":
            return _currency(text)
        case "book":
            return _book(text)
    return _position_id(text)


def _number(column: Column, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise _CellError(f"must be a number in plain digits, got {_shown(text)}{_number_hint(text)}")
    value = float(text)
    if not column.low <= value < column.high:
        wanted = f"must be at least {column.low:g} and below {column.high:g}, got {text}"
        raise _CellError(wanted + _scale_hint(value, column.name, column.low, column.high))
    return value


def _number_hint(text: str) -> str:
    if re.fullmatch(r"\([0-9.]+\)", text):
        return f"; write a negative with a minus sign: -{text[1:-1]}"
    if "," in text or "_" in text or " " in text:
        return "; write 1000000.5, without separators, with a point"
    if text.endswith("%"):
        return "; write a decimal, 0.0425 for 4.25 %"
    if not text.isascii():
        return "; use the ASCII digits 0 to 9"
    return "; leave the cell empty if there is none" if text in MISSING_MARKERS else ""


def _scale_hint(value: float, name: str, low: float, high: float) -> str:
    if not math.isfinite(value) or value == 0.0:
        return ""
    if name in ("coupon", "rate") and low <= value / 100.0 < high and high < 1.0:
        return f"; is {value / 100.0:.12g} meant? Rates are decimals per year"
    if name == "rate" and low <= 1.0 / value < high:
        return f"; is {1.0 / value:.6g} meant? The rate is yen for one dollar"
    if name == "price" and low <= 100.0 * value < high:
        return f"; is {100.0 * value:.12g} meant? Prices are per 100 of face"
    return f"; sanity limit of `{name}`"


@lru_cache(maxsize=65536)
def _date(text: str) -> date:
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _CellError(f"there is no such day, got {_shown(text)}") from None
    hint = ""
    if re.fullmatch(r"[0-9]{4,5}", text):
        meant = _SPREADSHEET_ZERO + timedelta(days=int(text))
        hint = f"; if this is a spreadsheet's serial number, {meant} is meant"
    raise _CellError(f"must be a date written as text, YYYY-MM-DD, got {_shown(text)}{hint}")


@lru_cache(maxsize=256)
def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        hint = _did_you_mean(text, list(Kind))
        raise _CellError(f"unknown kind {_shown(text)}{hint}; known are {', '.join(Kind)}") from None


@lru_cache(maxsize=256)
def _currency(text: str) -> str:
    if text in CURRENCIES:
        return text
    meant = _CURRENCY_WORDS.get(text.upper())
    hint = f"; did you mean {meant}?" if meant else _did_you_mean(text, CURRENCIES)
    raise _CellError(f"unknown currency {_shown(text)}{hint}; known are {', '.join(CURRENCIES)}")


@lru_cache(maxsize=1024)
def _book(text: str) -> str:
    if not _BOOK.fullmatch(text):
        raise _CellError(
            f"a book's name has 1 to 64 letters, digits, '.', '_' or '-', and starts with a letter or digit,"
            f" got {_shown(text)}"
        )
    return text


def _position_id(text: str) -> str:
    if len(text) > 128 or not text.isprintable():
        raise _CellError(f"must have at most 128 printable characters, got {_shown(text)}")
    return text


def _did_you_mean(text: str, known: list[Kind] | tuple[str, ...]) -> str:
    close = get_close_matches(text.upper(), known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _rule_errors(
    values: Mapping[str, Value], header: tuple[str, ...], errors: Mapping[str, str], valuation_date: date
) -> list[tuple[str, str]]:
    """What the rule of a row's kind says against it: (column, message)."""
    kind = Kind(str(values["kind"]))
    rule, found = RULES[kind], []
    for name in (*ALWAYS, "book", *rule.required):
        if name not in values and name not in errors and (name != "book" or "book" in header):
            where = "" if name in header else "; the file has no such column"
            found.append((name, f"is empty, but {kind} needs it: {COLUMNS[name].meaning}{where}"))
    for name in values:
        if not rule.takes(name):
            found.append((name, f"{kind} takes no `{name}`; leave the cell empty"))
    currency = values.get("currency")
    if currency is not None and currency not in rule.currencies:
        found.append(("currency", f"{kind} is in {' or '.join(rule.currencies)}, got {currency!r}"))
    return found + _rate_errors(values, rule) + _date_errors(values, valuation_date)


def _rate_errors(values: Mapping[str, Value], rule: KindRule) -> list[tuple[str, str]]:
    rate = values.get("rate")
    if rule.rate_range is None or not isinstance(rate, float):
        return []
    low, high = rule.rate_range
    if low <= rate < high:
        return []
    hint = _scale_hint(rate, "rate", low, high)
    return [("rate", f"must be at least {low:g} and below {high:g}, got {rate:g}{hint}")]


def _date_errors(values: Mapping[str, Value], valuation_date: date) -> list[tuple[str, str]]:
    found = []
    issue, start, maturity = (values.get(name) for name in ("issue_date", "start_date", "maturity"))
    if isinstance(maturity, date) and maturity.year > valuation_date.year + MAX_TERM_YEARS:
        limit = f"{valuation_date.year + MAX_TERM_YEARS}-12-31"
        found.append(("maturity", f"the largest maturity is {limit}, got {maturity}"))
    if isinstance(issue, date) and issue > valuation_date:
        found.append(("issue_date", f"is after the valuation date {valuation_date}, got {issue}; remove the position"))
    for name, first in (("issue_date", issue), ("start_date", start)):
        if isinstance(first, date) and isinstance(maturity, date) and first >= maturity:
            found.append((name, f"must be before the maturity {maturity}, got {first}"))
    if isinstance(start, date) and isinstance(maturity, date) and (maturity - start).days > 366 * MAX_LOAN_YEARS:
        found.append(("start_date", f"a loan may run {MAX_LOAN_YEARS} years at most, got {start} to {maturity}"))
    return found


def _position(values: dict[str, Value], line: int) -> Position:
    values.setdefault("book", DEFAULT_BOOK)
    return Position(**values, line=line)  # type: ignore[arg-type]  # each column's parser gives its field's type
