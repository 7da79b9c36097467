"""Shapley's shares, and sums to the last bit."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from engine.explain.nights.shares import adding_up, shapley


def test_shares_of_a_game_are_those_of_the_book():
    # The glove game: mover 0 has a left glove, 1 and 2 right ones; a pair is worth 1. Shapley gives 2/3, 1/6, 1/6.
    pair = np.array([float(bool(s & 1) and bool(s & 6)) for s in range(8)])
    assert shapley(pair) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-15)  # a few roundings of 1


def test_a_mover_that_does_nothing_gets_nothing_and_one_alone_gets_all():
    values = np.array([3.0, 10.1, 3.0, 10.1])  # mover 1 changes nothing
    assert shapley(values).tolist() == [10.1 - 3.0, 0.0]
    assert shapley(np.array([3.0, 10.1])).tolist() == [10.1 - 3.0]
    assert shapley(np.array([3.0])).size == 0


def test_the_order_of_the_movers_does_not_matter():
    values = np.random.default_rng(3).normal(0.0, 1e10, 16)
    shares = shapley(values)
    for order in itertools.permutations(range(4)):
        there = np.array([sum(1 << k for k, i in enumerate(order) if s >> i & 1) for s in range(16)])
        other = np.empty(16)
        other[there] = values
        # sums of 16 terms of 1e10, each rounded to 2e-6
        assert shapley(other) == pytest.approx(shares[list(order)], abs=1e-4)


def test_shares_need_a_value_for_every_set():
    with pytest.raises(ValueError, match="2 movers have 4 sets, got 7"):
        shapley(np.zeros(7))


@pytest.mark.parametrize("size", [1.0, 1e-3, 3.7e10])
def test_parts_add_up_to_the_last_bit_in_any_order(size):
    rng = np.random.default_rng(5)
    for _ in range(200):
        before, after = rng.uniform(size, 3.0 * size, 2).tolist()
        change = after - before
        raw = rng.normal(0.0, 0.4 * size, 6).tolist()
        raw.append(change - math.fsum(raw))
        parts = adding_up(raw, change, (before, after))
        assert sum(map(Fraction, parts)) == Fraction(change)
        assert parts == pytest.approx(raw, abs=1e-14 * 10 * size)  # the grid's spacing, and what is left of it
        assert math.fsum(parts) == change


def test_parts_of_nothing_are_zeros():
    assert adding_up([0.0, 0.0], 0.0) == (0.0, 0.0)
    assert adding_up([], 0.0) == ()


def test_parts_of_another_change_are_refused():
    with pytest.raises(ValueError, match="are not those of"):
        adding_up([1.0, 2.0], 4.0)
