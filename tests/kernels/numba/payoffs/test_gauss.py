"""The normal density and tail against 60-digit answers."""

import json

import numpy as np
import pytest
from numba import njit

from kernels.numba.payoffs.gauss import TAIL, density, distance_from_0, mills_p, mills_q


@njit
def lower_tail(x):
    """N(x) for x <= 0, as options take it."""
    a = distance_from_0(x)
    return density(a) * (mills_p(a) / mills_q(a))


def test_tail_is_right_to_the_last_digits_however_far_out(root):
    cases = json.loads((root / "tests" / "data" / "normal_tail.json").read_text(encoding="utf-8"))["tail"]
    worst = max(abs(lower_tail(case["x"]) / float(case["cdf"]) - 1.0) for case in cases if -case["x"] <= TAIL)
    assert worst < 1e-15  # some roundings of 1.1e-16 each


def test_tail_is_right_at_random_places():
    mpmath = pytest.importorskip("mpmath")
    x = -np.random.default_rng(1).uniform(0.0, TAIL, 400)
    with mpmath.workdps(40):
        worst = max(abs(float(mpmath.mpf(lower_tail(v)) / mpmath.ncdf(mpmath.mpf(v)) - 1)) for v in x)
    assert worst < 2e-15


def test_tail_beyond_the_last_normal_number_is_nothing_that_matters():
    assert 0.0 < lower_tail(-1e300) < 1e-300
