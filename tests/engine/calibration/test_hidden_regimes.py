"""Hidden regimes: the filter against all paths one by one, the estimate against a chain that is known."""

import itertools

import numpy as np
import pytest

from engine.calibration.hidden_regimes import HiddenRegimes, estimated_regimes

KNOWN = HiddenRegimes(
    transitions=np.array([[0.90, 0.08, 0.02], [0.10, 0.85, 0.05], [0.10, 0.40, 0.50]]),
    means=np.array([[0.0, 0.1], [0.0, -0.1], [-0.8, 0.0]]),
    covariances=np.array([[[0.4, 0.1], [0.1, 0.5]], [[1.5, -0.5], [-0.5, 1.2]], [[9.0, 4.0], [4.0, 8.0]]]),
)


def drawn(n, seed):
    """Days of the known chain: (n, 2)."""
    rng, regime, days = np.random.default_rng(seed), 0, []
    for _ in range(n):
        regime = rng.choice(3, p=KNOWN.transitions[regime])
        days.append(rng.multivariate_normal(KNOWN.means[regime], KNOWN.covariances[regime]))
    return np.array(days)


def density(day, regime):
    away, matrix = day - KNOWN.means[regime], KNOWN.covariances[regime]
    return np.exp(-0.5 * away @ np.linalg.inv(matrix) @ away) / (2.0 * np.pi * np.sqrt(np.linalg.det(matrix)))


def test_memberships_are_those_of_all_paths_one_by_one():
    days = drawn(6, 3)
    for n in range(1, 7):
        likely = np.zeros(3)
        for path in itertools.product(range(3), repeat=n):
            weight = (KNOWN.long_run @ KNOWN.transitions)[path[0]] * density(days[0], path[0])
            for t in range(1, n):
                weight *= KNOWN.transitions[path[t - 1], path[t]] * density(days[t], path[t])
            likely[path[-1]] += weight
        assert KNOWN.memberships(days)[n - 1] == pytest.approx(likely / likely.sum(), rel=1e-12)


def test_long_memberships_are_those_of_one_date_after_the_other():
    """Products within parts are the same filter: Hamilton's recursion, step by step, over days beyond any rounding."""
    days = drawn(1500, 4)
    days[700] = [60.0, -60.0]  # 20 standard deviations of the widest regime
    known, found = KNOWN.long_run, KNOWN.memberships(days)
    log_densities, _ = KNOWN.densities(days)
    for t in range(1500):
        known = known @ KNOWN.transitions * log_densities[t]
        known = known / known.sum()
        assert found[t] == pytest.approx(known, rel=1e-9, abs=1e-200)


def test_the_long_run_is_what_the_chain_leaves_as_it_is():
    assert KNOWN.long_run @ KNOWN.transitions == pytest.approx(KNOWN.long_run, rel=1e-13)
    assert KNOWN.long_run.sum() == pytest.approx(1.0, rel=1e-14)


@pytest.mark.slow
def test_an_estimate_finds_the_chain_that_made_the_days():
    n = 6000
    found = estimated_regimes(drawn(n, 5))
    days = n * KNOWN.long_run  # of each regime, were they seen
    # Three standard errors as if regimes were seen, doubled since they are not; the shock has some 400 days
    for k in range(3):
        sds = np.sqrt(np.diag(KNOWN.covariances[k]))
        assert (np.abs(found.means[k] - KNOWN.means[k]) < 6.0 * sds / np.sqrt(days[k])).all()
        error = np.sqrt(2.0 / days[k]) * np.outer(sds, sds)
        assert (np.abs(found.covariances[k] - KNOWN.covariances[k]) < 6.0 * error).all()
        stays = KNOWN.transitions[k]
        assert (np.abs(found.transitions[k] - stays) < 6.0 * np.sqrt(stays * (1.0 - stays) / days[k])).all()


def test_the_same_days_have_the_same_estimate_to_the_bit_and_the_size_of_days_orders_regimes():
    days = drawn(900, 6)
    one, other = estimated_regimes(days), estimated_regimes(days.copy())
    for name in ("transitions", "means", "covariances"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    sizes = (one.means**2).sum(axis=1) + np.trace(one.covariances, axis1=1, axis2=2)
    assert (np.diff(sizes) > 0.0).all()


def test_days_without_regimes_leave_no_number_that_is_none():
    found = estimated_regimes(np.random.default_rng(7).standard_normal((800, 2)))
    assert np.isfinite(found.covariances).all()
    assert np.linalg.eigvalsh(found.covariances).min() > 0.0
    assert found.transitions.sum(axis=1) == pytest.approx(np.ones(3), rel=1e-12)
