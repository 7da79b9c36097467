"""Carry trades by cohorts: a plain loop by worst losses, a known answer, when they sell, and how much at most."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.law_layout import LAW, N_SPEEDS, PATH_SERIES, plain_model
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

SEED, ID = 5, np.array([2**33 + 3], np.uint64)
BACKENDS = pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda each: each.name)
LOOP = {"stop_start": 0.03, "stop_slope": 3.0, "stop_most": 0.6, "stop_limit": 0.05, "fx_per_stock": 0.225}


def in_order(rows, *, losses, worst, **fields):
    """A law of two factors, the second is USD/JPY, that takes rows (n_steps, 2) one after the other from path 0 on."""
    laws, (n_steps, n_factors) = np.zeros(1, LAW), rows.shape
    on = {"is_filtered": 1, "is_unwind": 1, "is_enumerated": 1, "last_row": n_steps, "lead_clip": 3.0, "fx": 1}
    for name, value in (on | LOOP | {"carry_stock": 250.0, "n_cohorts": len(losses)} | fields).items():
        laws[name] = value
    law = laws[0]
    stopped = [share(law, each) for each in worst]
    zeros = np.zeros((1, n_factors))
    plain = plain_model(decay=zeros + 1.0, drift=zeros, chol=np.zeros((1, n_factors, n_factors)))
    return plain._replace(
        laws=laws,
        residuals=rows.T.copy(),
        root_span=np.sqrt(1.0 + np.arange(n_steps) % 2)[None],
        weekday_move=np.array([[0.004, 0.007]]),
        follows=np.ones((1, n_factors), np.int64),
        own_normal=zeros,
        least_variance=zeros + 1e-9,
        variance=np.tile([1.2, 0.9, 0.7, 1.0], (1, n_factors, 1)),
        speed=np.array([[0.8, 0.94, 0.98, 0.999]]),
        weight=np.array([[0.25, 0.5, 0.15, 0.1]]),
        leader=np.array([[0, 1]]),
        lead=np.array([[[0.0, 0.0], [0.1, 0.05]]]),
        last_residual=np.array([[0.5, -1.0]]),
        transitions=np.zeros((1, 1, 1, 2)),
        impact=zeros,
        scheduled=np.zeros((1, n_steps)),
        with_fx=np.array([[0.0, 1.0]]),
        cohort_holdings=zeros,
        cohort_entry=np.array([losses]),
        cohort_stopped=np.array([stopped]),
    )


def share(law, loss):
    return min(float(law.stop_most), float(law.stop_slope) * max(0.0, loss - float(law.stop_start)))


def plain_loop(model, rows, losses, worst):
    """USD/JPY after each step and what was sold so far, number by number: by losses and worst losses of each cohort."""
    law, losses, worst, moves = model.laws[0], list(losses), list(worst), [0.0, 0.0]
    averages, leads, spot, queue, sold_so_far = model.variance[0].tolist(), [0.5, -1.0], 0.0, float(law.waiting), 0.0
    found = []
    for step, row in enumerate(rows.tolist()):
        sold = min(queue, float(law.stop_limit))
        queue, sold_so_far = queue - sold, sold_so_far + float(law.carry_stock) * sold
        z = [row[0], row[1] + 0.1 * leads[0] + 0.05 * leads[1]]
        for f in range(2):
            variance = sum(w * a for w, a in zip(model.weight[0].tolist(), averages[f], strict=True))
            per_z = float(model.weekday_move[0, f] * model.root_span[0, step]) * math.sqrt(variance)
            if f == 1:
                z[f] -= float(law.fx_per_stock) * sold / per_z
            moves[f] = per_z * z[f]
            square = variance * z[f] ** 2
            averages[f] = [
                s * a + (1.0 - s) * square for s, a in zip(model.speed[0].tolist(), averages[f], strict=True)
            ]
        leads, spot = [min(max(each, -3.0), 3.0) for each in z], spot + moves[1]
        gained = moves[1] + sum(h * m for h, m in zip(model.cohort_holdings[0].tolist(), moves, strict=True))
        for c in range(len(losses)):
            losses[c] -= gained
            if losses[c] > worst[c]:
                queue += (share(law, losses[c]) - share(law, worst[c])) / len(losses)
                worst[c] = losses[c]
        losses[step % len(losses)] = worst[step % len(losses)] = 0.0
        found.append((spot, sold_so_far))
    return np.array(found).T


def walked(backend, model, book):
    n_steps = model.root_span.shape[1]
    program = backend.prepare(model, book, seed=SEED, n_steps=n_steps, float32=False, centre=np.zeros(2))
    levels = backend.levels(program, np.zeros(1, np.uint64))[0, :, :, 0]
    return levels[:, 1], levels[:, 2 + PATH_SERIES.index("carry_sold")]


@BACKENDS
@pytest.mark.parametrize("holdings", [[0.0, 0.0], [0.6, 0.0], [0.6, -0.6]], ids=["dollars", "in dollars", "in yen"])
def test_cohorts_are_those_of_a_plain_loop_by_worst_losses(backend, holdings, no_book):
    rng = np.random.default_rng(1)
    rows, losses = rng.standard_t(4, (40, 2)) - [0.0, 0.4], rng.uniform(-0.04, 0.06, 9)
    worst = np.maximum(losses, 0.0) + rng.uniform(0.0, 0.02, 9)
    model = in_order(rows, losses=losses, worst=worst, waiting=0.08)._replace(cohort_holdings=np.array([holdings]))
    spot, sold = walked(backend, model, no_book(2, 40))
    expected = plain_loop(model, rows, losses, worst)
    assert sold[-1] > (100.0 if holdings == [0.0, 0.0] else 30.0)  # of 250: all cohorts are renewed four times
    assert spot == pytest.approx(expected[0], rel=0.0, abs=1e-13)  # rounding of 40 steps
    assert sold == pytest.approx(expected[1], rel=0.0, abs=1e-10)  # in USD bn


@BACKENDS
def test_six_falls_of_a_percent_sell_what_was_worked_out_apart(backend, no_book):
    """60 flat dates, six falls of 1 %, six flat: ../shared/law/overlay.py prints these; start 0.03, limit 0.02."""
    moves = np.r_[np.full(6, -0.01), np.zeros(6)]
    none = {"losses": np.zeros(60), "worst": np.zeros(60)}
    model = in_order(np.c_[np.zeros(12), moves], **none, stop_limit=0.02, fx_per_stock=0.0, carry_stock=1.0)
    still = {name: np.zeros_like(getattr(model, name)) for name in ("lead", "last_residual")}
    model = model._replace(
        root_span=np.ones((1, 12)), weekday_move=np.ones((1, 2)), variance=np.ones((1, 2, N_SPEEDS)), **still
    )._replace(speed=np.ones((1, N_SPEEDS)))  # variances stand still: a row is a move
    _, sold = walked(backend, model, no_book(2, 12))
    # the fourth fall takes 57 of the 60 past 3 %, by 1 %: 3 * 0.01 * 57 / 60 = 0.0285 wait, then 0.02 a date go
    expected = [0.0, 0.0, 0.0, 0.0, 0.02, 0.02, 0.02, 0.02, 0.0055, 0.0, 0.0, 0.0]
    assert sold == pytest.approx(np.cumsum(expected), rel=0.0, abs=1e-14)  # rounding


@settings(max_examples=15)
@given(limit=st.floats(0.005, 0.2), slope=st.floats(0.5, 12.0), strength=st.floats(0.0, 0.5), seed=st.integers(0, 99))
def test_no_date_sells_more_than_its_limit_and_the_first_nothing_that_did_not_wait(
    no_book, limit, slope, strength, seed
):
    rng = np.random.default_rng(seed)
    losses = rng.uniform(0.0, 0.05, 6)
    terms = {"stop_limit": limit, "stop_slope": slope, "fx_per_stock": strength}
    model = in_order(rng.normal(-1.0, 1.0, (20, 2)), losses=losses, worst=losses, **terms)
    _, sold = walked(NumbaBackend(), model, no_book(2, 20))
    each = np.diff(sold, prepend=0.0) / 250.0
    assert each[0] == 0.0
    assert (each >= 0.0).all()
    assert (each <= limit * (1.0 + 1e-12)).all()  # rounding of sums of USD bn
    assert each.max() > 0.0
