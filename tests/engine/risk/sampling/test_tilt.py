"""The tilt against closed forms: of a straight loss, and of densities that add up to 1."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import gammaincinv, ndtri

from engine.risk.sampling.quadratic import Quadratic
from engine.risk.sampling.tilt import tilt_to

STRAIGHT = Quadratic(at=1.0, axes=np.eye(2), slopes=np.array([2.0, 0.0]), curves=np.zeros(2))
CURVED = Quadratic(at=0.5, axes=np.eye(2), slopes=np.array([1.0, -0.4]), curves=np.array([0.15, -0.3]))


def grid(n=400):
    """Middles of n by n cells of equal probability, as normals (2, n^2)."""
    one = ndtri((np.arange(n) + 0.5) / n)
    return np.stack([each.ravel() for each in np.meshgrid(one, one)])


def test_a_straight_loss_is_moved_to_the_threshold():
    """The mean moves to the threshold, 3 sd away: theta = 3 / 2 = 1.5 / sd, psi = -4.5."""
    tilt = tilt_to(7.0, STRAIGHT)
    assert tilt.theta == pytest.approx(1.5, rel=1e-6)
    assert tilt.psi == pytest.approx(-4.5, rel=1e-9)
    moved = tilt.normals(np.zeros((2, 1)), np.ones(1))
    assert moved[:, 0] == pytest.approx([3.0, 0.0], rel=1e-6)


@pytest.mark.parametrize("nu", [None, 4.0])
def test_under_the_tilt_the_mean_of_q_is_zero_and_densities_add_up(nu):
    """E 1/likelihood = 1 under the tilt, and E Q = 0: by a grid of equal probabilities, fine to 1e-2 in the tails."""
    tilt = tilt_to(4.0, CURVED, nu, bend=0.01)
    assert tilt.theta > 0.0
    totals = []
    for u in (np.arange(64) + 0.5) / 64 if nu else [0.5]:
        chi_square = tilt.mixing(np.full(160_000, u))
        normals = tilt.normals(grid(), chi_square)
        likelihood = tilt.likelihood(normals, chi_square)
        totals.append([(1.0 / likelihood).mean(), ((np.log(likelihood) + tilt.psi) / tilt.theta).mean()])
    ones, q = np.mean(totals, axis=0)
    assert ones == pytest.approx(1.0, abs=0.06 if nu else 0.01)  # of a t the densities' ratio has a long tail
    assert q == pytest.approx(0.0, abs=0.05)


def test_without_a_tilt_chi_square_is_its_own():
    none = replace(tilt_to(4.0, CURVED, 4.0), theta=0.0, psi=0.0)
    u = np.array([0.1, 0.5, 0.9])
    assert none.mixing(u) == pytest.approx(2.0 * gammaincinv(2.0, u))
    assert none.likelihood(np.ones((2, 3)), none.mixing(u)) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("threshold", [0.5, -3.0, -np.inf])
def test_an_ordinary_loss_needs_no_tilt(threshold):
    assert tilt_to(threshold, STRAIGHT).theta == 0.0


def test_a_loss_that_nothing_moves_is_not_tilted():
    flat = Quadratic(at=0.0, axes=np.eye(2), slopes=np.zeros(2), curves=np.zeros(2))
    assert tilt_to(1.0, flat).theta == 0.0
