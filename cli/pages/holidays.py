"""engine/conventions/holidays.csv: what QuantLib knows of holidays; `python -m cli.pages.holidays` writes it.

A file, since loading QuantLib takes longer than all that a run asks of it, and so that no run depends on its version.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.conventions.calendars import HOLIDAYS

YEARS = range(1901, 2200)  # those that QuantLib has dates of
CENTRES: dict[str, Callable[[], "ql.Calendar"]] = {  # by the names that currencies have for them
    "Tokyo": ql.Japan,  # bank holidays: public ones, with 31 December to 3 January
    "New York": lambda: ql.UnitedStates(ql.UnitedStates.GovernmentBond),
    "Federal Reserve": lambda: ql.UnitedStates(ql.UnitedStates.FederalReserve),  # dollars are paid on Good Friday
    "TARGET": ql.TARGET,  # the euro's settlement system
    "Sydney": lambda: ql.Australia(ql.Australia.Settlement),
    "Mexico City": ql.Mexico,  # bank holidays
}


def text() -> str:
    """Return the whole file: a line a centre and year, with its holidays that are no Saturday or Sunday."""
    head = f"centre,year,holidays on weekdays by QuantLib {ql.__version__}; written by python -m cli.pages.holidays"
    made = [(name, make()) for name, make in CENTRES.items()]
    return "\n".join([head, *(_line(name, calendar, year) for name, calendar in made for year in YEARS), ""])


def _line(name: str, calendar: "ql.Calendar", year: int) -> str:
    first = date(year, 1, 1)
    days = [first + timedelta(n) for n in range((date(year, 12, 31) - first).days + 1)]
    closed = [day for day in days if day.weekday() < 5 and calendar.isHoliday(ql.Date(day.day, day.month, day.year))]
    return f"{name},{year},{' '.join(f'{day:%m-%d}' for day in closed)}"


if __name__ == "__main__":
    Path(HOLIDAYS).write_text(text(), encoding="utf-8", newline="\n")
