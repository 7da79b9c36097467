"""What sales do to prices, in the law's record and by factor."""

import math

import pytest

from engine.law.impact import NO_IMPACT, impact_record, impact_shape
from engine.law.part import LawSetting
from engine.mechanisms.impact import Impact
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind

IMPACT = Impact(source="x", ust_bp_per_100_bn=50.0, fading_per_year=25.2, shape=(("UST_3M", 0.5), ("UST_10Y", 1.5)))


@pytest.fixture
def setting(hand_market):
    market = hand_market()
    return LawSetting(market=market, base=market, dt=1 / 252, n_steps=10)


def test_the_median_is_a_decimal_yield_per_usd_bn(setting):
    found = impact_record(Unwind(impact=IMPACT), setting)
    assert math.exp(found["log_impact"]) == pytest.approx(0.0050 / 100.0, rel=1e-12)  # 50 bp for 100 bn
    assert found["fading"] == pytest.approx(math.exp(-0.1), rel=1e-12)


def test_without_an_impact_nothing_is_moved_whatever_is_sold(setting):
    assert impact_record(Unwind(), setting) == {"log_impact": NO_IMPACT}
    assert math.exp(NO_IMPACT) * 1e5 < 1e-200
    assert not impact_shape(Unwind(), setting.market).any()


def test_jgbs_that_the_proceeds_buy_fall_as_treasuries_of_their_maturity_rise(setting):
    holders = Repatriation(source="x", into_jgb=0.2)
    found = dict(
        zip(setting.names, impact_shape(Unwind(impact=IMPACT, repatriation=holders), setting.market), strict=True)
    )
    assert (found["UST_3M"], found["UST_10Y"], found["USDJPY"]) == (0.5, 1.5, 0.0)
    assert found["JGB_10Y"] == found["JGB_40Y"] == pytest.approx(-0.2 * 1.5)  # flat beyond the last pillar
    assert found["JGB_2Y"] == pytest.approx(-0.2 * (0.5 + 1.75 / 9.75))  # linear from 3 months to 10 years
