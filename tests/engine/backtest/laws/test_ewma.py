"""Exponential weights by hand."""

import numpy as np

from engine.backtest.laws.ewma import DECAY, EWMA
from engine.backtest.walk.common_draws import CommonDraws
from tests.engine.backtest.synthetic import usual


def test_the_covariance_of_moves_is_the_weighted_one_times_the_weekdays_ahead():
    joint, place = usual().joint, 560
    draws = CommonDraws(seed=2, day=9, n_paths=50_000)
    recursion = np.zeros((17, 17))
    for k in range(place + 1):
        daily = joint.changes[k] / np.sqrt(joint.spans[k])
        recursion = DECAY * recursion + (1.0 - DECAY) * np.outer(daily, daily)
    for horizon in (1, 10):
        moves = EWMA.prepare(joint)(place, horizon, draws)
        weekdays = joint.spans[place + 1 : place + 1 + horizon].sum()
        found, wanted = moves @ moves.T / 50_000, recursion * weekdays
        size = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
        # a covariance of 50,000 draws has a standard error of 0.0063 of the sizes at most; five of them
        np.testing.assert_allclose(found / size, wanted / size, rtol=0, atol=0.032)
