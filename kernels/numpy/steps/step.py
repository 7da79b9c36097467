"""Correlate the draws and move the factors one step. Twins in numba/ and cuda/."""

import numpy as np

from kernels.types import Array


def correlate_and_step(decay: Array, drift: Array, chol: Array, normals: Array, state: Array) -> None:
    """Move paths one step: state (n_factors, n_ids), in and out = decay * state + drift + chol @ normals.

    decay, drift  (n_factors,)           per step
    chol          (n_factors, n_factors) lower Cholesky factor of the one-step covariance
    normals       (n_factors, n_ids)     independent N(0, 1)
    """
    state[:] = decay[:, None] * state + drift[:, None] + np.tril(chol) @ normals
