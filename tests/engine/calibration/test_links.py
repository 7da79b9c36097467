"""Nearest links that leave a correlation matrix, against a general optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize

from engine.calibration.links import nearest_links

LEAST = 1e-3


def matrix(n, seed):
    """A correlation matrix of n factors, the last of which has no links yet."""
    rng = np.random.default_rng(seed)
    loadings = rng.standard_normal((n, 2 * n))
    covariance = loadings @ loadings.T
    scale = np.sqrt(np.diag(covariance))
    return covariance / np.outer(scale, scale)


def with_links(correlation, free, at, links):
    found = correlation.copy()
    found[free, at] = found[at, free] = links
    return found


@pytest.mark.parametrize("seed", range(5))
def test_links_out_of_reach_become_the_nearest_in_reach(seed):
    correlation, free, at = matrix(6, seed), np.array([0, 2, 3]), 5  # 1 and 4 keep their links with 5
    wanted = np.array([0.9, -0.9, 0.9])
    found = nearest_links(wanted, correlation, free, at, LEAST)
    laid = with_links(correlation, free, at, found)
    assert np.linalg.eigvalsh(laid)[0] == pytest.approx(LEAST, abs=1e-10)
    others = np.setdiff1d(np.arange(6), free)
    np.testing.assert_array_equal(laid[np.ix_(others, others)], correlation[np.ix_(others, others)])

    def smallest(links):
        return float(np.linalg.eigvalsh(with_links(correlation, free, at, links))[0] - LEAST)

    best = minimize(
        lambda links: float(((links - wanted) ** 2).sum()),
        0.5 * found,
        constraints=({"type": "ineq", "fun": smallest},),
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert found == pytest.approx(best.x, abs=1e-4)  # what SLSQP reaches with differences for slopes
    assert ((found - wanted) ** 2).sum() <= best.fun + 1e-9


def test_links_in_reach_stay():
    wanted = np.array([0.1, -0.1, 0.05, 0.0])
    assert nearest_links(wanted, np.eye(5), np.arange(4), 4, LEAST) is wanted
