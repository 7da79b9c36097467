"""Carry stops in the law's record."""

import math
from dataclasses import replace

import pytest

from engine.law.carry import carry_record
from engine.law.part import LawSetting
from engine.mechanisms.carry import Carry
from engine.mechanisms.unwind import Unwind

CARRY = Carry(source="x", stock_usd_bn=200.0, leverage=4.0, earned_per_year=0.0252, stop_slope=0.7)


def test_the_loss_at_the_start_is_that_of_the_scenarios_own_shock(hand_market):
    base = hand_market(usdjpy=150.0)
    setting = LawSetting(market=replace(base, fx={"USD": 135.0}), base=base, dt=1 / 252, n_steps=10)
    found = carry_record(Unwind(carry=CARRY), setting)
    assert found["start_loss"] == pytest.approx(-math.log(0.9), rel=1e-12)
    assert found["carry_per_step"] == pytest.approx(1e-4, rel=1e-12)
    assert (found["carry_stock"], found["leverage"], found["stop_slope"]) == (200.0, 4.0, 0.7)
    assert carry_record(Unwind(), setting) == {}
