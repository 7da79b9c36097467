"""Calendars against QuantLib's, and coupon days against its schedules."""

from datetime import date, timedelta

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813

from engine.conventions.calendars import Calendar, Calendars, coupon_days
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


@pytest.mark.parametrize("months", [6, 12])
@pytest.mark.parametrize("maturity", [date(2034, 8, 15), date(2055, 2, 28), date(2026, 2, 28), date(2025, 6, 1)])
def test_coupon_days_run_back_from_the_maturity(months, maturity):
    days = coupon_days(DATE, maturity, end_of_month=False, months=months)
    end = ql.Date(maturity.day, maturity.month, maturity.year)
    wanted = [end - ql.Period(months * k, ql.Months) for k in range(len(days))][::-1]
    found = [DATE + timedelta(int(n)) for n in days]
    assert found == [date(each.year(), each.month(), each.dayOfMonth()) for each in wanted]
    assert days[1] <= 0 < days[2]  # one coupon day before the last that is not after the valuation date
