"""One text field of a book becomes a value, or an error that says what is wrong with it."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from unicodedata import normalize

from engine.conventions.currencies import CURRENCIES
from engine.inputs.fields.dates import parse_year_first
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_fraction, parse_number
from engine.instruments.registry import KINDS
from engine.instruments.rows.checks import COUPONS, MAX_DELIVERABLES
from engine.instruments.rows.columns import Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Deliverable
from engine.instruments.rows.ranges import scale_hint
from engine.instruments.rows.texts import id_error, shown, text_error

MISSING_MARKERS = frozenset({".", "-", "N/A", "#N/A", "NA"})  # in `price`, a market quote: no price, with a warning

SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_SPREADSHEET_ZERO = date(1899, 12, 30)
_SHORTENED = re.compile(r"[0-9]\.[0-9]+[eE]\+[0-9]{2}")  # 1.23457E+18, as Excel saves an id of 19 digits

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
        case "deliverables":
            return _deliverables(text)
    return _text(column.name, text)


def _number(column: Column, text: str) -> float:
    value = parse_fraction(text) if column.is_fraction else parse_number(text)
    if value is None:
        missing = "; leave the field empty if there is none" if text in MISSING_MARKERS else ""
        raise FieldError(f"must be {PLAIN}, got {shown(text)}{missing or number_hint(text)}")
    if not column.low <= value < column.high:
        wanted = f"must be at least {column.low:g} and below {column.high:g}, got {text}"
        raise FieldError(wanted + scale_hint(value, column.name, column.low, column.high))
    return value


@lru_cache(maxsize=65536)
def _date(text: str) -> date:
    if (day := parse_year_first(text)) is not None:
        return day
    if re.fullmatch(r"[0-9]{4}([-/])[0-9]{1,2}\1[0-9]{1,2}", text):
        raise FieldError(f"there is no such day, got {shown(text)}")
    hint = ""
    if re.fullmatch(r"[0-9]{4,5}", text):
        meant = _SPREADSHEET_ZERO + timedelta(days=int(text))
        hint = f"; if this is a spreadsheet's serial number of the 1900 system, {meant} is meant: format it as a date"
    raise FieldError(f"must be a date, YYYY-MM-DD, got {shown(text)}{hint}")


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


def _text(name: str, text: str) -> str:
    if text in SHEET_ERRORS:
        raise FieldError(f"holds a spreadsheet's error, {text}: correct the formula, or write the text itself")
    if name in ("position_id", "book"):
        text = normalize("NFC", text)  # two spellings of one letter, which look alike, make one name
    if name == "position_id" and _SHORTENED.fullmatch(text):
        raise FieldError(
            f"is a number that a spreadsheet shortened, {text}: its last digits are lost, and two ids may be one;"
            " format the column as text and write the ids again"
        )
    error = id_error(text) if name == "position_id" else text_error(name, text)
    if error is not None:
        raise FieldError(error)
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
    if not COUPONS[0] <= value < COUPONS[1]:
        raise FieldError(f"coupons are decimals per year, at least 0 and below 0.2, got {coupon} in {shown(word)}")
    return value, _date(maturity)


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    close = get_close_matches(text.upper(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
