"""The article's advice, utilities and staples instead of technology: right in one unwind, wrong in the other."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.backtest.sector_returns import sector_returns
from engine.calibration.regimes import CALM, EPISODES, estimate_regimes, one_day_moves
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.betas import BETA_SETS
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

SCENARIOS = "engine/scenario/bundled/equities"
N_PATHS = 40_000


def scenario(root, name):
    return load_scenario(str(root / SCENARIOS / f"{name}.toml"))


@pytest.fixture(scope="module")
def market(root):
    return load_market(root / "engine/market/data/equities/2025-05-28.toml")


@pytest.fixture(scope="module")
def walk(root, market):
    return walk_of(scenario(root, "regimes-theory"), market, n_days=10, seed=1, backend=NumbaBackend())


@pytest.fixture(scope="module")
def outcomes(walk):
    found = sector_returns(walk, N_PATHS, [*BETA_SETS, None])
    return {(each.betas, each.regime, each.sector): each for each in found}


def over(outcomes, betas, regime, sector):
    """Return over technology in its standard errors: signed."""
    found = outcomes[betas, regime, sector]
    return found.over_technology / found.over_technology_se


def test_in_flight_utilities_and_staples_beat_technology_by_all_but_theory(outcomes):
    for betas in ("calm", "flight-2024", "repatriation-2025", "simulated"):
        assert over(outcomes, betas, "FLIGHT", "XLU") > 4.0, betas
        assert over(outcomes, betas, "FLIGHT", "XLP") > 4.0, betas
    assert over(outcomes, "empirical", "FLIGHT", "XLU") > 4.0
    assert over(outcomes, "theory", "FLIGHT", "XLU") < -4.0  # falling yields lift the longer duration most


def test_in_repatriation_the_advice_holds_by_theory_alone(outcomes):
    assert over(outcomes, "theory", "REPATRIATION", "XLU") > 4.0
    for betas in ("empirical", "calm", "flight-2024", "repatriation-2025", "simulated"):
        assert over(outcomes, betas, "REPATRIATION", "XLU") < -4.0, betas


def test_a_sector_return_is_its_beta_times_the_move_of_the_ten_year_yield(walk):
    moves = walk.deviations(np.arange(2000, dtype=np.uint64))[-1]
    calm = moves[walk.series.index("regime")] == 0
    wanted = np.expm1(-4.2 * moves[walk.series.index("UST_10Y"), calm]).mean()  # the study's figure of utilities
    found = next(r for r in sector_returns(walk, 2000, ["empirical"]) if (r.regime, r.sector) == ("CALM", "XLU"))
    assert found.mean == pytest.approx(wanted, rel=1e-12)
    assert found.n_paths == calm.sum()


def test_named_betas_move_prices_by_the_impact_alone(root, market):
    """Three rivals on the same draws: log prices differ by beta times the impact on the 10-year yield, path by path."""
    ids = np.arange(4000, dtype=np.uint64)
    scenarios = [scenario(root, name) for name in ("regimes-theory", "regimes-empirical")]
    assert scenarios[0].unwind is not None
    assert scenarios[0].unwind.impact is not None
    impact = replace(scenarios[0].unwind.impact, betas=(), betas_name=None)
    scenarios.append(replace(scenarios[0], unwind=replace(scenarios[0].unwind, impact=impact)))
    theory, empirical, none = (walk_of(each, market, n_days=10, seed=1, backend=NumbaBackend()) for each in scenarios)
    at = theory.series.index
    moved = {w: w.deviations(ids)[-1] for w in (theory, empirical, none)}
    on_five = moved[none][at("impact")]  # the shape is 1 at 5 and at 10 years
    for w, betas in ((theory, BETA_SETS["theory"]), (empirical, BETA_SETS["empirical"])):
        for sector, beta in betas.betas:
            if sector in market.levels:
                apart = moved[w][at(sector)] - moved[none][at(sector)]
                np.testing.assert_allclose(apart, beta * on_five, atol=1e-15)
    np.testing.assert_array_equal(moved[theory][at("MXNJPY")], moved[none][at("MXNJPY")])
    assert np.abs(on_five).max() > 1e-4


def test_books_without_equities_are_the_same_beside_them(market):
    """Factors added last take no draw of the others'."""
    ids = np.arange(100, dtype=np.uint64)
    plain = load_market(bundled_market_path())
    few, many = (walk_of(load_scenario("base"), m, n_days=3, seed=1, backend=NumbaBackend()) for m in (plain, market))
    n = len(plain.factors)
    np.testing.assert_array_equal(many.deviations(ids)[:, :n], few.deviations(ids)[:, :n])


@pytest.mark.slow
def test_the_drifts_and_vols_of_equities_are_estimated_as_those_of_the_regimes(root, shared, market):
    columns = {"SPX": "spx", "NIKKEI225": "nikkei225", "XLK": "xlk_adj", "XLU": "xlu_adj", "XLP": "xlp_adj"}
    days = pd.read_csv(shared / "data" / "history.csv", index_col="date", parse_dates=True)
    regimes = estimate_regimes(read_history([shared / "data" / "history.csv"]), load_market(bundled_market_path()))
    vols = dict(zip([factor.name for factor in market.factors], market.vols, strict=True))
    given = {regime.name: regime for regime in scenario(root, "regimes-theory").unwind.regimes}

    def moves(name, episode):
        logs = [np.log(days[columns[name]].loc[str(w.start) : str(w.end)]) for w in episode.windows]
        return pd.concat([one_day_moves(each, episode) for each in logs])

    for name in columns:
        calm = moves(name, CALM).std() * np.sqrt(252.0)
        assert dict(given["CALM"].vol_multipliers)[name] == round(calm / vols[name], 2)
        for regime, episode in EPISODES.items():
            found = moves(name, episode)
            # a normal prior of sd 0.5; a log ratio of variance (kurtosis - 1) / (4 n) = 1 / n, as in estimate.py
            kept = 0.25 / (0.25 + 1.0 / found.size)
            ratio = (found.std() * np.sqrt(252.0) / calm) ** kept * calm / vols[name]
            assert dict(given[regime].vol_multipliers)[name] == round(ratio, 2), (regime, name)
            # of the expectation: its logarithm drifts by half the variance less
            drift = regimes[regime].mean_kept * 252.0 * found.mean() + 0.5 * (ratio * vols[name]) ** 2
            assert dict(given[regime].drifts)[name] == round(drift, 2), (regime, name)


def test_what_a_walk_or_a_set_lacks_is_named(walk):
    with pytest.raises(InputError, match="no betas are called 'theroy'; did you mean 'theory'"):
        sector_returns(walk, 100, ["theroy"])
    with pytest.raises(InputError, match="have none of XLRE"):
        sector_returns(walk, 100, ["calm"], ["XLRE", "XLU"])
    plain = walk_of(load_scenario("base"), load_market(bundled_market_path()), n_days=2, seed=1, backend=NumbaBackend())
    with pytest.raises(InputError, match="no factor XLK, XLU, XLP"):
        sector_returns(plain, 100, [None])
