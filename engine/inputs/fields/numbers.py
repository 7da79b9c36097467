"""A number in a text field: plain digits, or none. What else float() would take is refused."""

import math
import re
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from engine.inputs.fields.full_width import half_width
from kernels.types import F64

_MOST_CHARACTERS = 64  # a float64 takes 24 at most, a decimal of a Parquet file 40
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:[eE][+-]?[0-9]+)?")
_NEGATIVE = re.compile(r"[△▲]\s*(?=[0-9.])")  # before a number, as Japanese accounts write a negative one
_PLAIN_CHARACTERS = frozenset("0123456789.-")  # of which float() takes what `parse_number` takes, and nothing else

PLAIN = "a number in plain digits"


def parse_number(field: str) -> float | None:
    """Return the number of a field, spaces around it aside: `-1.5`, `1e6`, `△1.5`, which is -1.5.

    Digits, points and signs may be full-width. None for any other form: separators of thousands (no publisher's file
    that is read has them, and "1,500" is one and a half elsewhere), underscores, `nan`, `inf`, digits of other scripts,
    more than 64 characters; and for what a float64 cannot hold, 1e999 and 1e-999.
    """
    text = field.strip() if field.isascii() else _NEGATIVE.sub("-", half_width(field).strip(), count=1)
    if len(text) > _MOST_CHARACTERS or not (found := _NUMBER.fullmatch(text)):
        return None
    value = float(text)
    vanished = value == 0.0 and float(found[1]) != 0.0
    return None if vanished or not math.isfinite(value) else value


def parse_fraction(field: str) -> float | None:
    """Return the decimal of a field that holds a fraction: `0.0425`, or in percent, `4.25%`; None for another form."""
    text = half_width(field).strip()
    if not text.endswith("%"):
        return parse_number(field)
    percent = text.removesuffix("%").rstrip()
    if parse_number(percent) is None:
        return None
    return float(Decimal(_NEGATIVE.sub("-", percent)).scaleb(-2))  # 0.0425 to the last bit, which 4.25 / 100 is not


def parse_numbers(fields: Sequence[str]) -> F64 | None:
    """Return (n_fields,) what `parse_number` gives of each, in a fifth of its time; None where it must be asked."""
    if not _PLAIN_CHARACTERS.issuperset("".join(fields)) or max(map(len, fields), default=0) > _MOST_CHARACTERS:
        return None
    try:
        return np.fromiter(map(float, fields), dtype=np.float64, count=len(fields))
    except ValueError:
        return None


def number_hint(field: str) -> str:
    """Return what may have been meant by a field that is no number, as `; write ...`; else nothing."""
    text = half_width(field).strip()
    if len(text) > _MOST_CHARACTERS:
        return f"; it has {len(text):,} characters, and {_MOST_CHARACTERS} are enough"
    if re.fullmatch(r"\([0-9.]+\)", text):
        return f"; write a negative with a minus sign: -{text[1:-1]}"
    if "," in text or "_" in text or " " in text:
        return "; write 1000000.5, without separators, with a point"
    if text.endswith("%"):
        return "; write the number alone, without the sign"
    if not text.isascii():
        return "; use the ASCII digits 0 to 9"
    if match := re.fullmatch(r"([0-9]+)['-]([0-2][0-9]|3[01])(\+?)", text):
        return f"; is {int(match[1]) + (int(match[2]) + 0.5 * bool(match[3])) / 32:.12g} meant? Write 32nds as decimals"
    return "; a float64 cannot hold it" if _NUMBER.fullmatch(text) else ""
