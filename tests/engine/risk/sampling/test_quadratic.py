"""A loss to second order: what is quadratic comes back as it is."""

import numpy as np
import pytest

from engine.risk.sampling.quadratic import gradient_first, quadratic_of

GRADIENT = np.array([3.0, -1.0, 0.5])
MATRIX = np.array([[0.4, 0.1, 0.0], [0.1, -0.3, 0.2], [0.0, 0.2, 0.05]])


def losses(z):
    return 7.0 + GRADIENT @ z + 0.5 * np.einsum("in,ij,jn->n", z, MATRIX, z)


def test_a_quadratic_loss_comes_back():
    found = quadratic_of(losses, 3)
    assert found.at == 7.0
    # differences of 0.05 lose 13 of 16 digits at second order at most
    assert found.axes @ found.slopes == pytest.approx(GRADIENT, abs=1e-10)
    assert found.axes @ np.diag(2.0 * found.curves) @ found.axes.T == pytest.approx(MATRIX, abs=1e-10)
    assert np.all(np.diff(np.abs(found.slopes)) <= 0.0)


def test_the_gradient_is_the_first_of_the_other_axes():
    found = quadratic_of(losses, 3)
    turned = gradient_first(found)
    assert turned.T @ turned == pytest.approx(np.eye(3), abs=1e-12)
    assert found.axes @ turned[:, 0] == pytest.approx(GRADIENT / np.linalg.norm(GRADIENT), abs=1e-10)


def test_what_does_not_move_has_neither_slope_nor_curve():
    found = quadratic_of(lambda z: np.full(z.shape[1], 1e12), 3)
    assert not found.slopes.any()
    assert not found.curves.any()
    assert gradient_first(found) == pytest.approx(np.eye(3))
