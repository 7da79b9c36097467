"""Exponential weights and a multivariate t, by hand."""

import numpy as np
import pytest

from engine.backtest.laws.by_covariance import by_covariance
from engine.backtest.walk.common_draws import CommonDraws
from engine.mechanisms.law import LAW_KINDS
from tests.engine.backtest.synthetic import usual

WINDOW = 500  # joint dates of the t


def test_the_covariance_of_moves_is_the_weighted_one_times_the_weekdays_ahead():
    joint, place = usual().joint, 560
    draws = CommonDraws(seed=2, day=9, n_paths=50_000)
    recursion = np.zeros((17, 17))
    for k in range(place + 1):
        daily = joint.changes[k] / np.sqrt(joint.spans[k])
        recursion = 0.97 * recursion + 0.03 * np.outer(daily, daily)
    for horizon in (1, 10):
        moves = by_covariance(LAW_KINDS["ewma"]).prepare(joint)(place, horizon, draws).moves
        weekdays = joint.spans[place + 1 : place + 1 + horizon].sum()
        found, wanted = moves @ moves.T / 50_000, recursion * weekdays
        size = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
        # a covariance of 50,000 draws has a standard error of 0.0063 of the sizes at most; five of them
        np.testing.assert_allclose(found / size, wanted / size, rtol=0, atol=0.032)


def test_moves_of_the_t_have_the_window_s_variance_and_the_t_s_quantiles():
    joint, place, n = usual().joint, 560, 200_000
    moves = by_covariance(LAW_KINDS["t"]).prepare(joint)(place, 1, CommonDraws(seed=2, day=9, n_paths=n)).moves
    daily = (
        joint.changes[place + 1 - WINDOW : place + 1] / np.sqrt(joint.spans[place + 1 - WINDOW : place + 1])[:, None]
    )
    sd = np.sqrt((daily**2).mean(axis=0) * joint.spans[place + 1])
    # t with four degrees has the 99 % quantile 3.7469 (tables), over sd sqrt(2): 2.6495; its standard error here 0.02
    quantiles = np.quantile(moves / sd[:, None], 0.99, axis=1)
    assert quantiles == pytest.approx(np.full(17, 3.7469 / np.sqrt(2.0)), abs=0.08)
