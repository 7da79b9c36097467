from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor
from engine.market.lookup import curve_factors, fx_vols, vol_factor


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def test_a_derived_curve_moves_with_its_nearest_ancestor_that_has_factors(market):
    pillars, numbers = curve_factors(market, "JGB_REPO")  # over TONA, over JGB
    assert pillars.tolist() == [1.0, 2.0, 5.0, 7.0, 10.0, 20.0, 30.0, 40.0]
    assert numbers.tolist() == list(range(8))
    own = tuple(parse_factor(name) for name in ("TONA_10Y", "TONA_2Y"))
    more = {name: np.append(getattr(market, name), [0.0, 0.0]) for name in ("vols", "kappas", "thetas", "mus")}
    wider = replace(market, factors=(*market.factors, *own), correlation=np.eye(20), **more)
    for name in ("TONA", "JGB_REPO", "XCCY_JPY"):
        pillars, numbers = curve_factors(wider, name)
        assert (pillars.tolist(), numbers.tolist()) == ([2.0, 10.0], [19, 18])
    with pytest.raises(InputError, match="no curve 'SONIA'"):
        curve_factors(market, "SONIA")


def test_a_curve_without_factors_has_none(market):
    bare = replace(market, factors=market.factors[16:], correlation=np.eye(2),
                   **{name: getattr(market, name)[16:] for name in ("vols", "kappas", "thetas", "mus")})  # fmt: skip
    pillars, numbers = curve_factors(bare, "SOFR")
    assert (pillars.size, numbers.size, numbers.dtype) == (0, 0, np.int64)


def test_vols_of_the_bundled_market_are_the_quoted_ones(market):
    assert vol_factor(market, "USDJPY") == 17
    assert float(fx_vols(market, "USDJPY").atm_vol(1 / 12)) == pytest.approx(0.124, rel=1e-14)
    low, high = fx_vols(market, "USDJPY").vol(1.0, np.log([0.9, 1.1]))
    assert low > float(fx_vols(market, "USDJPY").atm_vol(1.0)) * 1.05
    assert low > high


def test_a_market_without_vols_says_what_an_option_needs(market):
    with pytest.raises(InputError, match=r"no vols of 'USDJPY', which an option needs; give it a \[fx_vols.USDJPY\]"):
        fx_vols(replace(market, fx_vols={}), "USDJPY")
