"""Sobol's points: even as the literature has them, uniform one by one, the same for the same key."""

import numpy as np
import pytest

from engine.risk.sampling.sobol import _directions, sobol_points


def test_the_first_two_coordinates_are_a_net_of_strength_0():
    """Each box of 2^-a by 2^-(10 - a) holds one of 1,024 points: Sobol (1967); scrambled digits leave it so."""
    points = sobol_points(2, 10, (1, 1))
    for a in range(11):
        box = (points[0] * 2**a).astype(int) * 2 ** (10 - a) + (points[1] * 2 ** (10 - a)).astype(int)
        assert np.array_equal(np.sort(box), np.arange(1024))


def test_every_coordinate_has_one_point_in_each_interval():
    points = sobol_points(256, 8, (3, 5))
    assert np.array_equal(np.sort((points * 256).astype(int), axis=1), np.tile(np.arange(256), (256, 1)))


def test_the_same_key_gives_the_same_points_and_another_one_others():
    first = sobol_points(5, 6, (1, 2))
    assert np.array_equal(first, sobol_points(5, 6, (1, 2)))
    for other in ((1, 3), (2, 2)):
        assert not np.array_equal(first, sobol_points(5, 6, other))


def test_more_points_begin_with_the_fewer():
    assert np.array_equal(sobol_points(4, 7, (9, 0))[:, :64], sobol_points(4, 6, (9, 0)))


def test_a_point_alone_is_uniform_over_scramblings():
    """The mean of 400 uniforms is within 4 x 0.2887 / 20 = 0.058 of 1/2, and that of their squares within 0.060."""
    one = np.array([sobol_points(3, 2, (7, k))[:, 1] for k in range(400)])
    assert np.abs(one.mean(axis=0) - 0.5).max() < 0.058
    assert np.abs((one**2).mean(axis=0) - 1.0 / 3.0).max() < 0.060


def test_coordinates_beyond_the_direction_numbers_are_uniforms_too():
    points = sobol_points(300, 8, (1, 1))
    assert ((points > 0.0) & (points < 1.0)).all()
    assert np.abs(points[256:].mean(axis=1) - 0.5).max() < 5 * 0.2887 / 16  # of 44 means of 256 independent uniforms
    assert np.unique(points[256:]).size == 44 * 256


@pytest.mark.slow  # scipy.stats takes a second to load
def test_directions_are_those_of_another_program():
    from scipy.stats import qmc

    points = qmc.Sobol(256, scramble=False, bits=52).random_base2(9).T  # in the order of Gray's code
    gray = np.arange(512) ^ (np.arange(512) >> 1)
    plain = np.zeros((256, 512), np.uint64)
    for bit in range(9):
        half = 1 << bit
        plain[:, half : 2 * half] = plain[:, :half] ^ _directions()[:, bit, None]
    assert np.array_equal(plain[:, gray].astype(float) * 2.0**-52, points)
