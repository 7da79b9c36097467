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
    assert (market.fx("JPY"), market.fx("USD")) == (1.0, 145.04)
    with pytest.raises(InputError, match="no exchange rate of 'EUR'"):
        market.fx("EUR")
    with pytest.raises(InputError, match="no level of SPX; it has USDJPY_VOL"):
        market.level(parse_factor("SPX", {"SPX": "USD"}))


def test_a_price_without_a_level_is_refused():
    market = load_market(bundled_market_path())
    with pytest.raises(InputError, match="no level of USDJPY_VOL"):
        replace(market, levels={})
