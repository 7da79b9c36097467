"""The tabulated law of the mixing variable, against the t distribution."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

from engine.law.fat_tails import mean_square, mixing_quantiles
from kernels.mixing import quantile_nodes

CASES = json.loads((Path(__file__).parents[2] / "data" / "unwind.json").read_text(encoding="utf-8"))["student"]


def mean(of, q):
    """E of(q) by 8 Gauss points in each cell between nodes, exact to rounding, and at q[0] below the first."""
    points, weights = np.polynomial.legendre.leggauss(8)
    cells = q[:-1, None] + np.diff(q)[:, None] * 0.5 * (1.0 + points)
    inside = (of(cells) @ weights) * 0.5 * np.diff(quantile_nodes())
    return of(q[0]) * quantile_nodes()[0] + inside.sum()


def quantile(p, q):
    """x with P(q z <= x) = p."""
    return brentq(lambda x: mean(lambda v: ndtr(x / v), q) - p, -200.0, 0.0, xtol=1e-13)


@pytest.mark.parametrize("nu", [2.1, 3.0, 5.0, 30.0, 1e6])
def test_the_variance_is_1_under_the_very_law_that_is_drawn(nu):
    q = mixing_quantiles(nu)
    assert mean(lambda v: v * v, q) == pytest.approx(1.0, abs=1e-13)
    assert mean_square(q) == pytest.approx(1.0, abs=1e-13)
    assert (np.diff(q) <= 0.0).all()


@pytest.mark.parametrize(("nu", "tolerance"), [(3.0, 7e-3), (4.0, 1.2e-3), (6.0, 4e-4), (30.0, 3e-4)])
def test_quantiles_are_those_of_a_t_with_unit_variance(nu, tolerance):
    # cutting chi-square at its 1e-6 quantile takes about 1e-6^(1 - 2 / nu) of the variance, which the rescaling spreads
    # over all quantiles; the last cell, where q is far from linear, adds some 1e-4
    q = mixing_quantiles(nu)
    for p in (1e-3, 0.01, 0.025, 0.1):
        exact = stats.t.ppf(p, nu) * np.sqrt((nu - 2.0) / nu)
        assert quantile(p, q) == pytest.approx(exact, rel=tolerance)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_var_of_a_linear_book_is_the_closed_form(case):
    q, nu = mixing_quantiles(case["nu"]), case["nu"]
    exposure, vols, corr = (np.array(case[name]) for name in ("exposure", "vols", "corr"))
    std = np.sqrt((exposure * vols) @ corr @ (exposure * vols))
    for level in case["levels"]:
        found = -std * quantile(1.0 - level["level"], q)
        assert found == pytest.approx(level["VaR_vols_are_std_dev"], rel={3: 7e-3, 4: 1.2e-3, 6: 4e-4}[nu])  # as above
