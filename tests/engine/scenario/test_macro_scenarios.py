"""The bundled stresses of auctions, meetings, caps and outflows: against the record, by hand, and on paths."""

from datetime import date

import numpy as np
import pytest

from engine.calibration.diffusion import Window, factor_states
from engine.inputs.history.load import load_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.run.walk import walk_of
from engine.scenario.apply import apply
from kernels.numba.backend import NumbaBackend

MARKET = load_market(bundled_market_path())
EQUITIES = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
NAMES = ("auction-failure", "boj-meetings", "boj-cap", "global-rates", "em-outflow")


@pytest.fixture(scope="module")
def states(shared):
    """Zero rates at the pillars and ln USD/JPY by date, of the published history."""
    history = load_history([shared / "data" / "history.csv"])
    factors = [factor for factor in MARKET.factors if factor.name != "USDJPY_VOL"]
    return factor_states(history.values, factors, Window(start=date(2007, 11, 6), end=date(2025, 5, 30)))


def jump_means(name: str) -> dict[str, float]:
    return dict(load_scenario(name).unwind.jumps[0].mean)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_stress_on_the_filtered_law_that_both_markets_take(name):
    scenario = load_scenario(name)
    assert scenario.stress
    assert scenario.unwind.law == "filtered"
    for market in (MARKET, EQUITIES):
        assert apply(scenario, market).market.filtered is not None


@pytest.mark.parametrize(("name", "before", "day", "scale"), [
    ("auction-failure", "2025-05-19", "2025-05-20", 1.0),
    ("boj-meetings", "2024-07-30", "2024-07-31", 25.0 / 15.0),
])  # fmt: skip
def test_jumps_are_the_moves_of_their_days(states, name, before, day, scale):
    moves = scale * (states.loc[day] - states.loc[before])
    for factor, size in jump_means(name).items():
        # Written to a tenth of a basis point; of the scaled day after the tenths of its own were taken.
        assert size == pytest.approx(moves[factor], abs=0.6e-5 * scale if factor != "USDJPY" else 1e-4), factor


def test_the_end_of_the_cap_is_that_of_2022(states):
    """Pulls and spill per 1.0 of the ten-year; yields are written to a thousandth of it, the yen to 0.1."""
    moves = states.loc["2022-12-20"] - states.loc["2022-12-19"]
    cap = load_scenario("boj-cap").unwind.cap
    for factor, size in (*cap.shape, *cap.spill):
        # the numerators are tenths of a basis point over 15.2, or 0.1 % over 0.00152
        wanted = pytest.approx(moves[factor] / moves["JGB_10Y"], abs=0.006 if factor != "USDJPY" else 0.2)
        assert size == wanted, factor


def test_the_bank_buys_what_holds_the_yield_down_and_all_of_it_comes_back_at_the_meeting():
    """On common draws a path under the cap is the law's own less its purchases, until 17 June 2025, business day 14."""
    plain, held = (
        walk_of(load_scenario(name), MARKET, n_days=14, seed=1, backend=NumbaBackend())
        for name in ("filtered", "boj-cap")
    )
    ids, place = np.arange(4_000, dtype=np.uint64), held.series.index
    moved = held.deviations(ids) - plain.deviations(ids)
    bought = moved[:, place("jgbs_bought")]  # (n_days, n_paths) JPY tn; the other law buys none
    cap = load_scenario("boj-cap").unwind.cap
    assert bought[0].max() == 0.0  # the band begins at the start
    assert 0.3 < (bought[-2] > 0.0).mean() < 1.0
    for name, share in (*cap.shape, ("JGB_10Y", 1.0)):
        # sums of numbers below 1
        np.testing.assert_allclose(moved[:-1, place(name)], -1e-4 * share * bought[:-1], atol=1e-14, err_msg=name)
    spilled, before = moved[-1, place("USDJPY")], bought[-2]
    ended = spilled != 0.0
    np.testing.assert_allclose(spilled[ended], -28.4e-4 * before[ended], rtol=1e-9)
    np.testing.assert_allclose(moved[-1, place("JGB_10Y"), ended], 0.0, atol=1e-14)
    likely = np.minimum(0.09 + 0.01 * before, 1.0)[before > 0.0]  # of the others an end moves nothing
    error = np.sqrt((likely * (1.0 - likely)).sum()) / likely.size
    assert ended[before > 0.0].mean() == pytest.approx(likely.mean(), abs=4.0 * error)


