from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.curve import ZeroCurve
from engine.market.factors import parse_factor
from engine.market.market import joined_sources


@pytest.mark.parametrize("name", ["vols", "kappas", "thetas", "mus"])
def test_a_market_needs_a_figure_for_every_factor(name):
    with pytest.raises(InputError, match=f"a market of 18 factors needs 18 {name}, got shape"):
        replace(load_market(bundled_market_path()), **{name: np.zeros(16)})


def test_a_market_needs_a_whole_correlation():
    with pytest.raises(InputError, match="18 x 18 correlation"):
        replace(load_market(bundled_market_path()), correlation=np.eye(16))


def test_sources_are_joined_by_name():
    assert joined_sources({"JGB": "Ministry", "USDJPY": "H.10"}) == "JGB: Ministry; USDJPY: H.10"


def test_a_level_is_a_zero_rate_a_price_or_a_vol():
    market = load_market(bundled_market_path())
    assert market.level(parse_factor("TONA_1Y")) == float(market.curves["TONA"].zero_rate(1.0))
    assert market.level(parse_factor("USDJPY")) == 145.04
    assert market.level(parse_factor("USDJPY_VOL")) == 0.124
    assert np.exp(market.state(parse_factor("USDJPY"))) == pytest.approx(145.04, rel=1e-14)
    with pytest.raises(InputError, match="no level of EURJPY"):
        market.level(parse_factor("EURJPY"))
    with pytest.raises(InputError, match="no level of SPX; it has USDJPY_VOL"):
        market.level(parse_factor("SPX", {"SPX": "USD"}))


def test_a_rate_is_home_units_for_one_unit_of_a_currency():
    market = replace(load_market(bundled_market_path()), fx={"USD": 145.04, "EUR": 163.2})
    assert (market.rate("JPY"), market.rate("USD"), market.rate("EUR"), market.usdjpy) == (1.0, 145.04, 163.2, 145.04)
    assert market.cross_rate("EUR", "USD") == 163.2 / 145.04
    assert (market.level(parse_factor("EURJPY")), market.exchanged(parse_factor("EURJPY"))) == (163.2, "EUR")
    assert market.exchanged(parse_factor("UST_10Y")) is None
    with pytest.raises(InputError, match=r"no exchange rate of 'AUD'; it has JPY, USD, EUR; .* \[fx.rates.AUD\]"):
        market.rate("AUD")
    with pytest.raises(InputError, match="no currency 'EURO'; did you mean 'EUR'"):
        replace(market, fx={"EURO": 1.0})


def test_a_price_that_is_declared_with_a_level_is_no_exchange_rate():
    bundled = load_market(bundled_market_path())
    market = replace(bundled, levels={**bundled.levels, "MXNJPY": 100.0})  # an index, as an older file may have one
    index = parse_factor("MXNJPY", {"MXNJPY": "JPY"})
    assert (market.level(index), market.exchanged(index)) == (100.0, None)


def test_a_price_without_a_level_is_refused():
    market = load_market(bundled_market_path())
    with pytest.raises(InputError, match="no level of USDJPY_VOL"):
        replace(market, levels={})


def test_figures_that_no_market_has_are_refused_whoever_builds_it():
    market, nan = load_market(bundled_market_path()), float("nan")
    broken, beyond = market.correlation.copy(), market.correlation.copy()
    broken[1, 0] = nan
    beyond[1, 0] = beyond[0, 1] = 1.5
    vols = market.vols.copy()
    vols[3] = nan
    for changes, said in (
        ({"fx": {"USD": nan}}, "the exchange rate of USD must be a number above 0, got nan"),
        ({"fx": {"USD": 0.0}}, "the exchange rate of USD must be a number above 0, got 0.0"),
        ({"levels": {"USDJPY_VOL": -0.1}}, "the level of USDJPY_VOL must be a number above 0, got -0.1"),
        ({"vols": vols}, "`vols` of the market must be finite, got nan at place 4"),
        ({"vols": -market.vols}, "`vols` of USDJPY_VOL must be 0 or more"),
        ({"kappas": market.kappas - 1.0}, "`kappas` of JGB_1Y must be 0 or more"),
        ({"correlation": broken}, "correlation of the market: JGB_2Y with JGB_1Y must lie in"),
        ({"correlation": beyond}, "correlation of the market: JGB_2Y with JGB_1Y must lie in [-1, 1], got 1.5"),
        ({"valuation_date": "2025-05-28"}, "the valuation date must be a date, got '2025-05-28'"),
        ({"valuation_date": date(9999, 12, 30)}, "the valuation date must lie from 1950-01-01 to 2100-12-31, got 9999"),
    ):
        with pytest.raises(InputError) as refused:
            replace(market, **changes)
        assert said in str(refused.value)


def test_a_curve_of_bad_nodes_is_none():
    good = {"name": "JGB", "currency": "JPY", "times": np.array([1.0, 2.0]), "zero_rates": np.array([0.01, 0.02])}
    assert ZeroCurve(**good).zero_rate(1.5) == pytest.approx(0.015, rel=1e-15)
    for changes, said in (
        ({"zero_rates": np.array([0.01, np.nan])}, "curve 'JGB' must be finite, got nan at place 2"),
        ({"times": np.array([2.0, 1.0])}, "times must be 0 years or more and increase"),
        ({"times": np.array([-1.0, 1.0])}, "times must be 0 years or more and increase"),
        ({"times": np.array([1.0])}, "needs one value for each of its times"),
    ):
        with pytest.raises(InputError) as refused:
            ZeroCurve(**(good | changes))
        assert said in str(refused.value)
