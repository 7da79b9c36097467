"""The gain of the loop, against eigenvalues and a search over the impact."""

import math

import numpy as np
import pytest

from engine.analysis.loop_gain import Response, loop_gain
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.law import law_of
from engine.mechanisms.carry import Carry
from engine.mechanisms.impact import Impact
from engine.mechanisms.parameters.studies import Study, StudyLaw
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind

URGED = Response(carry=0.4, falls=10.0, yields=9e3, unhedged=5e-4)
CALMED = Response(carry=0.4, falls=2000.0, yields=-2e3, unhedged=5e-4)
RUNAWAY = Response(carry=1.2, falls=10.0, yields=9e3, unhedged=5e-4)


@pytest.mark.parametrize("response", [URGED, CALMED, RUNAWAY])
@pytest.mark.parametrize("impact", [0.0, 1e-5, 1e-4, 1e-3])
def test_the_gain_is_the_largest_eigenvalue(response, impact):
    values = np.linalg.eigvals(response.matrix(impact))
    assert np.abs(values.imag).max() == 0.0
    assert response.gain(impact) == pytest.approx(values.real.max(), rel=1e-12)


def test_with_higher_yields_urging_sellers_it_is_the_spectral_radius():
    assert URGED.gain(1e-4) == pytest.approx(np.abs(np.linalg.eigvals(URGED.matrix(1e-4))).max(), rel=1e-12)


@pytest.mark.parametrize("response", [URGED, CALMED, RUNAWAY])
def test_the_probability_is_that_of_the_impacts_above_the_critical_one(response):
    law = StudyLaw(weights=(0.25, 0.75), lows=(1e-5, 5e-5), highs=(1.2e-4, 4e-4))
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.concatenate([low + (high - low) * u for low, high in zip(law.lows, law.highs, strict=True)])
    share = np.average([response.gain(impact) >= 1.0 for impact in drawn], weights=np.repeat(law.weights, u.size))
    assert response.probability(law) == pytest.approx(share, abs=1e-4)  # of 20,000 nodes


def test_a_fixed_impact_is_above_1_or_not():
    for impact, probability in ((1e-6, 0.0), (1e-3, 1.0)):
        assert URGED.probability(StudyLaw(weights=(1.0,), lows=(impact,), highs=(impact,))) == probability
    assert URGED.gain(URGED.critical_impact()) == pytest.approx(1.0, rel=1e-12)


CARRY = Carry(
    source="by hand",
    stock_usd_bn=250.0,
    leverage=4.0,
    stop_loss=0.1,
    stop_slope=0.5,
    stop_most=0.6,
)
SALES = Repatriation(
    source="by hand",
    stock_usd_bn=800.0,
    hazard=0.1,
    per_pickup=8.0,
    per_loss=1.5,
    most=3.0,
    duration=7.0,
    unhedged=0.5,
)
IMPACT = Impact(
    source="by hand",
    fx_log_per_usd_bn=0.0009,
    studies=(Study(study="one", low_bp=5.0, high_bp=20.6),),
    long_run=0.4,
    fading_per_year=4.0,
    shape=(("UST_3M", 0.3), ("UST_10Y", 1.1)),
)


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def test_the_response_of_a_scenario_is_written_out(market):
    law = law_of(market, 10, 10, Unwind(law="filtered", carry=CARRY, repatriation=SALES, impact=IMPACT))
    found = loop_gain(law.unwind, 10)
    years = law.unwind.record["years"]  # of a joint date, on average
    held = 800.0 * 10 * years
    left = 0.4 + 0.6 * np.mean([math.exp(-4.0 * age * years) for age in range(10)])
    impact = 12.8e-6 * left
    loss = 1.5 * 7.0 * 1.1 + 8.0 * (0.3 - 1.1)
    matrix = [
        [0.0009 * (250.0 * 0.5 * 4.0 + 0.5 * held * 1.5 * 0.5), 0.0009 * 0.5 * held * loss],
        [impact * held * 1.5 * 0.5, impact * held * loss],
    ]
    assert found.at_median == pytest.approx(np.linalg.eigvals(matrix).max(), rel=1e-12)
    assert found.at_95 > found.at_median
    # 500 of 0.0009 is a gain of 0.45; at the most that paths draw, 0.0012, it is 0.6 and Treasuries add little
    assert found.probability == 0.0


def test_without_a_loop_there_is_no_gain(market):
    found = loop_gain(law_of(market, 10, 10, Unwind(scheduled_sales=(Sale(day=1, usd_bn=5.0),))).unwind, 10)
    assert (found.at_median, found.at_95, found.probability) == (0.0, 0.0, 0.0)