def test_treasuries_and_jgbs_of_global_rates_are_the_window_and_its_betas(states):
    shocks = {shock.factor: shock.size for shock in load_scenario("global-rates").shocks}
    window = states.loc["2022-06-13"] - states.loc["2022-05-27"]
    ten = states.dropna().diff(10).loc["2022-01-01":]
    rises = ten[ten["UST_10Y"] > 0.002]
    assert len(rises) == 193
    for name, size in shocks.items():
        if name.startswith("UST"):
            assert size == pytest.approx(window[name], abs=0.5e-4)  # written in whole basis points
        elif name.startswith("JGB"):
            beta = (rises[name] * rises["UST_10Y"]).sum() / (rises["UST_10Y"] ** 2).sum()
            assert size == pytest.approx(0.0066 * beta, abs=0.6e-5)


def test_the_auction_fails_on_the_first_day_on_every_path_and_moves_nothing_else():
    """On common draws the two laws differ by the jump alone."""
    plain, failed = (
        walk_of(load_scenario(name), MARKET, n_days=1, seed=1, backend=NumbaBackend())
        for name in ("filtered", "auction-failure")
    )
    ids = np.arange(200, dtype=np.uint64)
    moved = (failed.deviations(ids) - plain.deviations(ids))[0]
    means = jump_means("auction-failure")
    means["USDJPY_VOL"] = -4.5 * means["USDJPY"]  # its follower, the market's only one
    for i, factor in enumerate(plain.factors):
        # Both are rounded sums of a few numbers below 1.
        np.testing.assert_allclose(moved[i], means.get(factor.name, 0.0), atol=1e-15)


def test_later_auctions_fail_with_a_half_on_their_dates():
    """30-year auction on 5 June: business day 6; on the other days after the first the two laws move alike."""
    plain, failed = (
        walk_of(load_scenario(name), MARKET, n_days=7, seed=1, backend=NumbaBackend())
        for name in ("filtered", "auction-failure")
    )
    ids = np.arange(4_000, dtype=np.uint64)
    at = plain.series.index("JGB_30Y")
    moved = np.diff((failed.deviations(ids) - plain.deviations(ids))[:, at], axis=0)  # days 2 to 7
    np.testing.assert_allclose(np.delete(moved, 4, axis=0), 0.0, atol=1e-15)
    came = np.abs(moved[4]) > 1e-9
    assert came.mean() == pytest.approx(0.5, abs=4.0 * 0.5 / np.sqrt(4_000))  # four standard errors
    size = moved[4, came]
    assert size.mean() == pytest.approx(0.00148, abs=4.0 * 0.00059 / np.sqrt(2_000))
    assert size.std() == pytest.approx(0.00059, rel=4.0 / np.sqrt(2.0 * 2_000))


def test_an_outflow_takes_the_peso_and_its_exit_and_widens_its_vol():
    scenario = load_scenario("em-outflow")
    shocked = apply(scenario, EQUITIES).market
    assert shocked.levels["MXNJPY"] / EQUITIES.levels["MXNJPY"] == pytest.approx(0.85 * 0.99)
    vol = [factor.name for factor in EQUITIES.factors].index("MXNJPY")
    assert shocked.vols[vol] / EQUITIES.vols[vol] == pytest.approx(1.41)
    assert apply(scenario, MARKET).market.usdjpy == pytest.approx(0.97 * MARKET.usdjpy)
