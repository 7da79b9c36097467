"""One text field of a book becomes a value, or an error that says what is wrong with it."""

import math
import re
from collections.abc import Iterable
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache

from engine.conventions.contracts import parse_contract
from engine.conventions.currencies import CURRENCIES
from engine.errors import InputError
from engine.inputs.fields.dates import parse_iso_date
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Deliverable
from engine.market.factors import tenor_years

MISSING_MARKERS = frozenset({".", "-", "N/A", "#N/A", "NA"})  # in `price`, a market quote: no price, with a warning
MAX_DELIVERABLES = 100

_BOOK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FACTOR = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
_SPREADSHEET_ZERO = date(1899, 12, 30)
_RATES = ("coupon", "rate", "market_yield", "spread", "fixed_so_far", "fixed_so_far_jpy", "vol")

Value = str | float | date | Kind | tuple[Deliverable, ...]


class FieldError(Exception):
    """What is wrong with one field."""


def parsed(column: Column, text: str) -> Value:
    """Return the value of a field that is not empty and has no spaces around it. Raises FieldError."""
    if column.type == "number":
        return _number(column, text)
    if column.type == "date":
        return _date(text)
    match column.name:
        case "kind":
            return _kind(text)
        case "currency" | "against":
            return _currency(text)
        case "book":
            return _book(text)
        case "deliverables":
            return _deliverables(text)
        case "contract" | "tenor":
            return _checked(column.name, text)
        case "factor":
            return _factor(text)
    return _position_id(text)


def scale_hint(value: float, name: str, low: float, high: float, words: str = "") -> str:
    """Return what may have been meant by a number out of range; `words` say what an exchange rate counts."""
    if not math.isfinite(value) or value == 0.0:
        return ""
    if name in _RATES and low <= value / 100.0 < high and high <= 1.0:
        return f"; is {value / 100.0:.12g} meant? Rates are decimals per year"
    if words and low <= 1.0 / value < high:
        return f"; is {1.0 / value:.6g} meant? The rate is {words}"
    if name == "price" and low <= 100.0 * value < high:
        return f"; is {100.0 * value:.12g} meant? Prices are per 100 of face"
    return f"; sanity limit of `{name}`"


def shown(text: str) -> str:
    """Return a field's text in a message, cut where it is long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _number(column: Column, text: str) -> float:
    value = parse_number(text)
    if value is None:
        missing = "; leave the field empty if there is none" if text in MISSING_MARKERS else ""
        percent = "; write a decimal, 0.0425 for 4.25 %" if text.endswith("%") else ""
        raise FieldError(f"must be {PLAIN}, got {shown(text)}{missing or percent or number_hint(text)}")
    if not column.low <= value < column.high:
        wanted = f"must be at least {column.low:g} and below {column.high:g}, got {text}"
        raise FieldError(wanted + scale_hint(value, column.name, column.low, column.high))
    return value


@lru_cache(maxsize=65536)
def _date(text: str) -> date:
    if (day := parse_iso_date(text)) is not None:
        return day
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise FieldError(f"there is no such day, got {shown(text)}")
    hint = ""
    if re.fullmatch(r"[0-9]{4,5}", text):
        meant = _SPREADSHEET_ZERO + timedelta(days=int(text))
        hint = f"; if this is a spreadsheet's serial number, {meant} is meant"
    raise FieldError(f"must be a date written as text, YYYY-MM-DD, got {shown(text)}{hint}")


def _kind(text: str) -> Kind:
    if text not in KINDS:
        raise FieldError(f"unknown kind {shown(text)}{_did_you_mean(text, KINDS)}; known are {', '.join(KINDS)}")
    return KINDS[text]


def _currency(text: str) -> str:
    if text in CURRENCIES:
        return text
    meant = next((code for code, each in CURRENCIES.items() if text.upper() in each.written), None)
    hint = f"; did you mean {meant}?" if meant else _did_you_mean(text, CURRENCIES)
    raise FieldError(f"unknown currency {shown(text)}{hint}; known are {', '.join(CURRENCIES)}")


@lru_cache(maxsize=1024)
def _book(text: str) -> str:
    if not _BOOK.fullmatch(text):
        raise FieldError(
            f"a book's name has 1 to 64 letters, digits, '.', '_' or '-', and starts with a letter or digit,"
            f" got {shown(text)}"
        )
    return text


@lru_cache(maxsize=1024)
def _factor(text: str) -> str:
    if not _FACTOR.fullmatch(text):
        raise FieldError(f"a factor's name has 1 to 32 capitals, digits and '_', such as SPX, got {shown(text)}")
    return text


@lru_cache(maxsize=1024)
def _checked(name: str, text: str) -> str:
    """Return a contract or tenor, kept as text."""
    try:
        if name == "contract":
            parse_contract(text)
        elif not (round(tenor_years(text) * 12.0, 9).is_integer() and tenor_years(text) <= 40.0):
            raise FieldError(f"a swap runs whole months, up to 40Y, got {shown(text)}")
    except InputError as error:
        raise FieldError(str(error)) from None
    return text


@lru_cache(maxsize=4096)
def _deliverables(text: str) -> tuple[Deliverable, ...]:
    """Return bonds of a basket: "0.008@2033-12-20 0.011@2034-06-20"."""
    words = text.split(" ")
    if len(words) > MAX_DELIVERABLES:
        raise FieldError(f"holds {len(words)} bonds; a basket has {MAX_DELIVERABLES} at most")
    found = [_deliverable(word) for word in words]
    if twice := next((word for i, word in enumerate(words) if found[i] in found[:i]), None):
        raise FieldError(f"names the bond {shown(twice)} twice; remove one")
    return tuple(found)


def _deliverable(word: str) -> Deliverable:
    coupon, _, maturity = word.partition("@")
    value = parse_number(coupon)
    if value is None or not maturity:
        raise FieldError(
            f"lists bonds as coupon@maturity with one space between, such as 0.008@2033-12-20, got {shown(word)}"
        )
    if not 0.0 <= value < 0.2:
        raise FieldError(f"coupons are decimals per year, at least 0 and below 0.2, got {coupon} in {shown(word)}")
    return value, _date(maturity)


def _position_id(text: str) -> str:
    if len(text) > 128 or not text.isprintable():
        raise FieldError(f"must have at most 128 printable characters, got {shown(text)}")
    return text


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    close = get_close_matches(text.upper(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
