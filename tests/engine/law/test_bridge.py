"""Bridges: drifts that lead a median."""

import math

import numpy as np
import pytest

from engine.law.bridge import bridge_drifts, bridged, median_shift
from engine.law.diffusion import Steps
from engine.law.part import LawSetting
from engine.mechanisms.bridge import Bridge
from engine.mechanisms.unwind import Unwind


def test_other_factors_follow_by_their_regression_on_the_led_one():
    chol = np.linalg.cholesky(np.array([[[4.0, 1.0], [1.0, 9.0]]]))
    assert bridge_drifts(0, np.array([2.0]), chol) == pytest.approx(np.array([[2.0, 2.0 * 1.0 / 4.0]]))


def test_the_steps_drifts_add_up_to_the_level(hand_market):
    market = hand_market(usdjpy=150.0)
    setting = LawSetting(market=market, base=market, dt=1 / 252, n_steps=10)
    n = len(market.factors)
    steps = Steps(drift=np.full((1, n), 1e-3), chol=np.eye(n)[None], convexity=np.zeros((1, n)))
    led = bridged(Unwind(bridge=Bridge(factor="USDJPY", level=125.0)), setting, steps)
    assert 10 * led.drift[0, setting.names.index("USDJPY")] == pytest.approx(math.log(125.0 / 150.0), rel=1e-12)
    assert bridged(Unwind(), setting, steps) is steps


def test_a_median_without_convexity_or_spread_is_known():
    assert median_shift(0.0, 1.0, np.ones(2)) == 0.0
    assert median_shift(-0.02, 0.0, np.array([1.5, 0.5])) == -0.02 * 1.5**2
