"""Regimes: when one gives way to another, and a step by each path's own. Twins in numba/ and cuda/."""

import numpy as np

from kernels.law_layout import ModelArrays
from kernels.numpy.steps.rows import Carried
from kernels.numpy.steps.step import correlate_and_step
from kernels.types import F64, Array


def look_back(spot: F64, carried: Carried) -> F64:
    """Return the 5-day move of ln USD/JPY before the step, (n_ids,), and remember this close, spot (n_ids,)."""
    move = spot - carried.closes[-1]
    carried.closes = np.vstack([spot, carried.closes[:-1]])
    return np.asarray(move)


def change_regimes(transitions: F64, n_regimes: int, u: F64, move: F64, carried: Carried) -> None:
    """Draw the regime of this step from uniforms u (n_ids,); transitions (n_regimes, n_regimes, 2) of the law."""
    base, slope = np.moveaxis(transitions[:n_regimes, :n_regimes], -1, 0)
    fall = np.maximum(0.0, -move)[:, None]
    leaving = base[carried.regime] + slope[carried.regime] * fall  # (n_ids, n_regimes)
    leaving[np.arange(u.size), carried.regime] = 0.0
    edges = np.cumsum(leaving, axis=1)
    leaves = u < edges[:, -1]
    carried.regime = np.where(leaves, (u[:, None] >= edges).sum(axis=1), carried.regime)


def step_by_regime(model: ModelArrays, d: int, normals: Array, carried: Carried, state: Array) -> None:
    """Move paths one step, each by its regime's drift and chol: state (n_factors, n_ids), in and out."""
    before = state.copy()
    for r in range(max(1, int(model.laws[d].n_regimes))):
        here, moved = carried.regime == r, before.copy()
        correlate_and_step(model.decay[d], model.drift[d, r], model.chol[d, r], normals, moved)
        state[:, here] = moved[:, here]


def add_convexity(convexity: Array, carried: Carried, state: Array) -> None:
    """Add what q^2 takes from the drift of prices; convexity (n_regimes, n_factors), state (n_factors, n_ids)."""
    state[:] = state + convexity[carried.regime].T * carried.q**2


def scale_normals(carried: Carried, normals: Array) -> Array:
    """Return the normals of each path times its mixing variable: (n_factors, n_ids)."""
    return np.asarray(normals * carried.q.astype(normals.dtype))
