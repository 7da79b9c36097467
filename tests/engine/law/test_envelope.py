"""Ranges on which books are compressed where no law is exact: few paths leave them, and they are not far too wide."""

import numpy as np
import pytest

from engine.inputs.run import resolve
from engine.pack.pack import pack
from engine.run.load import load_inputs
from kernels.numba.backend import NumbaBackend

SCENARIOS = (
    "bench/three-regimes.toml",
    "feedback-severe",
    "ust-liquidation-10pct",
    "october-1998",
    "repatriation-2025",
)


@pytest.fixture(scope="module")
def scaled():
    """Of each scenario, the largest |deviation| of each path in units of its range: {name: (n_paths,)}."""
    inputs = load_inputs(resolve({"scenario": SCENARIOS, "paths": 1000}, {}))
    packed = pack(
        inputs.book,
        inputs.market,
        inputs.shocked,
        inputs.unwinds,
        horizon_days=10,
        n_steps=10,
        currency="JPY",
        instantaneous=False,
        direct=False,
    )
    backend = NumbaBackend()
    program = backend.prepare(
        packed.model, packed.book, seed=5, n_steps=10, float32=False, centre=packed.shock_pnl.ravel()
    )
    run, flows = packed.book.run, packed.book.flows
    n_factors = flows.centre.shape[1]
    levels = backend.levels(program, np.arange(10_000, dtype=np.uint64))[:, -1, :n_factors]
    found = {}
    for s, name in enumerate(SCENARIOS):
        moves = levels[run.dynamics[s]] - flows.centre[s][:, None]
        found[name] = np.abs(moves * flows.inverse_width[s][:, None]).max(axis=0)
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_less_than_a_path_in_a_hundred_leaves_the_range(scaled, name):
    assert np.mean(scaled[name] > 1.0) < 0.01


@pytest.mark.parametrize("name", SCENARIOS)
def test_ranges_are_no_wider_than_thrice_what_a_thousandth_reaches(scaled, name):
    assert np.quantile(scaled[name], 0.999) > 1.0 / 3.0
