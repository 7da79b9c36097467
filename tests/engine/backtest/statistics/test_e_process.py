"""E-values of a published series, and their mean of one under the true law."""

import numpy as np
import pytest

from engine.backtest.statistics.e_process import (
    es_e_values,
    growth_stakes,
    overlapped_wealth,
    var_e_values,
    wealth,
)
from engine.errors import InputError
from tests.engine.backtest.statistics.cases import case


def test_a_constant_stake_on_forty_losses():
    inputs, expected = case(23)
    losses, n = np.array(inputs["losses"]), len(inputs["losses"])
    at_risk, shortfall = np.full(n, inputs["VaR"]), np.full(n, inputs["ES"])
    of_var = var_e_values(losses, at_risk, inputs["level"])
    of_es = es_e_values(losses, at_risk, shortfall, inputs["level"])
    days = expected["e_VaR_nonzero_days_0_based"]
    assert np.flatnonzero(of_var).tolist() == days
    assert of_es[days] == pytest.approx(expected["e_ES_values_on_those_days"], rel=1e-10)
    stake = inputs["stake_lambda"]
    assert wealth(of_var, stake)[-1] == pytest.approx(expected["e_process_VaR_final"], rel=1e-10)
    process = wealth(of_es, stake)
    assert process[-1] == pytest.approx(expected["e_process_ES_final"], rel=1e-10)
    assert process.max() == pytest.approx(expected["e_process_ES_max"], rel=1e-10)
    reached = [int(np.flatnonzero(process >= level)[0]) for level in (2.0, 5.0, 10.0)]
    assert reached == expected["first_day_ES_process_reaches_2_5_10"]


def test_the_mean_of_e_is_one_under_the_true_normal_law():
    inputs, expected = case(24)
    losses = np.random.default_rng(5).standard_normal(4_000_000)
    n = losses.size
    found = es_e_values(losses, np.full(n, expected["VaR"]), np.full(n, expected["ES"]), inputs["level"])
    # the standard error of the mean is 0.0051 (sd 10.2 over sqrt n); four of them
    assert found.mean() == pytest.approx(expected["mean_of_e_ES"], abs=0.021)


def test_stakes_know_only_the_days_before():
    e_values = np.array([0.0, 40.0, 0.0, 0.0, 40.0, 0.0])
    stakes = growth_stakes(e_values)
    assert stakes[:2].tolist() == [0.0, 0.0]  # nothing known, then only a loss of the bet
    assert stakes[2] == pytest.approx(38.0 / (1.0 + 39.0**2))  # (-1 + 39) / (1 + 39^2)
    assert growth_stakes(np.append(e_values, 40.0))[:6] == pytest.approx(stakes)


def test_windows_that_overlap_are_bet_on_apart():
    e_values = np.array([0.0, 2.0] * 20)  # every second window alone: e = 0 always, and e = 2 always
    assert overlapped_wealth(e_values, 2) == pytest.approx(0.5 * (1.0 + wealth(np.full(20, 2.0), 0.5)[-1] / 1.5))


def test_es_at_var_is_refused():
    with pytest.raises(InputError, match="above VaR"):
        es_e_values(np.ones(2), np.ones(2), np.ones(2), 0.975)
