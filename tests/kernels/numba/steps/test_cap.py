"""A cap on a yield: a plain loop, where a steady rise comes to rest, when it ends, and what then comes back."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.law_layout import LAW, N_SPEEDS, PATH_SERIES, plain_model
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

BACKENDS = pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda each: each.name)
CAP = {"cap_begin": 0.001, "cap_band": 0.001, "cap_pull": 0.0005, "pull_per_tn": 1e-4}
BOUGHT = 3 + PATH_SERIES.index("jgbs_bought")


def capped(moves, *, may_end=None, **fields):
    """A law of three factors whose first is capped: path 0 moves by `moves` (n_steps, 3), whatever its variances."""
    laws, (n_steps, n_factors) = np.zeros(1, LAW), moves.shape
    on = {"is_filtered": 1, "is_unwind": 1, "is_enumerated": 1, "last_row": n_steps, "is_capped": 1}
    for name, value in (on | CAP | fields).items():
        laws[name] = value
    zeros, ones = np.zeros((1, n_factors)), np.ones((1, n_factors))
    return plain_model(decay=ones, drift=zeros, chol=np.zeros((1, n_factors, n_factors)))._replace(
        laws=laws,
        residuals=moves.T.copy(),
        root_span=np.ones((1, n_steps)),
        weekday_move=ones,
        follows=np.ones((1, n_factors), np.int64),
        own_normal=zeros,
        least_variance=zeros,
        variance=np.ones((1, n_factors, N_SPEEDS)),
        speed=np.ones((1, N_SPEEDS)),
        weight=np.array([[1.0, 0.0, 0.0, 0.0]]),
        leader=np.zeros((1, 1), np.int64),
        lead=np.zeros((1, n_factors, 1)),
        last_residual=np.zeros((1, 1)),
        transitions=np.zeros((1, 1, 1, 2)),
        impact=zeros,
        scheduled=np.zeros((1, n_steps)),
        may_end=np.zeros((1, n_steps)) if may_end is None else may_end[None].astype(np.float64),
        cap_shape=np.array([[1.0, 0.3, 0.0]]),
        cap_release=np.array([[1.0, 0.3, -28.0]]),
    )


def walked(backend, model, book, n_paths=1):
    n_steps = model.root_span.shape[1]
    program = backend.prepare(model, book, seed=5, n_steps=n_steps, float32=False, centre=np.zeros(2))
    return backend.levels(program, np.arange(n_paths, dtype=np.uint64))[0]  # (n_steps, n_series, n_paths)


def plain_loop(moves, end, law):
    """Three levels and JPY tn bought after each step, number by number; the cap ends in step `end`."""
    ten, near, yen, pulled, bought, stands, found = 0.0, 0.0, 0.0, 0.0, 0.0, True, []
    for step, (a, b, c) in enumerate(moves.tolist()):
        if step == end:
            ten, near, yen, stands = ten + pulled, near + 0.3 * pulled, yen - 28.0 * pulled, False
        if stands and ten > law["cap_begin"]:
            within = ten - law["cap_begin"]
            at_cap = ten >= law["cap_begin"] + law["cap_band"]
            pull = law["cap_pull"] * (1.0 if at_cap else (within / law["cap_band"]) ** 2)
            pull += within - law["cap_band"] if at_cap else 0.0
            ten, near, pulled = ten - pull, near - 0.3 * pull, pulled + pull
            bought += 1e4 * pull  # a basis point a JPY tn
        ten, near, yen = ten + a, near + b, yen + c
        found.append((ten, near, yen, bought))
    return np.array(found)


@BACKENDS
def test_purchases_and_their_end_are_those_of_a_plain_loop(backend, no_book):
    moves = np.random.default_rng(1).normal([0.0004, 0.0, 0.0], [0.0006, 0.0005, 0.007], (40, 3))
    model = capped(moves, may_end=np.arange(40) == 29, end_least=1.0)
    found, expected = walked(backend, model, no_book(3, 40))[..., 0], plain_loop(moves, 29, CAP)
    assert expected[-1, 3] > 20.0  # JPY tn: in the band and beyond it, many times
    assert found[:, :3] == pytest.approx(expected[:, :3], rel=0.0, abs=1e-15)  # rounding of 40 sums below 1
    assert found[:, BOUGHT] == pytest.approx(expected[:, 3], rel=0.0, abs=1e-10)


@BACKENDS
def test_a_steady_rise_comes_to_rest_where_a_day_s_purchases_undo_a_day(backend, no_book):
    moves = np.tile([0.0003, 0.0, 0.0], (60, 1))
    close = walked(backend, capped(moves), no_book(3, 60))[-1, 0, 0]
    # pull (l / band)^2 = 3 bp; errors fall to 0.23 of themselves a day
    assert close == pytest.approx(0.001 + 0.001 * math.sqrt(0.0003 / 0.0005), rel=0.0, abs=1e-12)


@settings(max_examples=10)
@given(seed=st.integers(0, 99), band=st.floats(1e-4, 0.003))
def test_a_close_above_the_middle_of_the_band_is_what_its_own_day_brought(no_book, seed, band):
    moves = np.random.default_rng(seed).normal(0.0004, 0.001, (30, 3))
    law = CAP | {"cap_begin": 0.002 - band, "cap_band": band, "cap_pull": 0.5 * band}
    found = walked(NumbaBackend(), capped(moves, **law), no_book(3, 30))[..., 0]
    beyond = found[:, 0] - (0.002 - 0.5 * band)  # a pull of half the band leaves no yield above the band's middle
    assert (beyond <= moves[:, 0] + 1e-15).all()  # rounding
    assert (np.diff(found[:, BOUGHT]) >= 0.0).all()


@BACKENDS
def test_it_ends_as_often_as_said_the_likelier_the_more_was_bought(backend, no_book):
    """Every path has bought 5 tn before step 3, in which alone the cap may end: 0.1 + 5 * 0.04."""
    moves = np.zeros((4, 3))
    still = {"cap_begin": -0.001, "cap_pull": 0.00025, "end_least": 0.1, "end_per_tn": 0.04}
    model = capped(moves, may_end=np.arange(4) == 3, **still)
    found = walked(backend, model, no_book(3, 4), 4_000)
    bought = found[2, BOUGHT, 0]
    ended = found[3, 2] != found[2, 2]
    likely = 0.1 + 0.04 * bought
    assert 4.0 < bought < 10.0
    assert ended.mean() == pytest.approx(likely, abs=4.0 * math.sqrt(likely * (1.0 - likely) / 4_000))  # errors
    assert found[3, 0, ended] == pytest.approx(0.0, abs=1e-15)  # all that was held back is there again
    assert (found[3, BOUGHT, ended] == bought).all()  # nothing is bought on it
    assert (found[3, BOUGHT, ~ended] > bought).all()
