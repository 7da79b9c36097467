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

    def make(floating, annuity, strike, payer, spread, n_scenarios=1, vol_factor=-1, vol=1.0):
        book = one_flow_legs(bare_book(n_scenarios, 2), [floating, annuity], [-2.0, -1.0])
        owned = Owned.rows(first=[[0, 1]], last=[[1, 1]])
        swaps = Swap.rows(floating=[0], annuity=1, first=0, last=1, when=0, vol_factor=vol_factor, table=-1)
        swaptions = Swaption.rows(payer=[payer], quantity=1.0, strike=strike, spread=spread)
        return book.holding(
            book.of(Swaptions)._replace(
                owned=owned, swaps=swaps, vol=np.full((n_scenarios, 1), vol), swaptions=swaptions
            )
        )

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


@pytest.mark.parametrize("backend", [NUMBA, NUMPY], ids=lambda backend: backend.name)
def test_vols_move_with_their_factor_from_the_scenarios_own(backend, swaption_book, value_at_once):
    """A vol a fifth higher in the scenario and half as high again on the path is one of 1.8 times the spread."""
    moved = value_at_once(
        backend, np.array([[np.log(1.5), 0.1]]), swaption_book(0.15, 5.0, 0.03, 1, 0.01, vol_factor=0, vol=1.2)
    )
    stated = value_at_once(backend, np.array([[0.0, 0.1]]), swaption_book(0.15, 5.0, 0.03, 1, 0.018))
    assert moved[0] == pytest.approx(stated[0], rel=1e-13)


def test_a_vol_without_a_factor_does_not_move(swaption_book, value_at_once):
    still, moved = (
        value_at_once(NUMBA, np.array([[move, 0.1]]), swaption_book(0.15, 5.0, 0.03, 1, 0.01)) for move in (0.0, 2.0)
    )
    assert still[0] == moved[0]
