"""Business days that all centres have in common."""

from datetime import date, timedelta

import numpy as np

from engine.instruments.days import Days


def test_joint_business_days_skip_the_holidays_of_both_centres():
    origin = date(2025, 5, 28)
    days = Days(origin).coming(400)
    dates = {origin + timedelta(days=int(day)) for day in days}
    assert days.size == 400
    assert days[:3].tolist() == [1, 2, 5]  # Thursday, Friday, Monday
    assert dates.isdisjoint({date(2025, 7, 4), date(2025, 7, 21), date(2025, 11, 24), date(2025, 11, 27)})
    assert np.diff(days).max() <= 7
