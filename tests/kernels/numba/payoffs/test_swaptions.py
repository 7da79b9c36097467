"""Swaptions on both backends: published Bachelier prices, parity, payoffs."""

import json

import numpy as np
import pytest

from kernels.layout import Owned, Swap, Swaption, Swaptions
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

NUMBA, NUMPY = NumbaBackend(), NumpyBackend()


@pytest.fixture(scope="module")
def swaption_book(bare_book, one_flow_legs):
    """One swaption; leg 0 is its floating, leg 1 its annuity leg, each a flow that moves with factor 1."""

    def make(floating, annuity, strike, payer, spread, n_scenarios=1):
        book = one_flow_legs(bare_book(n_scenarios, 2), [floating, annuity], [-2.0, -1.0])
        owned = Owned.rows(first=[[0, 1]], last=[[1, 1]])
        swaps = Swap.rows(floating=[0], annuity=1, first=0, last=1, table=-1)
        swaptions = Swaption.rows(payer=[payer], quantity=1.0, strike=strike, spread=spread)
        return book.holding(book.of(Swaptions)._replace(owned=owned, swaps=swaps, swaptions=swaptions))

    return make


@pytest.mark.parametrize("backend", [NUMBA, NUMPY], ids=lambda backend: backend.name)
def test_prices_are_those_published(backend, root, swaption_book, value_at_once):
    cases = json.loads((root / "tests" / "data" / "options.json").read_text(encoding="utf-8"))["bachelier"]
    for case in cases:
        annuity = case["discount_or_annuity"]
        payer = 1 if case["type"] == "call" else -1
        std = case["normal_vol"] * np.sqrt(case["T"])
        book = swaption_book(case["forward"] * annuity, annuity, case["strike"], payer, std)
        value = value_at_once(backend, np.zeros((1, 2)), book)[0]
        assert value == pytest.approx(case["price"], rel=1e-12)


def test_payer_less_receiver_is_the_swap_in_every_market(swaption_book, value_at_once):
    moves = np.linspace(-0.5, 0.5, 21)
    deviations = np.column_stack([0.0 * moves, moves])
    for std in (0.0, 1e-6, 0.01, 0.3):
        payer, receiver = (
            value_at_once(NUMBA, deviations, swaption_book(0.15, 5.0, 0.03, side, std, 21)) for side in (1, -1)
        )
        swap = 0.15 * np.exp(-2.0 * moves) - 0.03 * 5.0 * np.exp(-moves)
        assert payer - receiver == pytest.approx(swap, abs=1e-15)
        assert np.all(payer >= np.maximum(swap, 0.0) - 1e-15)


def test_no_market_gives_a_nan(swaption_book, value_at_once):
    moves = np.array([-200.0, -30.0, -1e-9, 0.0, 1e-9, 30.0, 200.0])
    deviations = np.column_stack([0.0 * moves, moves])
    for std in (0.0, 1e-300, 1e-12, 0.01, 1e12):
        for side in (1, -1):
            book = swaption_book(0.15, 5.0, 0.03, side, std, moves.size)
            assert np.all(np.isfinite(value_at_once(NUMBA, deviations, book)))
