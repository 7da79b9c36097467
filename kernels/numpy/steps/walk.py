"""Paths from draws to deviations: what happens in a step, in its order. Twins in numba/ and cuda/."""

from dataclasses import dataclass

import numpy as np

from kernels.lanes import EVENTS, FACTOR_NORMALS, RESIDUAL_ROW
from kernels.law_layout import ModelArrays
from kernels.numpy.draws.normal import box_muller_f32, box_muller_f64
from kernels.numpy.draws.parameters import draw_parameters, uniform
from kernels.numpy.draws.philox import draw_words, join
from kernels.numpy.steps.beyond_cap import add_beyond
from kernels.numpy.steps.cap import hold_cap
from kernels.numpy.steps.cohorts import Cohorts, sell_waiting, start_cohorts, stop_cohorts
from kernels.numpy.steps.filtered import Variances, picked_row, start_variances, step_by_row
from kernels.numpy.steps.following import Orders, make_sales, order_sales
from kernels.numpy.steps.jumps import add_jumps, intervene
from kernels.numpy.steps.regimes import add_convexity, change_regimes, look_back, scale_normals, step_by_regime
from kernels.numpy.steps.row_regimes import next_regimes, tilted_row
from kernels.numpy.steps.rows import Carried
from kernels.numpy.steps.step import correlate_and_step
from kernels.types import F64, U64, Array


