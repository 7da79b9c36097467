"""The tilt against closed forms: of a straight loss, and of densities that add up to 1."""

import numpy as np
import pytest
from scipy.special import gammaincinv

from engine.risk.sampling.quadratic import Quadratic
from engine.risk.sampling.tilt import tilt_to

STRAIGHT = Quadratic(at=1.0, axes=np.eye(2), slopes=np.array([2.0, 0.0]), curves=np.zeros(2))
CURVED = Quadratic(at=0.5, axes=np.eye(2), slopes=np.array([1.0, -0.4]), curves=np.array([0.15, -0.3]))


def test_a_straight_loss_is_moved_to_the_threshold():
    """The mean moves to the threshold, 3 sd away: theta = 3 / 2 = 1.5 / sd, psi = -4.5."""
    tilt = tilt_to(7.0, STRAIGHT)
    assert tilt.theta == pytest.approx(1.5, rel=1e-6)
    assert tilt.psi == pytest.approx(-4.5, rel=1e-9)
    moved = tilt.normals(np.zeros((2, 1)), np.ones(1))
    assert moved[:, 0] == pytest.approx([3.0, 0.0], rel=1e-6)


def log_chi_square(x, nu):
    """The density of chi-square, but for its constant."""
    return (0.5 * nu - 1.0) * np.log(x) - 0.5 * x


@pytest.mark.parametrize("nu", [None, 4.0])
def test_the_likelihood_is_that_of_what_is_drawn(nu):
    """Normals of the means and spreads that are drawn, and a chi-square so many times its own, over the plain ones."""
    tilt = tilt_to(4.0, CURVED, nu, bend=0.01)
    chi_square, normals = np.array([0.7, 3.0, 9.0]), np.array([[0.3, -2.0, 4.0], [1.0, 0.0, -3.0]])
    mean = tilt.normals(np.zeros((2, 3)), chi_square)
    sd = tilt.normals(np.ones((2, 3)), chi_square) - mean
    wanted = (0.5 * normals**2 - 0.5 * ((normals - mean) / sd) ** 2 - np.log(sd)).sum(axis=0)
    if nu is not None:
        scale = float(tilt.mixing(np.array([0.3]))[0] / tilt.none().mixing(np.array([0.3]))[0])
        assert scale < 0.9  # a small chi-square makes larger moves of all
        wanted += log_chi_square(chi_square / scale, nu) - np.log(scale) - log_chi_square(chi_square, nu)
    assert np.log(tilt.likelihood(normals, chi_square)) == pytest.approx(wanted, abs=1e-10)


def test_without_a_tilt_chi_square_is_its_own():
    none = tilt_to(4.0, CURVED, 4.0).none()
    u = np.array([0.1, 0.5, 0.9])
    assert none.mixing(u) == pytest.approx(2.0 * gammaincinv(2.0, u))
    assert none.likelihood(np.ones((2, 3)), none.mixing(u)) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("threshold", [0.5, -3.0, -np.inf])
def test_an_ordinary_loss_needs_no_tilt(threshold):
    assert tilt_to(threshold, STRAIGHT).theta == 0.0


def test_a_loss_that_nothing_moves_is_not_tilted():
    flat = Quadratic(at=0.0, axes=np.eye(2), slopes=np.zeros(2), curves=np.zeros(2))
    assert tilt_to(1.0, flat).theta == 0.0
