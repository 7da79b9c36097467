"""Regimes of rows: what a row weighs in each."""

from datetime import date

import numpy as np
import pytest

from engine.market.row_regimes import RowRegimes

THREE = RowRegimes(
    series=("USDJPY", "JGB_10Y"),
    estimated_to=date(2024, 12, 30),
    means=np.zeros((3, 2)),
    covariances=np.array([np.diag([0.25, 1.0]), np.eye(2), np.diag([9.0, 4.0])]),
    transitions=np.full((3, 3), 1.0 / 3.0),
    long_run=np.array([0.4, 0.35, 0.25]),
    tonight=np.array([0.1, 0.2, 0.7]),
    memberships=np.array([[0.8, 0.2, 0.0], [0.8, 0.2, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]),
)


def test_a_row_weighs_its_membership_over_all_rows():
    expected = [[0.5, 0.5, 0.0, 0.0], [1 / 7, 1 / 7, 2.5 / 7, 2.5 / 7], [0.0, 0.0, 0.5, 0.5]]
    assert THREE.row_weights == pytest.approx(np.array(expected), rel=1e-14)
    assert THREE.long_run @ THREE.row_weights == pytest.approx(np.full(4, 0.25), rel=1e-14)


def test_standard_deviations_are_roots_of_the_diagonal():
    assert THREE.sds.tolist() == [[0.5, 1.0], [1.0, 1.0], [3.0, 2.0]]
