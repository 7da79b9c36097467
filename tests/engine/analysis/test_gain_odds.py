"""The odds of a loop that feeds itself, beside their closed form."""

import math

import pytest
from scipy.special import ndtr

from engine.analysis.gain_odds import N_SETS, gain_odds_of
from engine.inputs.run import resolve
from engine.run.load import load_inputs


def odds(name, seed=1):
    inputs = load_inputs(resolve({"scenario": [name]}, {}))
    return gain_odds_of(inputs.scenarios[0], inputs, 10, seed)


def test_the_odds_of_a_product_of_lognormals_are_the_normals():
    found = odds("unwind-loop")
    # gain 250 * 0.6 * 5 * 0.0009 = 0.675; logarithms of stock, leverage and slope 0.35 each, of the impact 0.3
    expected = float(ndtr(math.log(0.675) / math.sqrt(3 * 0.35**2 + 0.3**2)))
    assert expected == pytest.approx(0.281, abs=1e-3)
    assert abs(found.probability - expected) <= 3.0 * found.se
    assert len(found.gains) == N_SETS
    assert sorted(found.gains)[N_SETS // 2] == pytest.approx(0.675, rel=0.2)  # 0.68 / sqrt(256) * 1.25 is 5 %


def test_a_scenario_without_priors_has_no_odds():
    assert odds("base") is None
