"""Strands of moves add up to all moves, each says its direction in words."""

import numpy as np
import pytest

from engine.explain.run.strands import direction_strands
from engine.inputs.market.load import bundled_market_path, load_market

FACTORS = load_market(bundled_market_path()).factors
MOVES = np.random.default_rng(3).normal(0.0, 0.01, (2, len(FACTORS), 5))  # two observations, five paths


def test_strands_add_up_to_all_moves():
    parts = [strand.part(MOVES) for strand in direction_strands(FACTORS)]
    np.testing.assert_allclose(sum(parts), MOVES, rtol=0.0, atol=1e-17)  # one rounding of moves of 0.01


def test_a_parallel_move_is_level_alone_and_a_longer_end_that_rises_more_is_a_steeper_curve():
    level, shape = direction_strands(FACTORS)[:2]
    parallel, steeper = np.zeros((len(FACTORS), 1)), np.zeros((len(FACTORS), 1))
    for f, factor in enumerate(FACTORS):
        if factor.curve == "JGB":
            parallel[f], steeper[f] = 0.001, 0.0001 * factor.pillar
    assert not np.abs(shape.part(parallel[None])).max() > 1e-18
    assert (level.up, shape.up) == ("JGB yields rise together", "JGB curve steepens")
    assert level.direction(parallel)[0] == pytest.approx(0.001)
    assert shape.direction(steeper)[0] == pytest.approx(0.0001 * 39)  # of 40 years over 1 year


def test_a_fall_of_the_rate_is_a_rise_of_the_yen():
    strand = next(each for each in direction_strands(FACTORS) if each.name == "USDJPY")
    assert (strand.up, strand.down) == ("yen falls against the dollar", "yen rises against the dollar")
