import pytest

from engine.conventions.calendars import centres
from engine.conventions.currencies import (
    CURRENCIES,
    FOREIGN,
    FX_CENTRE,
    HOME,
    STEP_CENTRES,
    currency_of,
    currency_of_curve,
    currency_of_factor,
    fx_quote,
    pair_currencies,
    rate_words,
)
from engine.errors import InputError


def test_each_currency_has_its_own_curves_and_factor_and_calendars_that_exist():
    curves = [curve for each in CURRENCIES.values() for curve in {each.curves.bond, each.curves.repo, each.curves.swap}]
    assert len(set(curves)) == len(curves)
    factors = [each.fx.factor for each in CURRENCIES.values() if each.fx is not None]
    assert factors == [f"{code}{HOME}" for code in CURRENCIES if code != HOME]
    for each in CURRENCIES.values():
        assert {each.calendars.bond, each.calendars.swap, each.calendars.fx} <= {*centres()}
    assert {*STEP_CENTRES, FX_CENTRE} <= {*centres()}


def test_the_home_currency_has_no_exchange_rate():
    assert HOME == "JPY"
    assert [*FOREIGN] == [code for code in CURRENCIES if code != HOME]
    assert ("USD" in FOREIGN, HOME in FOREIGN, "XXX" in FOREIGN) == (True, False, False)
    with pytest.raises(InputError, match="JPY is the home currency"):
        fx_quote(HOME)


def test_conventions_are_the_publishers_ones():
    year_days = {"JPY": 365.0, "USD": 360.0, "EUR": 360.0, "AUD": 365.0, "MXN": 360.0}
    assert {code: CURRENCIES[code].year_days for code in year_days} == year_days
    bunds, treasuries = CURRENCIES["EUR"].bonds, CURRENCIES["USD"].bonds
    assert (bunds.coupons_per_year, bunds.period_months, bunds.settlement_days) == (1, 12, 2)
    assert (treasuries.coupons_per_year, treasuries.period_months, treasuries.settlement_days) == (2, 6, 1)


def test_factors_curves_and_pairs_lead_to_their_currency():
    assert [currency_of_factor(name) for name in ("EURJPY", "USDJPY", "EURUSD", "SPX")] == ["EUR", "USD", None, None]
    assert [currency_of_curve(name) for name in ("BUND", "ESTR", "JGB", "XCCY_JPY")] == ["EUR", "EUR", "JPY", None]
    assert (pair_currencies("USDJPY"), pair_currencies("EURUSD")) == (("USD", "JPY"), ("EUR", "USD"))
    assert [pair_currencies(pair) for pair in ("JPYUSD", "EUREUR", "XAUUSD", "EUR")] == [None] * 4
    assert (rate_words("USD"), rate_words("EUR")) == ("yen for one dollar", "yen for one euro")


def test_an_unknown_currency_is_named_with_the_way_out():
    with pytest.raises(InputError, match=r"no currency 'XXX'; there are JPY, USD, EUR.*: another one is a table"):
        currency_of("XXX")