def draw_normals(seed: int, path_ids: U64, step: int, n_factors: int, *, single: bool) -> Array:
    """Draw independent N(0, 1): (n_factors, n_ids), binary32 when `single`."""
    per_lane = 4 if single else 2
    rows: list[Array] = []
    for lane in range(-(-n_factors // per_lane)):
        words = draw_words(seed, path_ids, step, FACTOR_NORMALS + lane)
        rows += box_muller_f32(*words) if single else box_muller_f64(*words)
    return np.array(rows[:n_factors])


@dataclass(slots=True)
class Beside:
    """What paths of a law carry beside their deviations; None of what the law has not."""

    unwind: Carried | None
    variances: Variances | None
    cohorts: Cohorts | None


def start_walk(model: ModelArrays, seed: int, path_ids: U64) -> list[Beside]:
    """Return what paths (n_ids,), by their index, carry at the start under each law."""

    def beside(d: int) -> Beside:
        law, unwind = model.laws[d], None
        if law.is_unwind:
            unwind = draw_parameters(law, model.quantiles[d], model.initial[d], seed, path_ids)
        variances = start_variances(model, d, path_ids.size) if law.is_filtered else None
        return Beside(unwind, variances, start_cohorts(model, d, path_ids.size) if law.n_cohorts else None)

    return [beside(d) for d in range(model.laws.size)]


def walk_one_step(
    model: ModelArrays, seed: int, path_ids: U64, step: int, states: Array, carried: list[Beside]
) -> None:
    """Draw once, then move every law's deviations: states (n_dynamics, n_factors, n_ids), in and out."""
    single = states.dtype == np.float32
    normals = np.zeros(states.shape[1:], states.dtype)
    if (model.laws["is_filtered"] == 0).any() or (model.own_normal != 0.0).any():
        normals = draw_normals(seed, path_ids, step, states.shape[1], single=single)
    for d, (state, own) in enumerate(zip(states, carried, strict=True)):
        if own.variances is not None:
            filtered_one_step(model, d, seed, path_ids, step, normals, state, own.variances, own.unwind, own.cohorts)
        elif own.unwind is not None:
            unwind_one_step(model, d, seed, path_ids, step, normals, state, own.unwind)
        else:
            correlate_and_step(model.decay[d], model.drift[d, 0], model.chol[d, 0], normals, state)


@dataclass(frozen=True, slots=True)
class Called:
    """What the closes before a step call for, (n_ids,) each."""

    move: F64  # of ln USD/JPY over the five closes before it
    flow: F64  # official sales of Treasuries [USD bn]
    orders: Orders | None  # None of a law without sales


def begin_step(
    model: ModelArrays, d: int, seed: int, path_ids: U64, step: int, state: Array, carried: Carried
) -> Called:
    """Return what the closes before a step call for, intervene, and hold a cap.

    state (n_factors, n_ids) of law d, in and out. Nothing of the step itself is known yet.
    """
    law = model.laws[d]
    move = look_back(state[law.fx].astype(np.float64), carried)
    orders = order_sales(law, model.impact[d], state, carried) if law.feeds_back else None
    flow, words = np.full(path_ids.size, model.scheduled[d, step]), draw_words(seed, path_ids, step, EVENTS)
    if law.intervenes:
        flow += intervene(law, seed, path_ids, step, words[2], move, state)
    if law.is_capped:
        hold_cap(model, d, step, words[3], carried, state)
    return Called(move=move, flow=flow, orders=orders)


def end_step(
    model: ModelArrays, d: int, seed: int, path_ids: U64, step: int, called: Called, state: Array, carried: Carried
) -> None:
    """Add a step's jumps, and make the sales that were ordered before it: state (n_factors, n_ids), in and out."""
    add_jumps(model, model.laws[d], seed, path_ids, step, carried, state)
    if called.orders is not None:
        make_sales(model.laws[d], called.flow, called.orders, state, carried)


def unwind_one_step(
    model: ModelArrays,
    d: int,
    seed: int,
    path_ids: U64,
    step: int,
    normals: Array,
    state: Array,
    carried: Carried,
) -> None:
    """Take one step of law d with an unwind: state (n_factors, n_ids) and `carried`, in and out."""
    law = model.laws[d]
    called = begin_step(model, d, seed, path_ids, step, state, carried)
    if law.n_regimes > 1:
        first, second, _, _ = draw_words(seed, path_ids, step, EVENTS)
        u = uniform(join(first, second))
        change_regimes(model.transitions[d], int(law.n_regimes), u, called.move, carried)
    step_by_regime(model, d, scale_normals(carried, normals) if law.mixes else normals, carried, state)
    if law.mixes:
        add_convexity(model.convexity[d], carried, state)
    end_step(model, d, seed, path_ids, step, called, state, carried)


def filtered_one_step(
    model: ModelArrays,
    d: int,
    seed: int,
    path_ids: U64,
    step: int,
    normals: Array,
    state: Array,
    variances: Variances,
    carried: Carried | None,
    cohorts: Cohorts | None,
) -> None:
    """Take one step of law d by rows: what the closes before it call for, the row, then jumps and sales.

    The averages that variances are made of take the row's move, and the sales of carry trades with it; they do not take
    what comes on top. state (n_factors, n_ids), variances and, where an unwind is on top, carried and cohorts: in and
    out.
    """
    law = model.laws[d]
    called = begin_step(model, d, seed, path_ids, step, state, carried) if carried is not None else None
    words = draw_words(seed, path_ids, step, RESIDUAL_ROW)
    rows = picked_row(law, path_ids, step, words[0])
    if law.n_row_regimes:
        variances.regimes = next_regimes(model, law, variances.regimes, words[1])
        rows = tilted_row(model, law, variances.regimes, words[0])
    if law.n_beyond:
        add_beyond(model, d, step, words, variances, state)
    sold = np.zeros(path_ids.size)
    if carried is not None and cohorts is not None:
        sold = sell_waiting(law, cohorts, carried)
    step_by_row(model, d, step, rows, normals, sold, variances, state)
    if carried is not None and called is not None:
        end_step(model, d, seed, path_ids, step, called, state, carried)
    if carried is not None and cohorts is not None:
        stop_cohorts(model, d, step, state, carried, cohorts)


def observe(model: ModelArrays, d: int, state: Array, carried: Carried | None) -> Array:
    """Return deviations as markets show them, price impact included: (n_factors, n_ids)."""
    if carried is None:
        return state
    return np.asarray(state + np.outer(model.impact[d], carried.impact(float(model.laws[d].long_run))))
