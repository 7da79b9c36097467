import math
from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.carry import Carry
from engine.mechanisms.impact import Impact
from engine.mechanisms.loop import flow_drifts, loop_gain
from engine.mechanisms.repatriation import Repatriation

NAMES = ("JGB_1Y", "JGB_30Y", "UST_3M", "UST_10Y", "USDJPY")
CARRY = Carry(
    source="s", stock_usd_bn=250.0, leverage=5.0, earned_per_year=0.0, stop_loss=0.15, stop_slope=0.6, stop_most=0.6
)
NO_CARRY = Carry(
    source="s", stock_usd_bn=0.0, leverage=5.0, earned_per_year=0.0, stop_loss=0.15, stop_slope=0.6, stop_most=0.6
)
HOLDER = Repatriation(
    source="s", stock_usd_bn=500.0, hazard=0.5, per_pickup=0.0, per_loss=0.0, most=1.0, duration=7.0, unhedged=0.5
)
NO_HOLDER = Repatriation(
    source="s", stock_usd_bn=0.0, hazard=0.0, per_pickup=0.0, per_loss=0.0, most=1.0, duration=7.0, unhedged=0.5
)
IMPACT = Impact(
    source="s",
    fx_log_per_usd_bn=0.001,
    ust_bp_per_100_bn=50.0,
    ust_log_sd=0.0,
    long_run=1.0,
    fading_per_year=4.0,
    shape=(("UST_10Y", 1.0),),
)


def test_stops_along_a_fall_of_8_percent_add_what_the_form_says():
    mean = np.array([0.0, 0.0, 0.0, 0.0, -0.08 * 252 / 20])  # -8 % over 20 days
    found = flow_drifts(mean, NAMES, 20, CARRY, NO_HOLDER, IMPACT)
    # loss 5 * 0.08 = 0.40; share 0.6 * (0.40 - 0.15) = 0.15; 37.5 bn at 0.001, over 20 of 252 days
    assert found == pytest.approx([0.0, 0.0, 0.0, 0.0, -0.0375 * 252 / 20], rel=1e-12)


def test_a_constant_hazard_sells_geometrically_and_moves_both_prices():
    found = flow_drifts(np.zeros(5), NAMES, 10, NO_CARRY, HOLDER, IMPACT)
    sold = 500.0 * (1.0 - (1.0 - 0.5 / 252) ** 10)
    assert found[3] == pytest.approx(sold * 50e-6 * 25.2, rel=1e-12)  # no part fades: 50 bp for 100 bn, long-run
    assert found[4] == pytest.approx(-0.001 * 0.5 * sold * 25.2, rel=1e-12)


def test_the_short_run_part_of_an_impact_fades():
    found = flow_drifts(np.zeros(5), NAMES, 2, NO_CARRY, HOLDER, replace(IMPACT, long_run=0.0))
    first, second = 500.0 * 0.5 / 252, (500.0 - 500.0 * 0.5 / 252) * 0.5 / 252
    level = 50e-6 * (math.exp(-4.0 / 252) * first + second)
    assert found[3] == pytest.approx(level * 126.0, rel=1e-12)


@pytest.mark.parametrize(("name", "gain"), [("bench/three-regimes.toml", 0.675), ("feedback-severe", 1.296)])
def test_the_loop_is_stable_by_default_and_not_under_stress(name, gain):
    unwind = load_scenario(name).unwind
    assert unwind is not None
    assert unwind.carry is not None
    assert unwind.impact is not None
    assert loop_gain(unwind.carry, unwind.impact) == pytest.approx(gain, rel=1e-12)  # stock * slope * leverage * k
