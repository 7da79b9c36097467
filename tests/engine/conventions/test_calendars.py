"""Calendars against QuantLib's."""

from datetime import date

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813
from packaging.version import Version

from cli.pages import holidays
from engine.conventions.calendars import HOLIDAYS, Calendar, Calendars, is_holiday
from engine.errors import InputError

DATE = date(2025, 5, 28)
QL = {
    "JPY": ql.Japan(),
    "USD": ql.UnitedStates(ql.UnitedStates.GovernmentBond),
    "EUR": ql.TARGET(),
    "AUD": ql.Australia(ql.Australia.Settlement),
    "MXN": ql.Mexico(),
}


def ql_days(calendar: ql.Calendar, first: int, last: int) -> list[int]:
    start = ql.Date(DATE.day, DATE.month, DATE.year)
    return [n for n in range(first, last + 1) if calendar.isBusinessDay(start + n)]


def between(days: np.ndarray, first: int, last: int) -> list[int]:
    return days[(days >= first) & (days <= last)].tolist()


@pytest.mark.parametrize("code", QL)
def test_a_currency_pays_on_its_own_centres_days(code):
    calendars = Calendars(DATE)
    for use in ("bond", "swap"):
        assert between(calendars.of(code, use).days, -700, 7300) == ql_days(QL[code], -700, 7300)


def test_paths_step_on_the_days_of_tokyo_and_new_york():
    calendars = Calendars(DATE)
    assert calendars.steps is calendars.common(("Tokyo", "New York", "Tokyo"))
    assert calendars.steps.name == "Tokyo and New York"
    assert between(calendars.steps.days, -700, 7300) == ql_days(ql.JointCalendar(QL["JPY"], QL["USD"]), -700, 7300)


def test_may_holidays_of_each_centre_are_kept_apart():
    day = {name: (date(2026, 5, d) - DATE).days for name, d in (("labour", 1), ("greenery", 4), ("memorial", 25))}
    closed = {
        code: {name for name, n in day.items() if n not in Calendars(DATE).of(code).days}
        for code in ("JPY", "USD", "EUR")
    }
    assert closed == {"JPY": {"greenery"}, "USD": {"memorial"}, "EUR": {"labour"}}


def test_an_unknown_centre_or_currency_is_named():
    with pytest.raises(InputError, match=r"no calendar of 'Tokio'; did you mean 'Tokyo'\?"):
        Calendar("Tokio", DATE)
    with pytest.raises(InputError, match="there is no currency 'XXX'"):
        Calendars(DATE).of("XXX")


def test_the_file_of_holidays_is_what_quantlib_knows():
    """Where the file was written by a later version, an earlier one lacks what was decreed in between."""
    head, ours = HOLIDAYS.read_text(encoding="utf-8").partition("\n")[::2]
    written = head.split("QuantLib ")[1].split(";")[0]
    if Version(ql.__version__) < Version(written):
        pytest.skip(f"QuantLib {ql.__version__} is here, {written} wrote the file")
    assert ours == holidays.text().partition("\n")[2]


def test_days_beyond_the_known_years_are_refused():
    with pytest.raises(InputError, match="holidays of Tokyo are known from 1901 to 2199, and those from 2158"):
        Calendar("Tokyo", date(2160, 5, 28))


def test_a_holiday_is_a_weekday_on_which_one_of_the_centres_rests():
    assert is_holiday("Tokyo and New York", date(2025, 5, 26))  # memorial day
    assert not is_holiday("Tokyo", date(2025, 5, 26))
    assert not is_holiday("Tokyo", date(2025, 5, 25))  # a Sunday
