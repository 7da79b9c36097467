"""Swaptions on both backends: published Bachelier prices, parity, payoffs."""

import json

import numpy as np
import pytest

from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

NUMBA, NUMPY = NumbaBackend(), NumpyBackend()


def swaption_book(bare_book, floating, annuity, strike, payer, std, n_scenarios=1):
    """One swaption; leg 2 is its floating, leg 3 its annuity leg, each a flow that moves with factor 1."""
    return bare_book(
        n_scenarios,
        2,
        **{
            **{"leg_range": np.array([[0, 0], [0, 0], [0, 1], [1, 2]]), "leg_when": np.zeros(4, np.int64)},
            **{"segment_factors": np.ones((2, 2), np.int64), "flow_range": np.array([[0, 1], [1, 2]])},
            **{"coefficients": np.zeros((n_scenarios, 2, 0)), "flow_exponents": np.array([[-2.0, 0.0], [-1.0, 0.0]])},
            **{"flow_value": np.tile([floating, annuity], (n_scenarios, 1))},
            **{"swap_range": np.array([[[0, 1], [1, 1]]]), "swap_table": np.array([-1])},
            **{"swap_float": np.array([2]), "swap_annuity": np.array([3]), "swaption_range": np.array([[0, 1]])},
            **{"swaption_quantity": np.ones(1), "swaption_payer": np.array([payer])},
            **{"swaption_strike": np.array([strike]), "swaption_std": np.array([std])},
        },
    )


@pytest.mark.parametrize("backend", [NUMBA, NUMPY], ids=lambda backend: backend.name)
def test_prices_are_those_published(backend, root, bare_book, value_at_once):
    cases = json.loads((root / "tests" / "data" / "options.json").read_text(encoding="utf-8"))["bachelier"]
    for case in cases:
        annuity = case["discount_or_annuity"]
        payer = 1 if case["type"] == "call" else -1
        std = case["normal_vol"] * np.sqrt(case["T"])
        book = swaption_book(bare_book, case["forward"] * annuity, annuity, case["strike"], payer, std)
        value = value_at_once(backend, np.zeros((1, 2)), book)[0]
        assert value == pytest.approx(case["price"], rel=1e-12)


def test_payer_less_receiver_is_the_swap_in_every_market(bare_book, value_at_once):
    moves = np.linspace(-0.5, 0.5, 21)
    deviations = np.column_stack([0.0 * moves, moves])
    for std in (0.0, 1e-6, 0.01, 0.3):
        payer, receiver = (
            value_at_once(NUMBA, deviations, swaption_book(bare_book, 0.15, 5.0, 0.03, side, std, 21))
            for side in (1, -1)
        )
        swap = 0.15 * np.exp(-2.0 * moves) - 0.03 * 5.0 * np.exp(-moves)
        assert payer - receiver == pytest.approx(swap, abs=1e-15)
        assert np.all(payer >= np.maximum(swap, 0.0) - 1e-15)


def test_no_market_gives_a_nan(bare_book, value_at_once):
    moves = np.array([-200.0, -30.0, -1e-9, 0.0, 1e-9, 30.0, 200.0])
    deviations = np.column_stack([0.0 * moves, moves])
    for std in (0.0, 1e-300, 1e-12, 0.01, 1e12):
        for side in (1, -1):
            book = swaption_book(bare_book, 0.15, 5.0, 0.03, side, std, moves.size)
            assert np.all(np.isfinite(value_at_once(NUMBA, deviations, book)))
