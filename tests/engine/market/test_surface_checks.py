"""Surfaces that could be traded against are found; the bundled one could not, as quoted and in every scenario."""

import time
from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market, market_warnings
from engine.inputs.scenario.load import bundled_scenario_names, load_scenario
from engine.market.surface_checks import arbitrage
from engine.scenario.apply import apply


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


@pytest.mark.parametrize("scenario", bundled_scenario_names())
def test_the_bundled_surface_is_free_of_arbitrage_in_every_scenario(market, scenario):
    shocked = apply(load_scenario(scenario), market).market
    assert arbitrage(shocked.fx_vols["USDJPY"]) == ()


def test_its_density_is_that_of_call_prices(market):
    """Second differences of Black's calls in the strike are positive over six standard deviations: Breeden and
    Litzenberger (1978), J. Business 51(4). The check's own formula works in ln(strike)."""
    from engine.payoffs.black import black_call

    vols = market.fx_vols["USDJPY"]
    for years in vols.times.tolist():
        scale = float(vols.atm_vol(years)) * np.sqrt(years)
        strikes = np.linspace(np.exp(-6.0 * scale), np.exp(6.0 * scale), 4001)
        calls = black_call(1.0, strikes, vols.vol(years, np.log(strikes)) * np.sqrt(years))
        puts = calls - 1.0 + strikes
        worth = np.where(strikes > 1.0, calls, puts)  # the one without intrinsic value: rounding stays small
        side = np.sign(np.log(strikes))
        same = side[:-2] == side[2:]
        assert np.diff(worth, 2)[same].min() >= -1e-15


def test_a_steep_wing_has_a_negative_density(market):
    vols = market.fx_vols["USDJPY"]
    smile = vols.smile.copy()
    smile[3] = [1.0, 0.0, 0.6, 0.0, -0.09]  # 6M: vols rise steeply, and stop rising
    (said, *more) = arbitrage(replace(vols, smile=smile))
    assert "negative density" in said
    assert any("6M" in each for each in (said, *more))


def test_a_smile_that_fades_too_fast_is_a_calendar_arbitrage(market):
    vols = market.fx_vols["USDJPY"]
    smile = vols.smile.copy()
    smile[2] = [1.0, 0.0, 0.12, 0.0, 0.0]  # 3M above 6M in both wings
    assert any("falls from 3M" in each for each in arbitrage(replace(vols, smile=smile)))


def test_loading_warns_and_is_quick(market):
    vols = market.fx_vols["USDJPY"]
    smile = vols.smile.copy()
    smile[3] = [1.0, 0.0, 0.6, 0.0, -0.09]
    bad = replace(market, fx_vols={"USDJPY": replace(vols, smile=smile)})
    assert not any("density" in each for each in market_warnings(market))
    start = time.process_time()
    assert any("negative density" in each for each in market_warnings(bad))
    assert time.process_time() - start < 0.5
