"""Dates of events that scenarios may wait for."""

from datetime import date
from itertools import pairwise

import pytest

from engine.conventions.calendars import is_holiday
from engine.conventions.events import EVENTS


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_says_its_source_and_falls_on_tokyos_business_days_in_order(name):
    event = EVENTS[name]
    assert event.meaning
    assert event.source
    assert all(one < other for one, other in pairwise(event.dates))
    assert all(day.weekday() < 5 and not is_holiday("Tokyo", day) for day in event.dates)


def test_an_event_of_the_day_itself_is_over():
    assert EVENTS["jgb-40y-auctions"].after(date(2025, 5, 28)) == (date(2025, 7, 23),)
