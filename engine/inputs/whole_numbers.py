"""Whole numbers as people write them: 1000000, 1_000_000, 1e6. What may mean two things is not read."""

import re
from decimal import Decimal
from typing import Any

_MOST_DIGITS = 40
_PLAIN = re.compile(r"[+-]?[0-9]{1,40}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(_[0-9]{3}){1,12}")
_POWER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?[eE]\+?[0-9]{1,2}")
_COMMAS = re.compile(r"[+-]?[0-9]{1,3}([,.' \u00a0\u202f][0-9]{3})+")
_SUFFIXED = re.compile(r"([0-9]{1,6})\s*([kKmM]|mn|bn)")
_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9}
_EXACT = 2**53  # floats from here on stand for several whole numbers


def whole_number(value: Any) -> int | None:
    """Return the whole number that a text or number states without doubt; None where it states none.

    Spaces around a text do not count. 1e6 and 1_000_000 are read, and 1000000.0 in a file; 1,000,000 is not: a comma
    may stand for a point.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        return int(text)
    if _POWER.fullmatch(text):
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() and number.adjusted() < _MOST_DIGITS else None
    return None


def whole_number_hint(value: Any) -> str:
    """Return how to write the whole number that was probably meant; "" where none comes to mind."""
    text = value.strip() if isinstance(value, str) else ""
    if _COMMAS.fullmatch(text):
        meant = re.sub(r"[^0-9+-]", "", text)[:_MOST_DIGITS]
        return f"; is {meant} meant? Write it so, or with _ between thousands: a comma or point may be decimal"
    if match := _SUFFIXED.fullmatch(text):
        return f"; is {int(match[1]) * _SUFFIXES[match[2].lower()]} meant?"
    return ""
