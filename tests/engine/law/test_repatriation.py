"""Repatriation in the law's record."""

import math
from dataclasses import replace

import pytest

from engine.law.part import LawSetting
from engine.law.repatriation import repatriation_record
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind

NAMES = ("JGB_1Y", "JGB_30Y", "UST_3M", "UST_10Y", "USDJPY")
HOLDERS = Repatriation(source="x", hazard=0.1, per_pickup=40.0, duration=7.0, unhedged=0.5)


def test_the_scenarios_own_shock_counts_in_the_hazard_and_as_loss(hand_market):
    base = hand_market(names=NAMES, vols=(0.0,) * 5)
    ust = base.curves["UST"]
    curves = {**base.curves, "UST": replace(ust, zero_rates=ust.zero_rates + 0.004 * (ust.times > 1.0))}
    market = replace(base, curves=curves, fx={"USD": base.usdjpy * math.exp(-0.08)})
    setting = LawSetting(market=market, base=base, dt=1 / 252, n_steps=10)
    found = repatriation_record(Unwind(repatriation=HOLDERS), setting)
    assert found["hazard"] == pytest.approx(0.1 - 40.0 * 0.004, rel=1e-9)  # UST_10Y rose by 40 bp, nothing else moved
    assert found["start_held"] == pytest.approx(7.0 * 0.004 + 0.5 * 0.08, rel=1e-9)
    assert [found[f"pickup_{k}"] for k in (1, 2, 3, 4)] == [1, 3, 2, 0]
    assert [found[f"weight_{k}"] for k in (1, 2, 3, 4)] == [1.0, -1.0, 1.0, -1.0]


def test_without_the_factors_of_the_pickup_nothing_is_sold(hand_market):
    market = hand_market(names=NAMES[1:], vols=(0.0,) * 4)
    setting = LawSetting(market=market, base=market, dt=1 / 252, n_steps=10)
    assert repatriation_record(Unwind(repatriation=HOLDERS), setting) == {}
