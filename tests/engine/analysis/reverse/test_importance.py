"""Probabilities from draws around the modes, beside the normal distribution."""

import numpy as np
import pytest
from scipy.special import ndtr, stdtr

from engine.analysis.reverse.importance import tail_probability
from engine.analysis.reverse.law_density import LawDensity

NORMAL = LawDensity(mean=np.zeros(4), chol=np.eye(4), tilt=np.zeros(4), nu=None)
T = LawDensity(mean=np.zeros(4), chol=np.eye(4), tilt=np.zeros(4), nu=4.0)
WAY = np.array([[1.0], [0.0], [0.0], [0.0]])


def draws(seed=1):
    return np.random.Generator(np.random.Philox(key=seed))


@pytest.mark.parametrize("distance", [1.0, 3.0, 6.0])
def test_a_linear_loss_has_the_normal_s_tail_however_rare(distance):
    found, (share,) = tail_probability(NORMAL, lambda y: y[0], distance, distance * WAY, draws())
    assert abs(found.value - ndtr(-distance)) < 4.0 * found.se
    assert found.se < 0.03 * found.value  # of 32,768 draws
    assert (share.value, share.se) == (1.0, 0.0)


def test_two_ways_share_it_as_their_tails_do():
    modes = np.concatenate([3.0 * WAY, -3.5 * WAY], axis=1)

    def losses(y):
        return np.where((y[0] >= 3.0) | (y[0] <= -3.5), 1.0, 0.0)

    found, shares = tail_probability(NORMAL, losses, 1.0, modes, draws())
    up, down = ndtr(-3.0), ndtr(-3.5)
    assert abs(found.value - up - down) < 4.0 * found.se
    assert abs(shares[0].value - up / (up + down)) < 4.0 * shares[0].se < 0.02
    assert shares[0].value + shares[1].value == pytest.approx(1.0, abs=1e-12)


def test_a_t_has_its_own_tail():
    found, _ = tail_probability(T, lambda y: y[0], 5.0, 5.0 * WAY, draws())
    assert abs(found.value - stdtr(4.0, -5.0 * np.sqrt(2.0))) < 4.0 * found.se < 0.3 * found.value


@pytest.mark.slow
def test_errors_cover_over_two_hundred_seeds():
    modes = np.concatenate([3.0 * WAY, -3.5 * WAY], axis=1)
    up, down = ndtr(-3.0), ndtr(-3.5)

    def losses(y):
        return np.where((y[0] >= 3.0) | (y[0] <= -3.5), 1.0, 0.0)

    within = np.zeros(2)
    for seed in range(200):
        found, shares = tail_probability(NORMAL, losses, 1.0, modes, draws(seed))
        gaps = (found.value - up - down) / found.se, (shares[0].value - up / (up + down)) / shares[0].se
        within += np.abs(gaps) < 1.96
    # 190 of 200 are meant; three binomial standard errors are 9.2.
    assert within == pytest.approx([190.0, 190.0], abs=9.5)
