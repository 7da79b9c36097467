"""The whole engine's 95 % intervals cover the closed form in 93 to 97 % of runs with different seeds."""

import json
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pytest

from engine.pack.pack import pack
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.plan import plan_tails
from engine.run.blocks import estimates, simulate
from kernels.numba.backend import NumbaBackend

USD_CASH = json.loads((Path(__file__).parents[2] / "data" / "linear_gaussian.json").read_text(encoding="utf-8"))[
    "usd_cash"
]


@pytest.fixture
def one_thread():
    """A cell at a time leaves nothing to share out."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


# Of 1,000 sound repeats 93-97 % hold but for one case in 270 by chance, of 5,000 always; seeds are 0, 1, ...
@pytest.mark.parametrize(
    ("n_repeats", "n_paths", "confidences"),
    [
        (1_000, 20_000, (0.95, 0.975)),
        pytest.param(5_000, 50_000, (0.95, 0.975, 0.99), marks=pytest.mark.slow),
    ],
)
@pytest.mark.usefixtures("one_thread")
def test_intervals_cover_the_closed_form(hand_market, hand_book, n_repeats, n_paths, confidences):
    market = hand_market(names=("USDJPY",), vols=(USD_CASH["vol"],), usdjpy=USD_CASH["spot"], flat=0.0)
    packed = pack(
        hand_book(units=[(0, "USD", USD_CASH["usd"])]),
        market,
        [market],
        horizon_days=10,
        n_steps=1,
        currency="JPY",
        instantaneous=False,
        direct=False,
    )
    backend, plan = NumbaBackend(), plan_tails(2, n_paths, confidences, 2**30)
    program = backend.prepare(
        packed.model, packed.book, seed=0, n_steps=1, float32=False, centre=packed.shock_pnl.ravel()
    )
    exact = {level["level"]: (level["VaR"], level["ES"]) for level in USD_CASH["levels"]}
    covered = np.zeros((len(confidences), 2))
    for seed in range(n_repeats):
        tails = simulate(backend, replace(program, seed=seed), plan, lambda done, wanted: None)
        for k, found in enumerate(estimates(tails, 0)):
            var, es = exact[found.confidence]
            covered[k, 0] += found.of(VALUE_AT_RISK).low <= var <= found.of(VALUE_AT_RISK).high
            covered[k, 1] += found.of(EXPECTED_SHORTFALL).low <= es <= found.of(EXPECTED_SHORTFALL).high
            assert not found.rough  # 500 paths or more in the tail
    assert ((covered >= 0.93 * n_repeats) & (covered <= 0.97 * n_repeats)).all(), covered / n_repeats
