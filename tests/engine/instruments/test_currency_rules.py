"""A currency without a calendar is refused, and gets nobody else's."""

from datetime import date

import pytest

from engine.errors import InputError
from engine.instruments.currency_rules import pair_of
from engine.instruments.days import Days


def test_each_currency_has_its_own_holidays():
    days = Days(date(2025, 7, 3))
    assert days.home("JPY").next_after(0) == 1
    assert days.home("USD").next_after(0) == 4  # Independence Day, then a weekend
    assert days.pair(pair_of("USD")).next_after(0) == 4


def test_a_currency_without_a_calendar_is_refused():
    with pytest.raises(InputError, match="no calendar of 'CHF'"):
        Days(date(2025, 7, 3)).home("CHF")
    with pytest.raises(InputError, match="no calendar of the pair CHF/JPY"):
        Days(date(2025, 7, 3)).pair(pair_of("CHF"))


def test_options_on_dollars_and_digitals_in_yen_are_of_one_pair():
    assert pair_of("USD") == pair_of("JPY") == ("USD", "JPY")
