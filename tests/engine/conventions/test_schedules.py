"""Coupon days, swaps' periods, 30/360 and tenors against QuantLib's: whole days, so nothing may differ."""

import random
from datetime import date, timedelta

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813

from engine.conventions.schedules import add_tenor, coupon_days, swap_days, thirty_360

DATE = date(2025, 5, 28)
NO_HOLIDAYS, AS_IS, BACKWARD = ql.NullCalendar(), ql.Unadjusted, ql.DateGeneration.Backward


def ql_date(day):
    return ql.Date(day.day, day.month, day.year)


def of_ql(day):
    return date(day.year(), day.month(), day.dayOfMonth())


def drawn(seed, n=300):
    """Draw dates around the turns of months, where rules differ: a start, a later end, months of a period."""
    draw = random.Random(seed)
    for _ in range(n):
        start = DATE + timedelta(draw.randrange(-700, 3000))
        end = (start + timedelta(draw.randrange(200, 40 * 365))).replace(day=1) + timedelta(draw.randrange(-4, 4))
        yield start, end, draw.choice((1, 3, 6, 12))


def ql_schedule(start, end, months, *, end_of_month=False):
    period = ql.Period(months, ql.Months)
    schedule = ql.Schedule(ql_date(start), ql_date(end), period, NO_HOLIDAYS, AS_IS, AS_IS, BACKWARD, end_of_month)
    return [(of_ql(each) - DATE).days for each in schedule]


def test_a_swaps_periods_run_back_from_its_end_to_a_short_one():
    for start, end, months in drawn(1):
        assert swap_days(DATE, start, end, months).tolist() == ql_schedule(start, end, months), (start, end, months)


@pytest.mark.parametrize("end_of_month", [False, True])
def test_coupon_days_run_back_from_the_maturity(end_of_month):
    for _, maturity, months in drawn(2):
        days = coupon_days(DATE, maturity, end_of_month=end_of_month, months=months).tolist()
        keeps_ends = end_of_month and ql.Date.isEndOfMonth(ql_date(maturity))
        far = NO_HOLIDAYS.advance(ql_date(maturity), -600, ql.Months, AS_IS, keeps_ends)
        wanted = ql_schedule(of_ql(far), maturity, months, end_of_month=keeps_ends)
        assert days == wanted[-len(days) :], (maturity, months)
        assert maturity <= DATE or days[1] <= 0 < days[2]  # one coupon day before the last that is not after the date


def test_year_fractions_are_those_of_30_360_bond_basis():
    counter = ql.Thirty360(ql.Thirty360.BondBasis)
    draw = np.random.default_rng(3)
    starts = draw.integers(-700, 9000, 2000)
    ends = starts + draw.integers(0, 800, 2000)
    dates = [[ql_date(DATE + timedelta(int(day))) for day in days] for days in (starts, ends)]
    wanted = [counter.yearFraction(*pair) for pair in zip(*dates, strict=True)]
    assert thirty_360(DATE, starts, ends).tolist() == wanted


def test_a_tenor_ends_on_the_last_of_a_month_that_lacks_the_day():
    assert add_tenor(date(2024, 1, 31), 1) == date(2024, 2, 29)
    for start, _, months in drawn(4):
        for n in (months, -months, 7 * months):
            assert add_tenor(start, n) == of_ql(ql_date(start) + ql.Period(n, ql.Months))
