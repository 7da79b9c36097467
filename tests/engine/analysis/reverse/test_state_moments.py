"""Mean, covariance and what follows from them, by hand."""

import numpy as np
import pytest

from engine.analysis.reverse.state_moments import StateMoments, sample_moments

TWO = StateMoments(mean=np.array([1.0, -1.0, 0.0]), covariance=np.array([[4.0, 3.0, 0.0], [3.0, 9.0, 0.0], [0.0] * 3]))


def test_the_others_go_along_by_the_regression():
    found = TWO.given([0], np.array([[3.0]]))
    assert found[:, 0] == pytest.approx([3.0, -1.0 + 0.75 * 2.0, 0.0], abs=1e-12)
    assert TWO.std_given([0]) == pytest.approx([0.0, np.sqrt(9.0 - 9.0 / 4.0), 0.0], abs=1e-12)


def test_distance_is_mahalanobis_and_what_stands_still_counts_for_nothing():
    state = np.array([[3.0], [2.0], [5.0]])
    gap = np.array([2.0, 3.0])
    wanted = np.sqrt(gap @ np.linalg.inv(TWO.covariance[:2, :2]) @ gap)
    assert TWO.distance(state) == pytest.approx([wanted], rel=1e-12)


def test_leading_components_are_white_and_leave_noise_out():
    covariance = np.array([[1.0, 0.99, 0.0], [0.99, 1.0, 0.0], [0.0, 0.0, 4.0]])
    moments = StateMoments(mean=np.zeros(3), covariance=covariance)
    scores = moments.leading(np.linalg.cholesky(covariance))
    assert scores @ scores.T == pytest.approx(np.eye(2), abs=1e-12)  # the difference of the first two is 0.3 %


def test_moments_of_paths_are_those_of_their_weights():
    states, weights = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 4.0]]), np.array([1.0, 0.5, 1.5])
    found = sample_moments(states, weights)
    assert found.mean == pytest.approx(np.average(states, axis=1, weights=weights))
    assert found.covariance == pytest.approx(np.cov(states, aweights=weights, ddof=0))
