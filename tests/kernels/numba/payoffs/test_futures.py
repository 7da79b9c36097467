"""Bond futures: the cheapest bond of the basket, by hand."""

import numpy as np
import pytest

from kernels.layout import Deliverable, Future, Futures, Owned, Point, Points
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda backend: backend.name)
def test_the_price_is_the_cheapest_bonds_and_changes_hands_with_rates(backend, bare_book, one_flow_legs, value_at_once):
    """A short and a long bond under factor 1, financed under factor 0's twin, which stays."""
    rates = np.array([-0.05, -0.01, 0.0, 0.01, 0.05])
    book = one_flow_legs(bare_book(5, 2), [0.9, 0.8], [-2.0, -8.0])
    book = book.holding(
        Points(points=Point.rows(when=[0], below=1, above=1, a=0.1, b=0.15, then=-1), start=np.full((5, 1), 1.01)),
        Futures(
            owned=Owned.rows(first=[[0, 1]], last=[[1, 1]]),
            futures=Future.rows(growth=[0], first=0, last=2, quantity=-3.0, reference=0.97, basis=0.002),
            deliverables=Deliverable.rows(leg=[0, 1], accrued=[0.01, 0.02], factor=[0.93, 0.82]),
        ),
    )
    growth = 1.01 * np.exp(0.25 * rates)
    short = (0.9 * np.exp(-2.0 * rates) * growth - 0.01) / 0.93
    long = (0.8 * np.exp(-8.0 * rates) * growth - 0.02) / 0.82
    assert np.any(short < long)
    assert np.any(long < short)
    expected = -3.0 * (np.minimum(short, long) - 0.002 - 0.97)
    value = value_at_once(backend, np.column_stack([0.0 * rates, rates]), book)
    assert value == pytest.approx(expected, rel=1e-13, abs=1e-15)
