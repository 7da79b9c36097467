"""Deliveries of foreign currency: what is to come and what has come, both carried to the spot date."""

import numpy as np
import pytest

from kernels.layout import Exchange, Exchanges, Owned, Point, Points
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda backend: backend.name)
def test_a_delivery_is_multiplied_by_a_chain_of_points(backend, bare_book, one_flow_legs, value_at_once):
    """One flow under factor 1 and cash, at a discount factor under factor 1 times a growth under factor 0."""
    rates = np.array([-0.05, -0.01, 0.0, 0.01, 0.05])
    book = one_flow_legs(bare_book(5, 2), [0.9], [-2.0])
    chained = Point.rows(when=[0, 0], below=[0, 1], above=[0, 1], a=[0.3, -0.1], b=[0.0, -0.15], then=[-1, 0])
    book = book.holding(
        Points(points=chained, start=np.tile([1.02, 0.99], (5, 1))),
        Exchanges(
            owned=Owned.rows(first=[[0, 1]], last=[[1, 1]]),
            exchanges=Exchange.rows(leg=[0], point=1),
            cash=np.full((5, 1), 0.4),
        ),
    )
    value = value_at_once(backend, np.column_stack([0.5 * rates, rates]), book)
    expected = (0.9 * np.exp(-2.0 * rates) + 0.4) * 0.99 * np.exp(-0.25 * rates + 0.3 * 0.5 * rates)
    assert value == pytest.approx(expected, rel=1e-14)
