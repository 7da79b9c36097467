"""Repatriation in the law's record."""

import math
from dataclasses import replace

import pytest

from engine.law.part import LawSetting
from engine.law.repatriation import repatriation_record
from engine.mechanisms.repatriation import RECORD_USD_BN, Repatriation, sold_in_a_month
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


def test_the_largest_hazard_sells_in_a_month_what_the_record_month_did():
    """By a plain loop of 21 days: what Japan's holdings fell by in March 2026, to the rounding of the default."""
    holders, left = Repatriation(source="x"), 450.0
    for _ in range(21):
        left -= left * holders.most / 252
    assert 450.0 - left == pytest.approx(sold_in_a_month(holders, holders.most), rel=1e-12)
    assert sold_in_a_month(holders, holders.most) == pytest.approx(RECORD_USD_BN, abs=0.2)  # 1.34 has three digits
    assert holders.per_loss * 0.045 == pytest.approx(holders.most, rel=0.01)  # reached at a loss of 4.5 %
