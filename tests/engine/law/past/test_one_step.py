"""The law of one step, whole."""

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.one_step import N_NODES, enumerated, move_copies
from engine.mechanisms.unwind import Unwind

MARKET = load_market(bundled_market_path())


def test_each_row_comes_once_with_each_node_of_the_normal_that_is_not_in_it():
    _, model = model_arrays([law_of(MARKET, 1, 1), law_of(MARKET, 1, 1, Unwind(law="filtered"))])
    whole, counts = enumerated(model, 1)
    assert counts.tolist() == [0, 1000 * N_NODES]
    assert whole.laws["is_enumerated"].tolist() == [0, 1]
    assert (whole.own_normal == 0.0).all()
    moves = whole.residuals.reshape(18, N_NODES, 1000)
    assert (moves[:17] == model.residuals[:17, None]).all()
    own = moves[17] - model.residuals[17]
    assert own.mean() == pytest.approx(0.0, abs=1e-15)
    assert (own**2).mean() == pytest.approx(1.0 - 0.09, rel=1e-12)
    assert (moves[17] ** 2).mean() == pytest.approx(1.0, rel=1e-12)


def test_a_law_whose_factors_all_have_a_history_has_as_many_moves_as_rows():
    _, model = model_arrays([law_of(MARKET, 1, 1, Unwind(law="filtered"))])
    whole, counts = enumerated(model._replace(own_normal=np.zeros((1, 18))), 1)
    assert counts.tolist() == [1000]
    assert whole.residuals.tolist() == model.residuals.tolist()


def test_copies_of_moves_are_in_proportion_to_their_rows_and_even_over_nodes():
    weights = np.random.default_rng(1).exponential(size=10)
    weights /= weights.mean()
    copies = move_copies(np.tile(weights, 7), 10, 6553).reshape(7, 10)
    assert copies.sum() == 6553
    assert np.abs(copies.sum(axis=0) - 655.3 * weights).max() < 1.0
    assert (copies.max(axis=0) - copies.min(axis=0)).max() <= 1
