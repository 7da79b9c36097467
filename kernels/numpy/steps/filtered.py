"""A step by a row of past residuals, and the variances that go along with it. Twins in numba/ and cuda/."""

from dataclasses import dataclass

import numpy as np

from kernels.law_layout import Law, ModelArrays
from kernels.numpy.steps.row_regimes import start_regimes
from kernels.types import F64, U64, Array


@dataclass(slots=True)
class Variances:
    """What paths of a filtered law carry beside their deviations."""

    averages: Array  # (n_factors, N_SPEEDS, n_ids) over the variance at the start
    leads: Array  # (n_leaders, n_ids) residuals of the leaders in the step before, clipped
    regimes: U64  # (n_ids,) number of the regime that tilts the row; 0: none


def start_variances(model: ModelArrays, d: int, n_ids: int) -> Variances:
    """Return what paths of law d carry at the start."""
    return Variances(
        averages=np.repeat(model.variance[d][..., None], n_ids, axis=2),
        leads=np.repeat(model.last_residual[d][:, None], n_ids, axis=1),
        regimes=start_regimes(model.laws[d], n_ids),
    )


def picked_row(law: Law, path: U64, step: int, word: U64) -> U64:
    """Return the row of the table that each path takes, (n_ids,): the high half of word times their number."""
    n = np.uint64(law.last_row - law.first_row)
    within = (path + np.uint64(step)) % n if law.is_enumerated else word.astype(np.uint64) * n >> np.uint64(32)
    return np.asarray(np.uint64(law.first_row) + within)


def variance_of_day(model: ModelArrays, d: int, carried: Variances) -> Array:
    """Return the variances of law d's next step, over those at the start: (n_factors, n_ids); 1 of what stays."""
    variance = (model.weight[d][:, None] * carried.averages).sum(axis=1)
    variance = np.maximum(variance, model.least_variance[d][:, None])
    return np.where(model.follows[d][:, None] != 0, variance, variance.dtype.type(1.0))


def pushes(model: ModelArrays, d: int, step: int, sold: F64, variance: Array) -> Array:
    """Return what sales of carry trades take from residuals, in standard deviations of the day: (n_factors, n_ids).

    sold (n_ids,) shares of the stock, variance (n_factors, n_ids) of the day over that at the start
    """
    law, real = model.laws[d], variance.dtype.type
    sd = model.weekday_move[d, law.fx] * model.root_span[d, step] * np.sqrt(variance[law.fx])
    push = (law.fx_per_stock * sold / sd.astype(np.float64)).astype(real)
    return np.asarray(model.with_fx[d][:, None] * push)


def step_by_row(
    model: ModelArrays, d: int, step: int, rows: U64, normals: Array, sold: F64, carried: Variances, state: Array
) -> None:
    """Move paths one step: state (n_factors, n_ids) and `carried`, in and out.

    rows     (n_ids,)            of the table
    normals  (n_factors, n_ids)  of the factors' own, for those that have a weight for them
    sold     (n_ids,)            share of the stock of carry trades that is sold in the step
    """
    law, real = model.laws[d], state.dtype.type
    z = model.residuals[:, rows] + model.lead[d] @ carried.leads
    z = z + model.own_normal[d][:, None] * normals
    variance = variance_of_day(model, d, carried)
    if law.n_cohorts:
        z = z - pushes(model, d, step, sold, variance)
    follows = model.follows[d][:, None] != 0
    move = np.sqrt(variance) * z
    per_move = (model.weekday_move[d] * model.root_span[d, step])[:, None]
    state[:] = model.decay[d][:, None] * state + model.drift[d, 0][:, None] + per_move * move
    speed = model.speed[d][:, None]
    fresh = speed * carried.averages + (real(1.0) - speed) * (move * move)[:, None]
    carried.averages = np.where(follows[:, None], fresh, carried.averages)
    clip = real(law.lead_clip)
    carried.leads = np.clip(z[model.leader[d]], -clip, clip)
