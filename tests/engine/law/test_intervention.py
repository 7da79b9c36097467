"""Interventions in the law's record."""

import math

import pytest

from engine.law.intervention import intervention_record
from engine.law.part import LawSetting
from engine.mechanisms.intervention import Intervention
from engine.mechanisms.unwind import Unwind


def test_a_trillion_yen_is_so_many_billions_of_treasuries_at_the_start(hand_market):
    market = hand_market(usdjpy=125.0)
    setting = LawSetting(market=market, base=market, dt=1 / 252, n_steps=10)
    given = Intervention(source="x", median_jpy_tn=5.0, per_move=120.0)
    found = intervention_record(Unwind(intervention=given), setting)
    assert found["ust_per_tn"] == pytest.approx(8.0, rel=1e-12)  # 1e12 / 125 dollars
    assert found["log_size"] == pytest.approx(math.log(5.0), rel=1e-12)
    assert (found["intervenes"], found["logit_per_move"]) == (1, 120.0)
    assert intervention_record(Unwind(), setting) == {}
