"""The law of a step and of the horizon, against closed forms and by simulation."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.law.law import law_of
from kernels.law_layout import plain_model
from kernels.numba.backend import NumbaBackend
from kernels.payoffs import empty_book

CASES = json.loads((Path(__file__).parents[2] / "data" / "dynamics.json").read_text(encoding="utf-8"))
REVERTING = {"kappas": [0.3, 0.0, 2.0, 0.1, 5.0, 0.0], "thetas": [0.02, 0.0, 0.03, 0.04, 0.05, 0.0]}


@pytest.mark.parametrize("case", CASES["ornstein_uhlenbeck"], ids=lambda case: case["id"])
@pytest.mark.parametrize("daily", [False, True])
def test_moments_are_those_of_the_ornstein_uhlenbeck_process(hand_market, case, daily):
    market = hand_market(
        names=("JGB_10Y",), vols=(case["sigma"],), kappas=[case["kappa"]], thetas=[case["theta"]], flat=case["x0"]
    )
    days = round(case["t"] * 252)
    law = law_of(market, days, days if daily else 1)
    # the reference's own 1e-10; for many steps the drifts' sum rounds once a step
    n_steps = days if daily else 1
    assert case["x0"] + law.mean(n_steps)[0] == pytest.approx(case["mean"], rel=1e-10)
    assert law.std(n_steps)[0] ** 2 == pytest.approx(case["variance"], rel=1e-10)
    assert law.decay[0] ** n_steps == pytest.approx(case["ar1_coefficient"], rel=1e-10)


def closed_covariance(market, years):
    """rho s_i s_j (1 - exp(-(k_i + k_j) T)) / (k_i + k_j), and T where both are 0."""
    k = market.kappas[:, None] + market.kappas
    times = np.where(k > 0.0, (1.0 - np.exp(-k * years)) / np.where(k > 0.0, k, 1.0), years)
    return market.correlation * np.outer(market.vols, market.vols) * times


@pytest.mark.parametrize("kappas", [False, True])
@pytest.mark.parametrize(("days", "n_steps"), [(1, 1), (10, 1), (10, 10), (250, 1), (250, 250)])
def test_covariance_at_the_horizon_is_the_closed_form_for_any_number_of_steps(hand_market, kappas, days, n_steps):
    market = hand_market(**REVERTING) if kappas else hand_market()
    law = law_of(market, days, n_steps)
    total, step = np.zeros((6, 6)), law.chol[0] @ law.chol[0].T
    for _ in range(n_steps):
        total = law.decay[:, None] * total * law.decay + step
    wanted = closed_covariance(market, days / 252)
    # relative to the two deviations; 250 steps round 250 times, 1 - exp(-kT) loses 3 digits over a day
    assert np.abs(total - wanted).max() <= 1e-12 * np.diag(wanted).max()
    assert law.std(n_steps) == pytest.approx(np.sqrt(np.diag(wanted)), rel=1e-11)


def test_one_step_and_the_daily_walk_have_the_same_law_by_simulation(hand_market, one_yen):
    market = hand_market(**REVERTING)
    n = 200_000
    covariances = {}
    for n_steps in (1, 10):
        law = law_of(market, 10, n_steps)
        model = plain_model(decay=law.decay[None], drift=law.drift, chol=law.chol)
        program = NumbaBackend().prepare(model, one_yen, seed=3, n_steps=n_steps, float32=False, centre=np.zeros(2))
        x = NumbaBackend().levels(program, np.arange(n, dtype=np.uint64))[0, -1, :6]
        covariances[n_steps] = np.cov(x)
        assert (np.abs(x.mean(axis=1) - law.mean(n_steps)) < 4.0 * law.std(n_steps) / np.sqrt(n)).all()
    wanted = closed_covariance(market, 10 / 252)
    se = np.sqrt((np.outer(np.diag(wanted), np.diag(wanted)) + wanted**2) / n)  # Isserlis
    for found in covariances.values():
        assert (np.abs(found - wanted) < 4.0 * se).all()


@pytest.fixture
def one_yen():
    """A book of nothing but a yen."""
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=6, n_steps=1)
    return book.holding(book.run._replace(cash=np.ones((1, 1, 1))))


@pytest.mark.parametrize("n_steps", [1, 10])
def test_the_expected_price_grows_at_mu(hand_market, n_steps):
    market = hand_market(mus=[0.0] * 5 + [0.04])
    law = law_of(market, 10, n_steps)
    assert law.mean(n_steps)[5] + 0.5 * law.std(n_steps)[5] ** 2 == pytest.approx(
        0.04 * 10 / 252, rel=1e-12
    )  # ln E of a lognormal
    assert law.mean(n_steps)[:5].tolist() == [0.0] * 5


def test_a_factor_without_vol_stays(hand_market):
    law = law_of(hand_market(vols=(0.0, 0.004, 0.0, 0.006, 0.01, 0.0)), 10, 1)
    assert law.std(1)[[0, 2, 5]].tolist() == [0.0] * 3
    assert np.isfinite(law.chol).all()
    assert law.mean(1)[5] == 0.0
