"""Spot dates of a compiled book, and what money of today is worth beside that of the spot date."""

import numpy as np
import pytest

from engine.payoffs.spot_days import SpotDays

SPOTS = SpotDays(
    pair=np.array(["USDJPY", "USDJPY", "USDJPY", "EURJPY"]),
    day=np.array([0, 1, 5, 0]),
    spot_day=np.array([2, 5, 7, 3]),
)


def test_a_spot_date_is_that_of_the_day_or_of_the_next_that_has_one():
    assert [SPOTS.of("USDJPY", day) for day in (0, 1, 2, 5)] == [2, 5, 7, 7]
    assert SPOTS.of("USDJPY", 9) == 9  # beyond what was compiled
    assert SPOTS.of("GBPJPY", 4) == 4


def test_the_lag_is_against_the_home_currency_in_years():
    assert (SPOTS.lag("JPY", 0), SPOTS.lag("EUR", 0), SPOTS.lag("USD", 1)) == (0.0, 3 / 365, 4 / 365)


def test_a_dollar_of_today_is_lent_to_the_spot_date_and_exchanged_then(make_market):
    """At 4 % in dollars and 0 % in yen it becomes more dollars on the spot date: more yen than the spot rate says."""
    market = make_market()
    yen, dollars = (market.curves[name].zero_rate(2 / 365) for name in ("XCCY_JPY", "SOFR"))
    wanted = float(np.exp((dollars - yen) * 2 / 365))
    assert wanted > 1.0002
    assert SPOTS.factor("USD", market, 0) == pytest.approx(wanted, rel=1e-15)
    assert SPOTS.factors(np.array(["JPY", "USD", "JPY"]), market, 0) == pytest.approx([1.0, wanted, 1.0], rel=1e-15)


def test_two_books_keep_their_spot_dates_in_one(make_book):
    row = {"kind": "FX_FORWARD", "maturity": "2025-08-29"}
    dollars = make_book(row | {"rate": 143.0}).table(SpotDays)
    crosses = make_book(row | {"rate": 1.13, "currency": "EUR", "against": "USD"}).table(SpotDays)
    assert np.unique(dollars.pair).tolist() == ["USDJPY"]
    assert np.unique(crosses.pair).tolist() == ["EURJPY", "EURUSD", "USDJPY"]
    columns = ("pair", "day", "spot_day")
    joined = SpotDays(
        **{name: np.concatenate([getattr(each, name) for each in (dollars, crosses)]) for name in columns}
    )
    assert [joined.of("USDJPY", day) for day in (0, 1, 12)] == [dollars.of("USDJPY", day) for day in (0, 1, 12)]
