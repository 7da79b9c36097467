"""Jumps as arrays."""

import math

import numpy as np
import pytest

from engine.law.jumps import jump_arrays
from engine.mechanisms.jumps import Jump

FACTORS = ("JGB_10Y", "UST_10Y", "USDJPY")


def jump(**given):
    return Jump(**{"name": "one", "source": "by hand", **given})


def test_tails_are_those_of_a_poisson_number_by_regime():
    one = jump(rates=(("*", 2.52), ("FLIGHT", 252.0)))
    tails = jump_arrays((one,), ("CALM", "FLIGHT"), FACTORS, 1 / 252).tails[0]
    for found, mean in zip(tails, (0.01, 1.0), strict=True):
        weights = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(40)]
        assert found == pytest.approx([math.fsum(weights[k:]) for k in (1, 2, 3)], rel=1e-13)


def test_a_dated_jump_comes_on_its_step_alone():
    found = jump_arrays((jump(day=3, probability=0.25),), (), FACTORS, 1 / 252)
    assert found.step.tolist() == [2]
    assert found.tails.tolist() == [[[0.25, 0.0, 0.0]]]


def test_sizes_are_found_by_glob_and_the_last_wins():
    one = jump(rates=(("*", 1.0),), mean=(("*_10Y", 0.001), ("UST_10Y", 0.002)), loadings=((("USDJPY", 0.05),),))
    found = jump_arrays((one,), (), FACTORS, 1 / 252)
    assert found.mean.tolist() == [[0.001, 0.002, 0.0]]
    assert found.loadings[0].tolist() == [[0.0] * 4, [0.0] * 4, [0.05, 0.0, 0.0, 0.0]]


def test_the_compensator_is_the_cumulant_of_the_numbers_that_are_drawn():
    one = jump(rates=(("*", 300.0),), mean=(("USDJPY", -0.03),), loadings=((("USDJPY", 0.05),),), is_compensated=True)
    other = jump(name="two", rates=(("*", 5.0),), mean=(("USDJPY", 0.2),))
    found = jump_arrays((one, other), (), FACTORS, 1 / 252)
    growth = math.exp(-0.03 + 0.05**2 / 2)
    exactly = -np.diff(np.concatenate([[1.0], found.tails[0, 0], [0.0]]))  # P(N = 0, 1, 2, 3)
    assert exactly.sum() == pytest.approx(1.0)
    wanted = math.log(math.fsum(p * growth**n for n, p in enumerate(exactly)))
    assert found.compensator == pytest.approx(np.array([[0.0, 0.0, wanted]]), rel=1e-12)


def test_no_jumps_are_arrays_without_a_row():
    found = jump_arrays((), ("CALM",), FACTORS, 1 / 252)
    assert found.tails.shape == (0, 1, 3)
    assert found.loadings.shape == (0, 3, 4)
    assert found.compensator.tolist() == [[0.0] * 3]
