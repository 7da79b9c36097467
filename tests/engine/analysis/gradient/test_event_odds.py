"""Odds of events: paths weighted by how much likelier they are stand for paths of the other law."""

import numpy as np
import pytest

from engine.analysis.gradient.event_odds import differ_in_odds_alone, events_of, ratios
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.run.load import load_inputs
from engine.scenario.apply import apply

N, STEPS, SEED = 4096, 10, 5
PATHS = np.arange(N, dtype=np.uint64)


@pytest.fixture(scope="module")
def own():
    market = load_inputs(resolve({}, {})).market
    shocked = apply(load_scenario("bench/three-regimes.toml"), market, STEPS)
    _, model = model_arrays([law_of(shocked.market, STEPS, STEPS, shocked.unwind, market)])
    return model


@pytest.fixture(scope="module")
def other(own):
    """Half as many changes again, half as many jumps, and another regime to start from."""
    return own._replace(
        transitions=1.5 * own.transitions, jump_tails=0.5 * own.jump_tails, initial=np.array([[0.7, 0.8, 1.0]])
    )


def test_weighted_paths_count_what_paths_of_the_other_law_do(own, other):
    assert differ_in_odds_alone(own, other)
    here, there = (events_of(model, SEED, PATHS, STEPS) for model in (own, other))
    ratio, touched = ratios(own, other, here)
    for count in (
        lambda each: np.ones(N),
        lambda each: (each.after != each.before).sum(axis=0),
        lambda each: each.jumps.sum(axis=(0, 1)),
        lambda each: (each.start == 2) * 1.0,
    ):
        weighted, simulated = ratio * count(here), count(there)
        error = np.hypot(weighted.std(), simulated.std()) / np.sqrt(N)
        assert abs(weighted.mean() - simulated.mean()) < 4.0 * error + 1e-12  # one seed of four counts
    # Every path of a regime that starts otherwise is touched.
    assert touched.all()


def test_the_law_itself_weighs_one_and_touches_nothing(own):
    ratio, touched = ratios(own, own, events_of(own, SEED, PATHS[:64], STEPS))
    assert (ratio == 1.0).all()
    assert not touched.any()


def test_laws_of_other_moves_or_of_events_that_never_came_are_not_told(own):
    assert not differ_in_odds_alone(own, own._replace(drift=own.drift + 1e-9))
    never = own._replace(jump_tails=np.zeros_like(own.jump_tails))
    assert not differ_in_odds_alone(never, own)
    assert differ_in_odds_alone(own, never)
