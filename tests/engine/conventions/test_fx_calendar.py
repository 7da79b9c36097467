"""Dates of exchanges against the market's rules, written out once more on holidays of another package.

`tests/data/fx_holidays.json` has python-holidays' own: it cannot be installed beside this program, whose pinned
python-dateutil it excludes.
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conventions.calendars import Calendars
from engine.conventions.currencies import CURRENCIES, currency_of, fx_quote
from engine.conventions.fx_calendar import FxCalendar

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
CALENDARS = Calendars(FIRST)
CENTRES = {"USD": "Federal Reserve", "JPY": "Tokyo", "EUR": "TARGET", "AUD": "Sydney", "MXN": "Mexico City"}
PAIRS = [("USD", "JPY"), ("EUR", "USD"), ("EUR", "JPY"), ("AUD", "USD"), ("AUD", "JPY"), ("MXN", "USD"), ("MXN", "JPY")]
EASTERS = [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2029, 4, 1), (2030, 4, 21)]
MEXICAN_BANKS = {
    *(date(*easter) - timedelta(days) for easter in EASTERS for days in (2, 3)),  # Holy Thursday, Good Friday
    *(date(year, *day) for year in range(2024, 2032) for day in ((11, 2), (12, 12))),
}  # CNBV, "Disposiciones de caracter general": closed beside public holidays
NOT_OF_BANKS = {date(2026, 4, 27), date(2027, 4, 26)}  # New South Wales' extra holidays for Anzac Day, decreed in 2025


def holidays():
    """Holidays of each currency, 2024 to 2031."""
    texts = json.loads((Path(__file__).parents[2] / "data" / "fx_holidays.json").read_text())["holidays"]
    found = {code: {date.fromisoformat(text) for text in texts[centre]} for code, centre in CENTRES.items()}
    found["MXN"] |= MEXICAN_BANKS
    found["AUD"] -= NOT_OF_BANKS
    return found


HOLIDAYS = holidays()


def is_good(code, day):
    return day.weekday() < 5 and day not in HOLIDAYS[code]


def spot_by_hand(pair, dealt):
    """Day after day: each currency but the dollar has two of its own, the dollar two with pesos; then all are open."""
    counted = dict.fromkeys(pair, 0) | {"USD": 0}
    needed = {code: 0 if code == "USD" and "MXN" not in pair else 2 for code in counted}
    day = dealt
    while True:
        day += timedelta(1)
        for code in counted:
            counted[code] += is_good(code, day)
        if all(counted[code] >= needed[code] and is_good(code, day) for code in counted):
            return day


def dates(pair):
    return FxCalendar(CALENDARS, *pair)


def on(day):
    return (day - FIRST).days


def spot(pair, day):
    return FIRST + timedelta(dates(pair).spot_day(on(day)))


@pytest.mark.parametrize("pair", PAIRS, ids="/".join)
def test_spot_dates_of_seven_years_follow_the_rules(pair):
    every_day = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    found = dates(pair).spot_days([on(day) for day in every_day])
    wrong = [
        (day.isoformat(), wanted.isoformat(), got.isoformat())
        for day, got in zip(every_day, (FIRST + timedelta(int(n)) for n in found), strict=True)
        if got != (wanted := spot_by_hand(pair, day))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("pair", "dealt", "delivered"),
    [
        (("USD", "JPY"), (2025, 5, 28), (2025, 5, 30)),
        (("USD", "JPY"), (2025, 7, 2), (2025, 7, 7)),  # T+2 is Independence Day: no day to deliver dollars
        (("USD", "JPY"), (2025, 7, 3), (2025, 7, 7)),  # as T+1 it delays nothing
        (("EUR", "JPY"), (2025, 7, 2), (2025, 7, 7)),  # crosses go by way of dollars
        (("EUR", "JPY"), (2025, 7, 3), (2025, 7, 7)),
        (("MXN", "USD"), (2025, 7, 3), (2025, 7, 8)),  # pesos wait for New York
        (("USD", "JPY"), (2025, 4, 16), (2025, 4, 18)),  # Good Friday: only bond dealers are closed
        (("USD", "JPY"), (2025, 4, 18), (2025, 4, 22)),
        (("EUR", "USD"), (2025, 4, 16), (2025, 4, 22)),  # TARGET is closed to Easter Monday
        (("AUD", "USD"), (2025, 4, 16), (2025, 4, 22)),
        (("USD", "JPY"), (2025, 7, 18), (2025, 7, 23)),  # Marine Day in Tokyo
        (("USD", "JPY"), (2024, 12, 30), (2025, 1, 7)),  # banks in Tokyo: 31 December to 3 January
        (("EUR", "JPY"), (2026, 4, 30), (2026, 5, 7)),  # each counts its own: 1 and 7 May, 4 and 5 May
    ],
    ids=str,
)
def test_spot_dates_that_are_known(pair, dealt, delivered):
    assert spot(pair, date(*dealt)) == date(*delivered)
    assert spot(pair[::-1], date(*dealt)) == date(*delivered)


@given(pair=st.sampled_from(PAIRS), day=st.dates(FIRST, LAST))
def test_a_spot_date_is_a_good_day_after_the_trade_and_never_goes_back(pair, day):
    found = spot(pair, day)
    assert found > day
    assert all(is_good(code, found) for code in (*pair, "USD"))
    assert spot(pair, day + timedelta(1)) >= found


@given(pair=st.sampled_from(PAIRS), day=st.dates(FIRST, LAST))
def test_what_is_fixed_for_a_spot_date_is_fixed_on_the_last_day_that_has_it(pair, day):
    calendar = dates(pair)
    settled = calendar.spot_day(on(day))
    fixed = FIRST + timedelta(calendar.fixing_day(settled))
    assert all(is_good(code, fixed) for code in pair)
    later = [fixed + timedelta(n) for n in range(1, 12)]
    assert spot(pair, fixed) <= FIRST + timedelta(settled)
    assert all(on(spot(pair, each)) > settled for each in later if all(is_good(code, each) for code in pair))


@given(pair=st.sampled_from(PAIRS), day=st.dates(FIRST, LAST))
def test_an_option_expires_on_its_own_day_but_for_weekends_and_new_year(pair, day):
    calendar = dates(pair)
    found = FIRST + timedelta(calendar.expiry_day(on(day)))
    is_possible = day.weekday() < 5 and (day.month, day.day) != (1, 1)
    assert (found == day) == is_possible
    assert found.weekday() < 5
    assert (found.month, found.day) != (1, 1)
    assert (found.year, found.month) == (day.year, day.month)
    assert calendar.delivery_day(on(found)) == on(spot(pair, found))


def test_an_outright_may_be_agreed_for_a_day_on_which_dollars_are_not_paid():
    """Wikipedia's example, GBP/JPY on 4 July."""
    independence_day = on(date(2025, 7, 4))
    assert independence_day in dates(("EUR", "JPY")).payable.days
    assert independence_day not in dates(("USD", "JPY")).payable.days


def test_a_currency_of_one_day_is_delivered_on_the_next_against_dollars_and_as_the_other_in_a_cross():
    quick = replace(currency_of("AUD"), fx=replace(fx_quote("AUD"), spot_days=1))  # as Canadian dollars are
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CURRENCIES, "AUD", quick)
        assert spot(("AUD", "USD"), date(2025, 5, 28)) == date(2025, 5, 29)
        assert spot(("AUD", "USD"), date(2025, 7, 3)) == date(2025, 7, 7)  # on a US holiday nothing is delivered
        assert spot(("AUD", "JPY"), date(2025, 5, 28)) == date(2025, 5, 30)


def test_a_currency_that_is_delivered_at_once_has_no_lag():
    now = replace(currency_of("AUD"), fx=replace(fx_quote("AUD"), spot_days=0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CURRENCIES, "AUD", now)
        assert spot(("AUD", "USD"), date(2025, 5, 28)) == date(2025, 5, 28)
