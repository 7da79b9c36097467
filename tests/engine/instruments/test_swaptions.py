"""The swap that a swaption looks at."""

from datetime import date, timedelta

import pytest


def test_swaptions_look_at_a_swap_two_days_after_expiry(make_book):
    row = {
        "kind": "SWAPTION_PAYER",
        "currency": "USD",
        "rate": 0.04,
        "vol": 0.01,
        "tenor": "2Y",
        "maturity": "2025-07-02",
    }
    swaptions = make_book(row).swaptions
    days = [date(2025, 5, 28) + timedelta(days=day) for day in swaptions.day.tolist()]
    start = date(2025, 7, 7)  # Wednesday 2 July; the 4th is Independence Day
    assert days == [start, date(2027, 7, 7), date(2026, 7, 7), date(2027, 7, 7)]
    assert swaptions.amount == pytest.approx([1.0, -1.0, 365 / 360, 365 / 360], rel=1e-15)
