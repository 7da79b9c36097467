import numpy as np
import pytest

from engine.analysis.regulatory.desk_days import desk_models, parallel
from engine.market.factors import parse_factor

FACTORS = tuple(map(parse_factor, ("JGB_5Y", "JGB_10Y", "UST_10Y", "USDJPY")))
MOVES = np.random.default_rng(1).standard_normal((4, 250)) * np.array([[1e-3], [1e-3], [1e-3], [1e-2]])


def test_a_quadratic_book_is_what_delta_and_gamma_make_of_it():
    slopes, bends = np.array([3.0, -5.0, 2.0, 1.0]), np.array([10.0, 0.0, -40.0, 7.0])

    def full(moves):
        return (slopes @ moves + 0.5 * bends @ moves**2)[None, :]

    models = desk_models(FACTORS, MOVES, full)
    assert models["delta and gamma by pillar"] == pytest.approx(full(MOVES), rel=1e-9)  # of differences of 1e-8 in 1e-3
    assert models["delta by pillar"] == pytest.approx((slopes @ MOVES)[None, :], rel=1e-9)


def test_a_parallel_shift_is_the_mean_of_a_curves_pillars():
    shifted = parallel(FACTORS, MOVES)
    assert shifted[0] == pytest.approx(0.5 * (MOVES[0] + MOVES[1]), rel=1e-15)
    assert np.array_equal(shifted[0], shifted[1])
    assert np.array_equal(shifted[2:], MOVES[2:])  # a curve of one pillar, and a price
