"""Moved markets: derived curves follow their parent and the factors of their spreads."""

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor
from engine.market.lookup import curve_factors, factor_sums
from engine.market.moved_market import moved
from tests.engine.basis_market import basis_market

MOVES = {"JGB_10Y": 0.002, "JGB_20Y": -0.001, "SPREAD_TONA": 0.0015, "SPREAD_XCCY_JPY": -0.0007}


@pytest.fixture(scope="module")
def market():
    return basis_market(load_market(bundled_market_path()))


@pytest.fixture(scope="module")
def after(market):
    return moved(market, [MOVES.get(factor.name, 0.0) for factor in market.factors])


def test_a_derived_curve_moves_with_the_pillars_of_its_root_and_the_spreads_on_the_way(market):
    pillars, rows = curve_factors(market, "XCCY_JPY")
    names, sums = [factor.name for factor in market.factors], factor_sums(market)
    assert pillars.tolist() == [1.0, 2.0, 5.0, 7.0, 10.0, 20.0, 30.0, 40.0]
    terms = [[names[k] for k in sums[row - len(names)]] for row in rows.tolist()]
    assert terms[4] == ["JGB_10Y", "SPREAD_TONA", "SPREAD_XCCY_JPY"]
    assert len(set(sums)) == len(sums) == 8 * 3 + 8 * 2  # TONA, XCCY_JPY, JGB_REPO; SOFR, UST_REPO


def test_quantlib_discounts_a_parallel_move_of_a_basis_alike(market, after):
    ql = pytest.importorskip("QuantLib")
    ql.Settings.instance().evaluationDate = today = ql.Date(28, 5, 2025)
    count, curve = ql.Actual365Fixed(), market.curves["XCCY_JPY"]
    days = [0, 91, 730, 1826, 3652, 7305]
    shift = MOVES["SPREAD_TONA"] + MOVES["SPREAD_XCCY_JPY"]
    only = moved(market, [MOVES.get(f.name, 0.0) * f.name.startswith("SPREAD") for f in market.factors])
    zeros = [float(curve.zero_rate(max(day, 1) / 365.0)) for day in days]
    plain = ql.ZeroCurve([today + day for day in days], zeros, count)
    bumped = ql.ZeroSpreadedTermStructure(
        ql.YieldTermStructureHandle(plain), ql.QuoteHandle(ql.SimpleQuote(shift)), ql.Continuous, ql.NoFrequency
    )
    for day in days[1:]:
        # a zero rate to a discount factor and back: some ten roundings
        assert float(only.curves["XCCY_JPY"].discount(day / 365.0)) == pytest.approx(
            bumped.discount(today + day), rel=1e-13
        )


def test_a_moved_spread_keeps_the_curve_over_its_parent_by_as_much_more(market, after):
    times = np.array([0.25, 3.0, 12.0, 35.0])
    for name, move in (("TONA", MOVES["SPREAD_TONA"]), ("XCCY_JPY", MOVES["SPREAD_XCCY_JPY"]), ("JGB_REPO", 0.0)):
        spread, parent = market.spreads[name], market.spreads[name].parent
        over = after.curves[name].zero_rate(times) - after.curves[parent].zero_rate(times)
        # differences of rates below 5 %: a rounding of 1e-17 or two
        np.testing.assert_allclose(over, [spread.spread(time) + move for time in times], rtol=0, atol=1e-16)
        assert after.spreads[name].spread(10.0) == pytest.approx(spread.spread(10.0) + move, abs=1e-18)
    assert after.level(parse_factor("SPREAD_TONA")) == pytest.approx(-0.003 + 0.0015, abs=1e-18)
