"""Peaks of densities that are known to have one or two."""

import numpy as np
import pytest

from engine.analysis.reverse.peaks import peaks_of


def cloud(n, n_dimensions=4, seed=1):
    return np.random.Generator(np.random.Philox(key=seed)).standard_normal((n_dimensions, n))


@pytest.mark.parametrize("n", [1, 20, 60, 400])
@pytest.mark.parametrize("seed", range(5))
def test_a_normal_has_one_peak(n, seed):
    assert peaks_of(cloud(n, seed=seed)).n == 1


def test_two_clouds_apart_are_two_peaks_the_larger_first():
    points = cloud(400)
    right = np.arange(400) < 120
    points[0, right] += 7.0
    found = peaks_of(points)
    assert found.n == 2
    assert (found.peak == right).mean() > 0.98  # two points of a normal of four dimensions in a hundred lie half way


def test_the_densest_point_lies_near_the_top():
    points = cloud(400)
    best = points[:, np.argmax(peaks_of(points).log_density)]
    assert np.linalg.norm(best) < 1.2  # a normal of four dimensions has its median at 1.83


def test_no_point_has_no_peak():
    assert peaks_of(np.empty((3, 0))).n == 0
