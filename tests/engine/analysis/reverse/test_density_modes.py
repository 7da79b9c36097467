"""Modes of a density among the markets that lose an amount, beside their closed forms."""

import numpy as np
import pytest

from engine.analysis.reverse.density_modes import density_modes
from engine.analysis.reverse.law_density import density_of
from engine.inputs.market.load import bundled_market_path, load_market
from engine.mechanisms.unwind import Unwind

NO_TAIL = np.empty((18, 0))


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def modes(density, loss_of, target):
    """Modes and the states that they are."""
    random = np.random.Generator(np.random.Philox(key=1))
    found = density_modes(density, lambda y: loss_of(density.states(y)), target, NO_TAIL, random)
    return found, density.states(found.markets)


def test_of_a_linear_book_the_mode_is_the_closed_form(market):
    density = density_of(market, market, None, 10)
    weights = np.array([(-1.0) ** f * (f + 1.0) for f in range(18)]) * 1e12
    found, states = modes(density, lambda x: weights @ x, 20e9)
    covariance = density.chol @ density.chol.T
    left = 20e9 - weights @ density.mean
    wanted = density.mean + left * covariance @ weights / (weights @ covariance @ weights)
    assert states.shape == (18, 1)
    # The solver stops at 1e-12 of the log density, a parabola: a millionth of a standard deviation of the market.
    assert np.abs(states[:, 0] - wanted) / np.sqrt(np.diag(covariance)) == pytest.approx(np.zeros(18), abs=1e-5)
    distance = left / np.sqrt(weights @ covariance @ weights)
    assert density.log_density(found.markets)[0] == pytest.approx(-0.5 * distance**2, rel=1e-8)


def test_a_loss_that_bends_both_ways_has_two_modes(market):
    density = density_of(market, market, None, 10)
    _, states = modes(density, lambda x: 2e12 * (x[16] ** 2 + 0.003 * x[16]), 10e9)  # of ln USD/JPY
    roots = np.sort(np.roots([1.0, 0.003, -0.005]))
    assert np.sort(states[16]) == pytest.approx(roots, rel=1e-6)
    slope = density.chol @ density.chol[16] / (density.chol[16] @ density.chol[16])
    wanted = density.mean + slope * (states[16, 0] - density.mean[16])  # all else by regression
    assert states[:, 0] == pytest.approx(wanted, abs=1e-8)


def test_a_t_has_the_mode_of_the_normal_but_for_its_drift(market):
    density = density_of(market, market, Unwind(law="t"), 10)
    weights = np.linspace(1.0, -1.0, 18) * 1e12
    _, states = modes(density, lambda x: weights @ x, 100e9)
    covariance = density.chol @ density.chol.T
    wanted = density.mean + (100e9 - weights @ density.mean) * covariance @ weights / (weights @ covariance @ weights)
    # A price's drift loses half its variance, 0.01 of its standard deviation, times q^2 less 1, which is about 6 here.
    assert np.abs(states[:, 0] - wanted) / np.sqrt(np.diag(covariance)) == pytest.approx(np.zeros(18), abs=0.1)


def test_where_no_market_loses_so_much_there_is_none_and_the_largest_is_said(market):
    density = density_of(market, market, None, 10)
    found, _ = modes(density, lambda x: 1e9 * np.tanh(20.0 * x[16]), 2e9)
    assert found.markets.shape == (18, 0)
    assert 0.99e9 < found.largest <= 1e9
