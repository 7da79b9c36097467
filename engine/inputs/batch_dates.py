"""Which nights a batch is asked for: dates by name, or by a rule that looks at the files or at the clock."""

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from engine.conventions.calendars import Calendars
from engine.errors import InputError
from engine.sheet_path import file_of, path_of_sheet, sheet_of

DATE = "{date}"  # in paths, stands for the valuation date, 2025-05-28
LAST, PREVIOUS = "last", "previous"
TOKYO = "Asia/Tokyo"
_LONGEST_CLOSURE_DAYS = 30  # before the clock's day: there is always a business day in it


@dataclass(frozen=True, slots=True, kw_only=True)
class NightDate:
    """A valuation date, and what it means when there is nothing to do for it."""

    day: date
    is_on_command: bool = False  # named by --date, as a scheduler does that knows no holidays
    without_market: str | None = None  # why no night is due while it has no market; None: that is an error
    when_recorded: str | None = None  # why there is no new night once it is recorded; None: it is that night again
    notice: str | None = None  # what was passed over, for people to look at

    def why_none(self) -> str | None:
        """Say why no night is due for a day without a market; None where it is, so that its lack is an error."""
        if self.is_on_command and not _is_business_day(self.day):
            return f"{_words(self.day)} is no business day of Tokyo and New York, and has no market"
        return self.without_market


def utc_now() -> datetime:
    """Return the time of the machine's clock."""
    return datetime.now(UTC)


def previous_date(zone: str, now: datetime) -> NightDate:
    """Return the business day, of Tokyo and New York both, before the day that `now` is in a time zone.

    While that day itself is none, a market that is not there yet is no error: the next business day brings it.

    Raises
    ------
    InputError
        There is no such time zone.
    """
    today = now.astimezone(_zone(zone)).date()
    before = [today - timedelta(days) for days in range(1, _LONGEST_CLOSURE_DAYS)]
    day = next(each for each in before if _is_business_day(each))
    weekday = next(each for each in before if each.weekday() < 5)
    closed = f"{_words(today)} is no business day of Tokyo and New York"
    recorded = f"{_words(weekday)} was no business day of Tokyo and New York, and {day} before it is recorded"
    return NightDate(
        day=day,
        without_market=None if _is_business_day(today) else f"{closed}, and {day} has no market yet",
        when_recorded=None if weekday == day else recorded,
    )


def last_date(market: str, books: Sequence[str], folder: Path) -> NightDate:
    """Return the newest day for which the market and every book by date have files.

    market   path that holds {date}
    books    the same, or globs
    folder   of the batch file, to which books are relative

    Raises
    ------
    InputError
        No day has all files, or the market's path holds no {date}.
    """
    if DATE not in market:
        raise InputError(f"--date {LAST} looks for the newest market, but `market` is one file: put {DATE} in its name")
    lacking: list[str] = []
    for day in sorted(_days_of(market), reverse=True):
        absent = [folder / b.replace(DATE, day.isoformat()) for b in books if not files_of_day(b, day, folder)]
        if not absent:
            notice = f"passed over, with a market but without its books: {'; '.join(lacking)}" if lacking else None
            recorded = f"{day} is the newest day that has all its files, and it is recorded"
            return NightDate(day=day, when_recorded=recorded, notice=notice)
        lacking.append(f"{day} has no {absent[0]}")
    found = f"; {lacking[0]}" if lacking else ""
    raise InputError(f"--date {LAST}: no day has a market like {market} and every book{found}")


def files_of_day(name: str, day: date, folder: Path) -> list[Path]:
    """Return the files that a name, which may hold {date} and be a glob, has on a day: those that are there."""
    return [path for path in paths_like(name.replace(DATE, day.isoformat()), folder) if file_of(path).exists()]


def paths_like(name: str, folder: Path) -> list[Path]:
    """Return the path of a name in a folder, or those of a glob that are there; the folder's own name is no glob."""
    file, sheet = str(file_of(name)), sheet_of(name)
    names = sorted(glob.glob(file, root_dir=folder)) if glob.has_magic(file) else [file]
    return [folder / (each if sheet is None else path_of_sheet(each, sheet)) for each in names]


def _days_of(pattern: str) -> set[date]:
    """Return the days for which a path that holds {date} is there."""
    shape = glob.escape(pattern).replace(glob.escape(DATE), "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]")
    first, *others = (re.escape(part) for part in pattern.split(DATE))
    whole = re.compile(first + r"(\d{4}-\d{2}-\d{2})" + r"\1".join(others), re.DOTALL)
    texts = [match[1] for path in glob.glob(shape) if (match := whole.fullmatch(path))]
    return {day for text in texts if (day := _day(text)) is not None}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _is_business_day(day: date) -> bool:
    """Return whether simulated paths step on a day: a business day of Tokyo and New York both."""
    days = Calendars(day).steps.days
    return bool(days[np.searchsorted(days, 0)] == 0)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f"--tz: there is no time zone called {name!r}; give one such as {TOKYO}") from None


def _words(day: date) -> str:
    return f"{day:%A} {day}"
