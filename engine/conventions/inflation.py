"""Consumer prices as inflation-linked JGBs count them.

Source: Ministry of Finance, Japan, "Ref Index and Indexation Coefficient applicable to Inflation-Indexed Bonds": the
index of the 10th of a month is the consumer price index (all Japan, without fresh food) of three months before; between
two 10ths it is interpolated by days, and rounded to three decimals. The coefficient of a day is its index over that of
the 10th of the issue month, rounded to five decimals; to three for bonds issued before 31 March 2016. And "10-year
Inflation-Indexed Bonds": principal of bonds issued in and after 2013 is redeemed at face at least.
"""

import calendar
import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from engine.errors import InputError

Month = tuple[int, int]  # year, month

LAG_MONTHS = 3
INDEX_DAY = 10  # of a month, on which an index holds as published
INDEX_DECIMALS = 3
FLOORED_FROM = date(2013, 1, 1)
_FINE_FROM = date(2016, 3, 31)
_FINE, _COARSE = 5, 3  # decimals of a coefficient
_WORD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])@([0-9]{2,3}(?:\.[0-9]{1,3})?)")


def parse_cpi(text: str) -> Mapping[Month, float]:
    """Return consumer price indices by month from text such as "2025-02@110.8 2025-03@111.1". Raises InputError."""
    found: dict[Month, float] = {}
    for word in text.split(" "):
        match = _WORD.fullmatch(word)
        if match is None:
            raise InputError(
                "lists consumer price indices as month@index with one space between, such as 2025-02@110.8"
                f" 2025-03@111.1, got {word[:40]!r}"
            )
        month = int(match[1]), int(match[2])
        if month in found:
            raise InputError(f"names the month {match[1]}-{match[2]} twice")
        found[month] = float(match[3])
    return found


def reference_index(cpi: Mapping[Month, float], day: date) -> float:
    """Return the index of a day, rounded to three decimals. Raises InputError naming the month that is missing."""
    before = (day.year, day.month) if day.day >= INDEX_DAY else _shifted((day.year, day.month), -1)
    published = _at(cpi, _shifted(before, -LAG_MONTHS), day)
    if day.day == INDEX_DAY:
        return _rounded(published, INDEX_DECIMALS)
    following = _at(cpi, _shifted(before, 1 - LAG_MONTHS), day)
    start = date(*before, INDEX_DAY)
    length = calendar.monthrange(*before)[1]  # from one 10th to the next
    return _rounded(published + (following - published) * (day - start).days / length, INDEX_DECIMALS)


def indexation_coefficient(cpi: Mapping[Month, float], base_index: float, day: date, issued: date) -> float:
    """Return the coefficient of a day: its index over that of the 10th of the issue month. Errors as above."""
    return _rounded(reference_index(cpi, day) / base_index, _FINE if issued >= _FINE_FROM else _COARSE)


def _at(cpi: Mapping[Month, float], month: Month, day: date) -> float:
    if month not in cpi:
        raise InputError(f"the index of {day} needs the consumer prices of {month[0]}-{month[1]:02}: there are none")
    return cpi[month]


def _shifted(month: Month, by: int) -> Month:
    years, rest = divmod(12 * month[0] + month[1] - 1 + by, 12)
    return years, rest + 1


def _rounded(value: float, decimals: int) -> float:
    return float(Decimal(repr(round(value, 10))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
