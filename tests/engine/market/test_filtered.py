"""The filtered state of a date, as data."""

import numpy as np
import pytest

from engine.market.filtered import FLOOR, FilteredState


def state():
    return FilteredState(
        factors=("A", "B", "C"),
        decays=np.array([0.9, 0.99]),
        weights=np.array([0.75, 0.25]),
        clip=3.0,
        cap=10.0,
        leaders=("B",),
        led=("C", "A"),
        averages=np.array([[1e-6, 5e-6], [4e-6, 4e-6], [0.0, 0.0]]),
        gamma=np.array([[0.2, -0.1]]),
        last=np.array([0.5]),
        rows=np.ones((4, 3)),
        moves=np.ones((5, 3)),
        n_dates=5000,
        description="by hand",
    )


def test_a_variance_is_the_weighted_mean_of_its_averages_and_never_0():
    assert state().variances == pytest.approx([2e-6, 4e-6, FLOOR], rel=1e-15)


def test_a_vol_multiplier_multiplies_the_variance_of_the_day_by_its_square():
    scaled = state().scaled(["C", "A", "other"], np.array([3.0, 2.0, 9.0]))
    assert scaled.variances[:2] == pytest.approx([8e-6, 4e-6], rel=1e-15)
    assert scaled.rows is state().rows or (scaled.rows == 1.0).all()


def test_leads_are_by_factor_and_0_of_those_that_follow_none():
    assert state().leads(("A", "B", "C")).tolist() == [[-0.1], [0.0], [0.2]]
