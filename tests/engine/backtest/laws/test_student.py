"""Multivariate t: the window's covariance, and tails of its own."""

import numpy as np
import pytest

from engine.backtest.laws.student import STUDENT, WINDOW
from engine.backtest.walk.common_draws import CommonDraws
from tests.engine.backtest.synthetic import usual


def test_moves_have_the_window_s_variance_and_the_t_s_quantiles():
    joint, place, n = usual().joint, 560, 200_000
    moves = STUDENT.prepare(joint)(place, 1, CommonDraws(seed=2, day=9, n_paths=n))
    daily = (
        joint.changes[place + 1 - WINDOW : place + 1] / np.sqrt(joint.spans[place + 1 - WINDOW : place + 1])[:, None]
    )
    sd = np.sqrt((daily**2).mean(axis=0) * joint.spans[place + 1])
    # t with four degrees has the 99 % quantile 3.7469 (tables), over sd sqrt(2): 2.6495; its standard error here 0.02
    quantiles = np.quantile(moves / sd[:, None], 0.99, axis=1)
    assert quantiles == pytest.approx(np.full(17, 3.7469 / np.sqrt(2.0)), abs=0.08)
