import numpy as np
import pytest

from bench.growth.ladder import Ladder, climbed, slope_figures, slope_of
from bench.timing import WALL, Work


def test_a_power_of_the_size_is_its_exponent_without_error():
    slope = slope_of({n: [3.0 * n**1.5, 9.0, 3.0 * n**1.5, 0.0, 3.0 * n**1.5] for n in (4, 16, 256)})
    assert slope.exponent == pytest.approx(1.5)
    assert slope.se == pytest.approx(0.0, abs=1e-12)  # rounding of logarithms
    assert slope.last_pair == pytest.approx(1.5)


def test_the_error_is_that_of_least_squares():
    # By hand: x = 0, 1, 2 in units of log 2, y = 0, 1, 0 in the same; slope 0, residuals -1/3, 2/3, -1/3. Their
    # squares' sum is 2/3 over one degree of freedom, that of x is 2: sqrt(1/3).
    slope = slope_of({1: [1.0], 2: [2.0], 4: [1.0]})
    assert slope.exponent == pytest.approx(0.0, abs=1e-12)
    assert slope.se == pytest.approx(np.sqrt(1.0 / 3.0))
    assert slope.last_pair == pytest.approx(-1.0)


def test_of_two_sizes_there_is_no_error():
    expected = {
        "exponent": pytest.approx(-1.0),
        "se": None,
        "last_pair": pytest.approx(-1.0),
        "smallest": 1,
        "largest": 2,
    }
    assert slope_figures({1: [2.0], 2: [1.0]}) == expected


def test_sizes_take_turns():
    called = []
    rungs = {n: Work(call=lambda n=n: called.append(n), units=1.0) for n in (1, 2)}
    seconds = climbed(Ladder(name="x", rungs=rungs, clock=WALL, asserted="equal"), rounds=2, limit_s=9.0)
    assert called == [1, 2] * 3  # one call each to warm up
    assert {n: len(each) for n, each in seconds.items()} == {1: 2, 2: 2}
