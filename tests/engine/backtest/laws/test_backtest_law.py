"""Square roots of covariances, of any rank."""

import numpy as np
import pytest

from engine.backtest.laws.backtest_law import normal_moves, square_root
from engine.backtest.walk.common_draws import CommonDraws


@pytest.mark.parametrize("rank", [1, 3, 5])
def test_a_root_squared_is_the_covariance(rank):
    loadings = np.random.default_rng(1).standard_normal((5, rank))
    covariance = loadings @ loadings.T
    root = square_root(covariance)
    np.testing.assert_allclose(root @ root, covariance, rtol=0, atol=1e-12)  # of entries of 5


def test_moves_have_the_covariance():
    covariance = np.array([[1.0, 0.6], [0.6, 4.0]])
    moves = normal_moves(covariance, CommonDraws(seed=1, day=1, n_paths=200_000))
    # standard errors of 200,000: 0.003, 0.004, 0.013; five of them
    allowed = np.array([[0.016, 0.024], [0.024, 0.064]])
    assert (np.abs(np.cov(moves) - covariance) < allowed).all()
