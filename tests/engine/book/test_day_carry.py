"""What positions earn in a day in which nothing moves."""

from datetime import date

import pytest

from engine.book.day_carry import carry_a_day
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, zero_curve

HEAD = "position_id,kind,currency,notional,maturity,market_yield\n"


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def carries(path, market, rows):
    path.write_text(HEAD + rows)
    return carry_a_day(load_book(path, market.valuation_date), market)


def test_a_strip_rolls_down_its_curve_by_a_day(tmp_path, market):
    """Its discount factor at one day less, by the curve of today, in closed form."""
    curve = zero_curve("JGB", market)
    days = (date(2045, 5, 29) - market.valuation_date).days  # a Monday
    discounts = [float(curve.discount(n / DAYS_PER_TIME_YEAR)) for n in (days, days - 1)]
    (found,) = carries(tmp_path / "strip.csv", market, "Z,JGB_STRIP,JPY,1000000000,2045-05-29,\n")
    assert found == pytest.approx(1e9 * (discounts[1] - discounts[0]), rel=1e-9)


def test_long_and_short_earn_the_opposite(tmp_path, market):
    rows = "L,UST_BILL,USD,1000000,2025-08-28,0.0436\nS,UST_BILL,USD,-1000000,2025-08-28,0.0436\n"
    one, other = carries(tmp_path / "two.csv", market, rows)
    assert one == -other > 0.0
    # 4.36 % a year on about a million dollars at 145.04; the bill's discounting differs by the yield's convention
    assert one == pytest.approx(1e6 * 145.04 * 0.0436 / 365.0, rel=0.05)
