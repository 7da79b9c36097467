import math

import numpy as np
import pytest

from engine.market.curve import ZeroCurve

CURVE = ZeroCurve(name="JGB", currency="JPY", times=np.array([1.0, 3.0]), zero_rates=np.array([0.01, 0.03]))


@pytest.mark.parametrize(("time", "zero_rate"), [(0.5, 0.01), (1.0, 0.01), (2.0, 0.02), (3.0, 0.03), (40.0, 0.03)])
def test_zero_rates_are_linear_between_nodes_and_flat_beyond(time, zero_rate):
    assert float(CURVE.zero_rate(time)) == pytest.approx(zero_rate, abs=1e-16)
    assert float(CURVE.discount(time)) == pytest.approx(math.exp(-zero_rate * time), abs=1e-15)


def test_shapes_are_kept():
    assert CURVE.discount(np.ones((2, 3))).shape == (2, 3)
    assert float(CURVE.discount(0.0)) == 1.0
