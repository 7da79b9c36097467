"""A date in a text field: ISO, or in a publisher's form. A week's date, a serial number and 30 February are none."""

import re
from datetime import date

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")  # 2025-05-28
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")  # 1974/9/24, the Ministry's
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2}|[0-9]{4})")  # 05/28/2025 and 5/28/25, the Treasury's
_MONTH_NAMED = re.compile(
    r"([0-9]{1,2})[- ]([A-Za-z]{3})[A-Za-z]*[- ]([0-9]{2}|[0-9]{4})"
)  # 28-May-25, a spreadsheet's
_ERA = re.compile(r"([SHRshr])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,2})")  # R7.5.28, the Ministry's
_ERA_STARTS = {"S": date(1926, 12, 25), "H": date(1989, 1, 8), "R": date(2019, 5, 1)}
_ERA_ENDS = {"S": date(1989, 1, 7), "H": date(2019, 4, 30), "R": date.max}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    *("january", "february", "march", "april", "june", "july", "august"),
    *("sept", "september", "october", "november", "december"),
)
_FIRST_SHORT_YEAR, _LAST_SHORT_YEAR = 90, 49  # the Treasury's archive begins in 1990; 50 to 89 could be either century


def parse_iso_date(field: str) -> date | None:
    """Return the date of a field as YYYY-MM-DD, spaces around it aside; None for another form or no such day."""
    return _day(*found.groups()) if (found := _ISO.fullmatch(field.strip())) else None


def parse_date(field: str) -> date | None:
    """Return the date of a field, ISO or in a publisher's form; None for another form or no such day.

    Years of two digits: 90 to 99 are of the last century, 00 to 49 of this one; others are None, since no file says
    which. Month before day where there is no name: a file with the day first is not in order of its dates.
    """
    text = field.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found[1], found[3], found[4])
    if found := _MONTH_FIRST.fullmatch(text):
        return _day(_full_year(found[3]), found[1], found[2])
    if found := _MONTH_NAMED.fullmatch(text):
        return _day(_full_year(found[3]), _month(text), found[1])
    if found := _ERA.fullmatch(text):
        era = found[1].upper()
        day = _day(str(_ERA_STARTS[era].year + int(found[2]) - 1), found[3], found[4])
        return day if day is not None and _ERA_STARTS[era] <= day <= _ERA_ENDS[era] else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _full_year(year: str) -> str:
    if len(year) == 4:
        return year
    if int(year) >= _FIRST_SHORT_YEAR:
        return f"19{year}"
    return f"20{year}" if int(year) <= _LAST_SHORT_YEAR else "0"


def _month(text: str) -> str:
    """Return the number of a month's name, in any case; "0", no month, for a word that only begins like one."""
    word = re.sub(r"[^a-z]", "", text.lower())
    return str(_MONTHS.index(word[:3]) + 1) if word in (*_MONTHS, *_LONG_MONTHS) else "0"
