"""A date in a text field: ISO, or in another form that means one day. A week's date and a serial number are none."""

import re
from datetime import date

from engine.inputs.fields.full_width import half_width

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")  # 2025-05-28
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")  # 1974/9/24, the Ministry's
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2}|[0-9]{4})")  # 05/28/2025 and 5/28/25, the Treasury's
_MONTH_NAMED = re.compile(
    r"([0-9]{1,2})[- ]([A-Za-z]{3})[A-Za-z]*[- ]([0-9]{2}|[0-9]{4})"
)  # 28-May-25, a spreadsheet's
_KANJI = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")  # 2025年5月28日
_ERA = re.compile(r"([SHRshr])([0-9]{1,2})([./-])([0-9]{1,2})\3([0-9]{1,2})")  # R7.5.28, the Ministry's
_ERA_KANJI = re.compile(r"(昭和|平成|令和)([0-9]{1,2}|元)年([0-9]{1,2})月([0-9]{1,2})日")  # 令和7年5月28日
_ERA_LETTERS = {"昭和": "S", "平成": "H", "令和": "R"}
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


def parse_year_first(field: str) -> date | None:
    """Return the date of a field that begins with its year; None for another form or no such day.

    Read are 2034-12-20, 2034/12/20, 2034年12月20日, and years of the eras Showa to Reiwa: R16.12.20, 令和16年12月20日,
    令和元年. A day that lies outside its era, as 平成36年, is none. Digits may be full-width.
    """
    text = half_width(field).strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found[1], found[3], found[4])
    if found := _KANJI.fullmatch(text):
        return _day(*found.groups())
    if found := _ERA.fullmatch(text):
        return _era_day(found[1].upper(), found[2], found[4], found[5])
    if found := _ERA_KANJI.fullmatch(text):
        return _era_day(_ERA_LETTERS[found[1]], found[2].replace("元", "1"), found[3], found[4])
    return None


def parse_date(field: str) -> date | None:
    """Return the date of a field, with its year first or in a publisher's form; None for another form or no such day.

    Years of two digits: 90 to 99 are of the last century, 00 to 49 of this one; others are None, since no file says
    which. Month before day where there is no name: a file with the day first is not in order of its dates.
    """
    text = field.strip()
    if (day := parse_year_first(text)) is not None:
        return day
    if found := _MONTH_FIRST.fullmatch(text):
        return _day(_full_year(found[3]), found[1], found[2])
    if found := _MONTH_NAMED.fullmatch(text):
        return _day(_full_year(found[3]), _month(text), found[1])
    return None


def _era_day(era: str, year: str, month: str, day: str) -> date | None:
    found = _day(str(_ERA_STARTS[era].year + int(year) - 1), month, day)
    return found if found is not None and _ERA_STARTS[era] <= found <= _ERA_ENDS[era] else None


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
