"""FZ0 and pinball scores of a published case; Diebold-Mariano by hand."""

import numpy as np
import pytest

from engine.backtest.statistics.scores import (
    diebold_mariano,
    fz0_losses,
    long_run_variance,
    newey_west_lags,
    pinball_losses,
)
from engine.errors import InputError
from tests.engine.backtest.statistics.cases import case


def test_mean_scores_of_the_case():
    inputs, expected = case(22)
    pnl, at_risk, shortfall = (np.array(inputs[name]) for name in ("returns", "VaR", "ES"))
    assert pinball_losses(pnl, at_risk, inputs["p"]).mean() == pytest.approx(expected["mean_pinball_loss"], rel=1e-6)
    found = fz0_losses(pnl, at_risk, shortfall, inputs["p"]).mean()
    assert found == pytest.approx(expected["mean_FZ0_loss"], rel=1e-8)


def test_the_true_var_and_es_have_the_least_fz0():
    pnl = np.random.default_rng(3).standard_normal(400_000)
    true = fz0_losses(pnl, np.full(pnl.size, 1.959964), np.full(pnl.size, 2.337803), 0.025).mean()
    for at_risk, shortfall in ((1.7, 2.337803), (2.2, 2.4), (1.959964, 2.0), (1.959964, 2.8)):
        assert fz0_losses(pnl, np.full(pnl.size, at_risk), np.full(pnl.size, shortfall), 0.025).mean() > true


def test_newey_west_of_four_numbers_by_hand():
    # centred -1.5, -0.5, 0.5, 1.5: gamma0 = 5/4, gamma1 = (0.75 - 0.25 + 0.75)/4 = 1.25/4; weight 1/2
    assert long_run_variance(np.array([1.0, 2.0, 3.0, 4.0]), 1) == pytest.approx(1.25 + 2 * 0.5 * 0.3125)


def test_diebold_mariano_is_the_mean_over_its_standard_error():
    # differences 1, 2, 3, 4 without lags: 2.5 / sqrt(1.25 / 4)
    found = diebold_mariano(np.array([2.0, 4.0, 6.0, 8.0]), np.array([1.0, 2.0, 3.0, 4.0]), 0)
    assert found.statistic == pytest.approx(2.5 / np.sqrt(1.25 / 4.0))


def test_one_forecast_twice_is_level():
    found = diebold_mariano(np.ones(5), np.ones(5), 2)
    assert (found.statistic, found.p_value) == (0.0, 1.0)


def test_windows_that_overlap_take_the_lags_of_the_overlap():
    assert newey_west_lags(1258, 10) == 9
    assert newey_west_lags(1258, 1) == 7  # 4 (12.58)^(2/9) = 7.02


def test_a_shortfall_that_is_a_gain_is_refused():
    with pytest.raises(InputError, match="above 0"):
        fz0_losses(np.zeros(2), np.zeros(2), np.array([1.0, 0.0]), 0.025)
