"""A study of uncertain parameters put together, and the odds of a loop that feeds itself."""

import math

import numpy as np
import pytest

from engine.risk.uncertainty.band import SetFigures
from engine.risk.uncertainty.study import PriorFacts, gain_odds, study_of


def facts(name):
    return PriorFacts(parameter=name, value=1.0, prior="lognormal", source="s", figures={"log_sd": 0.3})


def test_a_power_of_a_parameter_is_a_line_in_its_rank():
    values = np.exp(np.random.default_rng(2).normal(size=(40, 2)))
    found = study_of(
        scenario="s",
        seed=1,
        n_paths=1000,
        priors=[facts("ratio"), facts("other")],
        sets=values.tolist(),
        figures=[
            SetFigures(scope="total", confidence=0.99, measure="v", values=tuple(values[:, 0] ** 1.7), ses=(0.0,) * 40)
        ],
        gains=None,
    )
    assert found.tornadoes[0].r2 == pytest.approx(1.0)
    assert found.tornadoes[0].bars[0].parameter == "ratio"
    assert (found.n_sets, len(found.bands), found.gain) == (40, 1, None)


def test_the_odds_of_a_gain_are_the_share_of_sets():
    odds = gain_odds([0.5] * 48 + [1.0] * 16)
    near = 16.5 / 65.0  # Jeffreys: half a set on either side
    assert (odds.probability, odds.se) == (0.25, pytest.approx(math.sqrt(near * (1.0 - near) / 64)))


@pytest.mark.parametrize("n", [1, 3])
def test_none_of_a_few_sets_is_no_certainty(n):
    odds = gain_odds([0.5] * n)
    assert odds.probability == 0.0
    assert odds.se > 0.5 / (n + 1.0)  # one set: 0.43, three: 0.19


def test_a_prior_is_told_in_a_few_words():
    assert facts("ratio").words() == "lognormal, as written 1; log_sd 0.3"
    studies = ({"name": "A (2012)", "value": 50.0}, {"name": "B (2017)", "value": 1.65})
    mixture = PriorFacts(
        parameter="p", value=1.0, prior="studies", source="s", figures={"studies": studies, "high": 100.0}
    )
    assert mixture.words() == "studies, as written 1; A (2012) 50, B (2017) 1.65, high 100"
