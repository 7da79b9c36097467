"""Every peer walks the law that ours walks: otherwise a ratio would compare different work."""

import numpy as np
import pytest

from bench import sample
from bench.peers import jax_walk, numba_walk, numpy_walk, quantlib_walk, torch_walk
from bench.peers.walk_law import WalkLaw
from engine.law.law import law_of

N_STEPS = 5


@pytest.fixture(scope="module")
def law():
    market = sample.market_of_16()
    step = law_of(market, N_STEPS, N_STEPS)
    return WalkLaw(
        decay=step.decay,
        drift=step.drift[0],
        chol=step.chol[0],
        vols=market.vols,
        correlation=market.correlation,
        n_steps=N_STEPS,
        std=step.std(N_STEPS),
    )


def torch_on_one_thread(law, n):
    pytest.importorskip("torch")
    return torch_walk.torch_walk(law, n, "float64")


def jax_on_the_cpu(law, n):
    pytest.importorskip("jax")
    return jax_walk.jax_walk(law, n, "float64")


@pytest.mark.parametrize(
    ("make", "n"),
    [
        (lambda law, n: numpy_walk.tuned(law, n, 500, np.float64), 20_000),
        (lambda law, n: numpy_walk.tuned(law, n, 500, np.float32), 20_000),
        (numpy_walk.naive, 20_000),
        (numba_walk.per_path, 20_000),
        (quantlib_walk.multi_path, 2000),
        (torch_on_one_thread, 20_000),
        (jax_on_the_cpu, 20_000),
    ],
    ids=["numpy tuned", "numpy float32", "numpy naive", "numba", "QuantLib", "torch", "jax"],
)
def test_a_peer_walks_the_law(law, make, n):
    horizon = np.array(make(law, n)(), np.float64)
    assert horizon.shape == (16, n)
    # the std of n normals has a relative error of 1 / sqrt(2 n), a correlation one of at most 1 / sqrt(n): allow five
    assert horizon.std(axis=1) / law.std == pytest.approx(np.ones(16), abs=5.0 / np.sqrt(2.0 * n))
    covariance = N_STEPS * law.chol @ law.chol.T
    scale = np.outer(law.std, law.std)
    assert np.corrcoef(horizon) == pytest.approx(covariance / scale, abs=5.0 / np.sqrt(n))
    assert horizon.mean(axis=1) / law.std == pytest.approx(N_STEPS * law.drift / law.std, abs=5.0 / np.sqrt(n))
