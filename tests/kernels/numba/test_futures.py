"""Bond futures: the cheapest bond of the basket, by hand."""

import numpy as np
import pytest

from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda backend: backend.name)
def test_the_price_is_the_cheapest_bonds_and_changes_hands_with_rates(backend, bare_book, value_at_once):
    """A short and a long bond under factor 1, financed under factor 0's twin, which stays."""
    rates = np.array([-0.05, -0.01, 0.0, 0.01, 0.05])
    book = bare_book(
        5,
        2,
        **{
            **{"leg_range": np.array([[0, 0], [0, 0], [0, 1], [1, 2]]), "leg_when": np.zeros(4, np.int64)},
            **{"segment_factors": np.ones((2, 2), np.int64), "flow_range": np.array([[0, 1], [1, 2]])},
            **{"coefficients": np.zeros((5, 2, 0)), "flow_exponents": np.array([[-2.0, 0.0], [-8.0, 0.0]])},
            **{"flow_value": np.tile([0.9, 0.8], (5, 1))},
            **{"point_when": np.zeros(1, np.int64), "point_factors": np.ones((1, 2), np.int64)},
            **{"point_exponents": np.array([[0.1, 0.15]]), "point_start": np.full((5, 1), 1.01)},
            **{"future_range": np.array([[[0, 1], [1, 1]]]), "future_quantity": np.array([-3.0])},
            **{"future_reference": np.array([0.97]), "future_basis": np.array([0.002])},
            **{"future_growth": np.zeros(1, np.int64), "basket_range": np.array([[0, 2]])},
            **{"deliverable_leg": np.array([2, 3]), "deliverable_accrued": np.array([0.01, 0.02])},
            **{"deliverable_factor": np.array([0.93, 0.82])},
        },
    )
    growth = 1.01 * np.exp(0.25 * rates)
    short = (0.9 * np.exp(-2.0 * rates) * growth - 0.01) / 0.93
    long = (0.8 * np.exp(-8.0 * rates) * growth - 0.02) / 0.82
    assert np.any(short < long)
    assert np.any(long < short)
    expected = -3.0 * (np.minimum(short, long) - 0.002 - 0.97)
    value = value_at_once(backend, np.column_stack([0.0 * rates, rates]), book)
    assert value == pytest.approx(expected, rel=1e-13, abs=1e-15)
