"""The density of the states at the horizon: normal, or a t that drifts."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from engine.analysis.reverse.law_density import LawDensity, density_of
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply

CHOL = np.array([[0.02, 0.0, 0.0], [0.01, 0.03, 0.0], [0.0, -0.01, 0.01]])
NORMAL = LawDensity(mean=np.array([0.001, 0.0, -0.002]), chol=CHOL, tilt=np.zeros(3), nu=None)
SKEWED = replace(NORMAL, tilt=np.array([-0.01, 0.005, 0.0]), nu=4.0)
POINTS = np.array([[0.0, 1.0, -3.0], [0.0, 2.0, 0.5], [0.0, -1.0, 4.0]])


def mixed(y):
    """Integral of the normal density given q over g = chi2_nu / 2, whose density is a gamma's, by quadrature."""

    def at(g):
        square = (4.0 - 2.0) / (2.0 * g)
        gap = y - SKEWED.tilt * (square - 1.0)
        return g * np.exp(-g) * square**-1.5 * np.exp(-0.5 * gap @ gap / square)

    return quad(at, 0.0, np.inf, epsabs=0.0, epsrel=1e-10)[0]


def test_a_normal_is_half_the_squared_length_below_its_mode():
    assert NORMAL.log_density(POINTS) == pytest.approx([0.0, -3.0, -12.625], abs=1e-14)


def test_a_skewed_t_is_the_mixture_of_its_normals():
    wanted = [np.log(mixed(y) / mixed(np.zeros(3))) for y in POINTS.T]
    # To first order in the squared tilt, 1.25e-4: what is left out is of its square.
    assert SKEWED.log_density(POINTS) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("density", [NORMAL, SKEWED])
def test_the_slope_is_the_density_s(density):
    y, steps = POINTS[:, 2], 1e-5 * np.eye(3)
    slopes = (density.log_density(y[:, None] + steps) - density.log_density(y[:, None] - steps)) / 2e-5
    assert density.slope(y) == pytest.approx(slopes, rel=1e-7)


@pytest.mark.parametrize("density", [NORMAL, replace(SKEWED, nu=12.0)])
def test_draws_have_mean_zero_and_covariance_one(density):
    y = density.draw(100_000, np.random.Generator(np.random.Philox(key=1)))
    assert y.mean(axis=1) == pytest.approx(np.zeros(3), abs=5.0 / np.sqrt(100_000))
    # The error of a variance of a t with 12 degrees is sqrt(2 + 6 / 8) / sqrt(n); allow five.
    assert np.cov(y) == pytest.approx(np.eye(3), abs=5.0 * np.sqrt(2.75 / 100_000))
    assert density.states(y).mean(axis=1) == pytest.approx(density.mean, abs=1e-3)


def test_only_laws_of_one_exact_step_have_a_density():
    market = load_market(bundled_market_path())
    known = {name: density_of(market, market, law, 10) for name, law in {
        "base": None, "t": Unwind(law="t"), "ewma": Unwind(law="ewma"), "filtered": Unwind(law="filtered"),
        "historical": Unwind(law="historical-500"),
    }.items()}  # fmt: skip
    assert [name for name, density in known.items() if density is not None] == ["base", "t", "ewma"]
    assert [known[name].nu for name in ("base", "t", "ewma")] == [None, 4.0, None]
    loop = apply(load_scenario("unwind-loop"), market, 10)
    assert density_of(loop.market, market, loop.unwind, 10) is None
