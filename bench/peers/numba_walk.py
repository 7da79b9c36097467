"""The walk in numba as it is usually written: path by path, step by step, numba's own generator."""
# mypy: disallow-untyped-decorators=False

from typing import Any

import numpy as np
from numba import njit

from bench.peers.walk_law import Walk, WalkLaw


@njit(cache=True)
def _walk(decay: Any, drift: Any, chol: Any, n_steps: int, horizon: Any) -> None:
    n_factors, n_paths = horizon.shape
    for path in range(n_paths):
        x, z, moved = np.zeros(n_factors), np.empty(n_factors), np.empty(n_factors)
        for _ in range(n_steps):
            for k in range(n_factors):
                z[k] = np.random.standard_normal()
            for f in range(n_factors):
                total = decay[f] * x[f] + drift[f]
                for k in range(f + 1):
                    total += chol[f, k] * z[k]
                moved[f] = total
            for f in range(n_factors):
                x[f] = moved[f]
        for f in range(n_factors):
            horizon[f, path] = x[f]


def per_path(law: WalkLaw, n_paths: int) -> Walk:
    """Walk in scalar loops, one path after the other."""
    horizon = np.empty((law.n_factors, n_paths))

    def walk() -> Any:
        _walk(law.decay, law.drift, law.chol, law.n_steps, horizon)
        return horizon

    return walk
