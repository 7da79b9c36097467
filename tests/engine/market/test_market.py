from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
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
