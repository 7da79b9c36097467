"""The walk in JAX on the CPU, compiled as one scan."""

from importlib import import_module
from typing import Any

import numpy as np

from bench.peers.walk_law import Walk, WalkLaw


def jax_walk(law: WalkLaw, n_paths: int, precision: str) -> Walk:
    """Walk all paths at once, steps as a compiled scan. Raises ImportError where jax is not."""
    jax: Any = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    decay, drift, chol = (jnp.asarray(a, precision) for a in (law.decay, law.drift, law.chol.T))

    @jax.jit  # type: ignore[untyped-decorator]
    def walk_all(key: Any) -> Any:
        def step(state: Any, step_key: Any) -> Any:
            normals = jax.random.normal(step_key, (n_paths, law.n_factors), precision)
            return state * decay + drift + normals @ chol, None

        start = jnp.zeros((n_paths, law.n_factors), precision)
        return jax.lax.scan(step, start, jax.random.split(key, law.n_steps))[0]

    key = jax.random.key(1)
    return lambda: np.asarray(walk_all(key)).T
