"""The numbers of a scenario's text that sliders move: lines `key = number`, each at its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InputError

MOST = 12  # sliders
FIELD, WAS = "line:", "was:"  # before a line's number in a form
_LINE = re.compile(r"^(\s*)([A-Za-z_][A-Za-z0-9_]*)(\s*=\s*)(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(\s*(?:#.*)?)$")
_TABLE = re.compile(r"^\s*\[{1,2}([^\]]+)\]{1,2}")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """One number."""

    line: int  # of the text, from 1
    key: str  # with its table: "carry.stop_loss"
    text: str  # as it is written
    low: str
    high: str
    step: str


def number_lines(text: str) -> tuple[NumberLine, ...]:
    """Return the numbers that stand on lines of their own, with a range from nothing to twice what they are."""
    table, found = "", []
    for i, line in enumerate(text.splitlines(), start=1):
        if match := _TABLE.match(line):
            table = f"{match[1].strip()}."
        elif (match := _LINE.match(line)) and float(match[4]):
            value = abs(float(match[4]))
            low, high = (f"{-2.0 * value:g}", "0") if float(match[4]) < 0.0 else ("0", f"{2.0 * value:g}")
            found.append(
                NumberLine(
                    line=i, key=f"{table}{match[2]}", text=match[4], low=low, high=high, step=f"{value / 50.0:g}"
                )
            )
    return tuple(found[:MOST])


def moved(text: str, form: Mapping[str, str]) -> str:
    """Return a text with the numbers of a form's sliders in place of those that they were made from.

    A slider that was not moved changes nothing. Raises InputError where one says no number.
    """
    lines = text.splitlines()
    for name, value in form.items():
        place = name.removeprefix(FIELD)
        if not name.startswith(FIELD) or value == form.get(f"{WAS}{place}"):
            continue
        if not _NUMBER.fullmatch(value):
            raise InputError(f"line {place}: must be a number, got {value!r}")
        i = int(place) - 1 if place.isdecimal() and len(place) < 7 else -1
        if 0 <= i < len(lines) and (match := _LINE.match(lines[i])) and match[4] == form.get(f"{WAS}{place}"):
            lines[i] = f"{match[1]}{match[2]}{match[3]}{value}{match[5]}"
    return "\n".join(lines) + "\n"
