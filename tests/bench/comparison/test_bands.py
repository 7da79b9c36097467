import numpy as np
import pytest

from bench.comparison.bands import LEAST_ROUNDS, Verdict, ratio_band


def test_a_ratio_is_of_medians_and_its_band_holds_it():
    band = ratio_band([1.0, 1.1, 0.9, 1.0, 5.0], [2.0, 2.2, 1.8, 2.0, 2.0])
    assert band.ratio == 2.0
    assert band.low is not None
    assert band.high is not None
    assert band.low <= 2.0 <= band.high


def test_rounds_that_overlap_are_the_same_and_those_apart_are_not():
    rng = np.random.default_rng(3)
    noise = rng.normal(1.0, 0.03, (2, 9))
    assert ratio_band(noise[0], noise[1]).verdict is Verdict.SAME
    assert ratio_band(noise[0], 1.2 * noise[1]).verdict is Verdict.SLOWER
    assert ratio_band(1.2 * noise[0], noise[1]).verdict is Verdict.FASTER


def test_equal_programs_are_told_apart_about_as_often_as_the_band_allows():
    # Of 100 pairs of nine rounds of one law, a band of 99 % leaves out 1 in one, give or take one: six are five off.
    rng = np.random.default_rng(5)
    wrong = sum(ratio_band(*rng.lognormal(0.0, 0.05, (2, 9))).verdict is not Verdict.SAME for _ in range(100))
    assert wrong <= 5


def test_a_band_is_the_same_each_time():
    before, after = [1.0, 1.2, 1.1, 1.3, 1.0], [1.1, 1.0, 1.2, 1.4, 1.1]
    assert ratio_band(before, after) == ratio_band(before, after)


@pytest.mark.parametrize("n", [1, LEAST_ROUNDS - 1])
def test_too_few_rounds_say_nothing(n):
    band = ratio_band([1.0] * n, [9.0] * LEAST_ROUNDS)
    assert (band.ratio, band.low, band.high, band.verdict) == (9.0, None, None, Verdict.UNKNOWN)
