"""Errors by blocks of dates: closed forms where days are independent, and more where they are not."""

import numpy as np
import pytest

from engine.calibration.block_errors import (
    correlation_errors,
    kurtosis,
    kurtosis_errors,
    lead_errors,
    mean_errors,
    sd_errors,
)


@pytest.fixture(scope="module")
def normals():
    return np.random.default_rng(4).standard_normal((20_000, 3))


def test_errors_of_independent_normals_are_the_closed_forms(normals):
    n = len(normals)
    # An error from 2,000 blocks has a relative error of 1 / sqrt(4,000), 1.6 %; allow four times.
    assert mean_errors(normals) == pytest.approx(np.full(3, n**-0.5), rel=0.065)
    assert sd_errors(normals) == pytest.approx(np.full(3, (2.0 * n) ** -0.5), rel=0.065)
    # fourth power over squared variance: 24 / n, with kurtosis in blocks themselves heavy-tailed: allow 12 %
    assert kurtosis_errors(normals) == pytest.approx(np.full(3, (24.0 / n) ** 0.5), rel=0.12)
    assert kurtosis(normals) == pytest.approx(np.full(3, 3.0), abs=0.15)


def test_the_error_of_a_correlation_is_fishers(normals):
    pair = np.column_stack([normals[:, 0], 0.6 * normals[:, 0] + 0.8 * normals[:, 1]])
    found = correlation_errors(pair)
    assert found[0, 1] == pytest.approx((1.0 - 0.36) / np.sqrt(len(pair)), rel=0.065)  # as above
    assert np.diag(found) == pytest.approx(0.0, abs=1e-12)


def test_days_that_hang_together_have_larger_errors():
    """Each value five times on end: a fifth of the sample, so errors are sqrt(5) times those of independent days."""
    values = np.repeat(np.random.default_rng(5).standard_normal((4_000, 1)), 5, axis=0)
    assert mean_errors(values)[0] == pytest.approx(np.sqrt(5.0 / len(values)), rel=0.065)


def test_the_error_of_a_lead_is_the_regressions(normals):
    before, after = normals[:, :1], 0.3 * normals[:, :1] + normals[:, 1:2]
    square = before.T @ before
    gamma = np.linalg.solve(square, before.T @ after)
    assert lead_errors(before, after, gamma, square)[0, 0] == pytest.approx(len(before) ** -0.5, rel=0.065)


def test_a_series_that_stands_still_has_no_error_and_no_kurtosis():
    still = np.zeros((200, 2))
    for each in (mean_errors(still), sd_errors(still), kurtosis_errors(still), kurtosis(still)):
        assert each.tolist() == [0.0, 0.0]
    assert correlation_errors(still).tolist() == [[0.0, 0.0], [0.0, 0.0]]
