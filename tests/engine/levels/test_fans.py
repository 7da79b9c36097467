"""Fans: par yields of moved curves, started where the market and its history are."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.history.recent_weeks import recent_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels.fans import QUANTILES, fans, par_yields, starts, titles, units
from engine.market.bootstrap import par_yield
from engine.market.lookup import curve_factors
from engine.market.moved_market import moved
from engine.run.walk import walk_of
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend
from tests.engine.five_currencies import five_currencies

MARKET = load_market(bundled_market_path())


def drawn(scenario, n=500, history=True, market=MARKET):
    walk = walk_of(load_scenario(scenario), market, n_days=5, seed=1, backend=NumbaBackend())
    past = recent_history(MARKET.valuation_date) if history else None
    found = fans(walk, PathRange(first=0, n=n), past, lambda done, wanted: None)
    return walk, {fan.title: fan for fan in found}


def test_par_yields_are_those_of_the_moved_curve():
    deviations = np.random.default_rng(3).normal(0.0, 0.005, (len(MARKET.factors), 4))
    pillars, numbers = curve_factors(MARKET, "JGB")
    found = par_yields(MARKET.curves["JGB"], 40.0, pillars, deviations[numbers])
    for path, column in enumerate(deviations.T):
        wanted = par_yield(moved(MARKET, column).curves["JGB"], 40.0)
        assert found[path] == pytest.approx(wanted, abs=1e-14)  # 80 coupons of some 1e-16 each, over their sum


def test_a_fan_starts_at_the_published_yield_and_where_its_history_ends():
    _, found = drawn("base")
    published = {"JGB 10 years": 1.531, "JGB 40 years": 3.107, "US Treasury 10 years": 4.47, "USD/JPY": 145.04}
    for title, level in published.items():  # Ministry of Finance, Treasury, Fed H.10, 2025-05-28
        fan = found[title]
        assert (fan.before, fan.start, fan.history[-1]) == pytest.approx((level,) * 3, rel=1e-12)
        assert fan.history_dates[-1] == np.datetime64("2025-05-28")
        assert fan.history.size >= 120


def test_a_shock_at_once_moves_the_start_alone():
    _, found = drawn("article-2025")
    fan = found["USD/JPY"]
    assert (fan.before, fan.start) == (145.04, 125.0)
    assert found["JGB 40 years"].start == pytest.approx(3.32, abs=1e-9)  # the article's, a par yield


def test_quantiles_ascend_and_are_those_of_the_paths():
    walk, found = drawn("bench/three-regimes.toml", n=400)
    usdjpy = walk.levels(np.arange(400, dtype=np.uint64))[:, walk.series.index("USDJPY")]
    wanted = np.quantile(usdjpy, QUANTILES, axis=1, method="inverted_cdf")
    np.testing.assert_allclose(found["USD/JPY"].quantiles, wanted, rtol=1e-12)
    assert all((np.diff(fan.quantiles, axis=0) >= 0.0).all() for fan in found.values())


def test_other_currencies_have_fans_where_the_market_moves_them():
    walk, found = drawn("base", history=False, market=five_currencies(MARKET))
    assert titles(walk) == tuple(found)
    assert list(found)[3:] == ["Bund 10 years", "USD/JPY", "EUR/JPY", "AUD/JPY", "MXN/JPY"]
    assert found["Bund 10 years"].start == pytest.approx(2.55, abs=1e-10)  # the par yield, of yearly coupons
    assert (found["EUR/JPY"].start, found["EUR/JPY"].unit) == (163.75, "yen for one euro")
    assert starts(walk)[-4:] == (145.04, 163.75, 93.2, 7.47)
    assert units(walk)[2:6] == (
        "par yield, decimal per year, semi-annual",
        "par yield, decimal per year, annual",
        "JPY per USD",
        "JPY per EUR",
    )


def test_without_a_history_there_is_none():
    _, found = drawn("base", history=False)
    assert all(fan.history.size == 0 for fan in found.values())


def test_too_many_paths_for_memory_are_refused():
    with pytest.raises(InputError, match="too many for a picture"):
        drawn("base", n=10**8)
