"""A typed field of a spreadsheet becomes the text that a CSV file has for it: no bit is lost, nothing is rounded."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

Typed = int | float | str | bool | time | date | datetime | timedelta


def field_text(value: Typed, *, is_percent: bool) -> str:
    """Return the text of a field.

    A number is written with the fewest digits that give the same float64 back, so 0.1 is 0.1 however many digits the
    file holds of it; a whole number without a point. One that is shown with a percent sign is written so: 0.05 is
    5%, and each column decides whether that is a number of its own. A date is written as 2034-12-20, a time of day
    beside it too, which no column takes.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _percent(value) if is_percent else _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: float) -> str:
    return str(int(value)) if isinstance(value, int) or (value.is_integer() and abs(value) < 1e16) else repr(value)


def _percent(value: float) -> str:
    shifted = Decimal(repr(value)).scaleb(2)
    if not shifted.is_finite():
        return f"{value!r}%"
    return f"{shifted.normalize():f}%"
