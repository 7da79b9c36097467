"""The walk in numpy: tuned as far as numpy goes, and as it is usually written."""

from typing import Any

import numpy as np

from bench.peers.walk_law import Walk, WalkLaw


def tuned(law: WalkLaw, n_paths: int, chunk: int, kind: Any) -> Walk:
    """Walk all paths of a chunk at once: arrays fit the cache, nothing is allocated, the fastest generator."""
    generator = np.random.Generator(np.random.SFC64(1))
    decay, drift, chol = (np.ascontiguousarray(a, kind) for a in (law.decay[:, None], law.drift[:, None], law.chol))
    shape = (law.n_factors, chunk)
    state, normals, moves = np.empty(shape, kind), np.empty(shape, kind), np.empty(shape, kind)
    horizon = np.empty((law.n_factors, n_paths), kind)

    def walk() -> Any:
        for start in range(0, n_paths, chunk):
            state[:] = 0.0
            for _ in range(law.n_steps):
                generator.standard_normal(dtype=kind, out=normals)
                np.matmul(chol, normals, out=moves)
                np.multiply(state, decay, out=state)
                np.add(state, drift, out=state)
                np.add(state, moves, out=state)
            horizon[:, start : start + chunk] = state
        return horizon

    return walk


def naive(law: WalkLaw, n_paths: int) -> Walk:
    """Take all draws at once, (n_paths, n_steps, n_factors), and loop over days."""

    def walk() -> Any:
        random = np.random.RandomState(1)
        moves = random.standard_normal((n_paths, law.n_steps, law.n_factors)) @ law.chol.T
        state = np.zeros((n_paths, law.n_factors))
        for step in range(law.n_steps):
            state = state * law.decay + law.drift + moves[:, step]
        return state.T

    return walk
