"""Means over a tail and shares of its paths: their errors against what they do from sample to sample."""

import numpy as np
import pytest

from engine.risk.ranks import tail_count
from engine.risk.tail_means import tail_mean_se

N, N_SAMPLES, CONFIDENCE = 5_000, 400, 0.99


@pytest.fixture(scope="module")
def sampled():
    """By sample: the share of the tail's paths in a group that grows with the loss, its error, and the binomial one."""
    rng, (whole, _) = np.random.default_rng(5), tail_count(CONFIDENCE, N)
    rows = []
    for _ in range(N_SAMPLES):
        loss = np.sort(rng.exponential(size=N))[::-1][: whole + 1]
        is_in = (loss > 5.2 + 0.1 * rng.standard_normal(loss.size)).astype(np.float64)  # VaR is 4.6
        share = is_in.mean()
        rows.append((share, tail_mean_se(is_in, CONFIDENCE, N), (share * (1.0 - share) / is_in.size) ** 0.5))
    return np.array(rows)


def test_the_error_of_a_share_is_what_it_varies_by(sampled):
    """A standard deviation of 400 samples is known to 3.5 %; three of these, and the mildest quarter's own bias."""
    shares, errors, _ = sampled.T
    assert errors.mean() == pytest.approx(shares.std(ddof=1), rel=0.12)


def test_a_binomial_error_is_too_small_where_the_group_lies_away_from_var(sampled):
    shares, _, binomial = sampled.T
    assert binomial.mean() < 0.85 * shares.std(ddof=1)


def test_a_share_that_does_not_depend_on_the_loss_has_a_binomial_error():
    is_in = np.tile([1.0, 0.0], 500)
    assert tail_mean_se(is_in, CONFIDENCE, 100_000) == pytest.approx((0.25 / 999) ** 0.5, rel=1e-12)


def test_one_path_bounds_nothing():
    assert tail_mean_se(np.ones(1), CONFIDENCE, 100) == np.inf
