from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.calibration.betas import estimate_beta
from engine.calibration.diffusion import Window
from engine.calibration.regimes import (
    BLOCKS,
    CALM,
    EPISODES,
    PAIRS,
    Episode,
    RegimeEstimate,
    block_of,
    estimate_regimes,
    following_fix,
    one_day_moves,
)
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import read_scenario
from engine.mechanisms.betas import BETA_SETS
from engine.mechanisms.unwind import Unwind

PARTS = Path(str(files("engine.scenario") / "bundled" / "parts"))
REGIMES = {"CALM": "calm", "FLIGHT": "flight", "REPATRIATION": "repatriation"}
GLOBS = list(BLOCKS.values())


def unwind(part: str) -> Unwind:
    read = read_scenario(PARTS / f"{part}.toml").unwind
    assert read is not None
    return read


@pytest.fixture(scope="module")
def estimates(shared) -> dict[str, RegimeEstimate]:
    history = read_history([shared / "data" / "history.csv"])
    return estimate_regimes(history, load_market(bundled_market_path()))


@pytest.mark.parametrize("name", REGIMES)
def test_the_bundled_regimes_are_the_estimates_to_their_rounding(estimates, name):
    found = estimates[name]
    (regime,), (jump,) = unwind(REGIMES[name]).regimes, unwind(REGIMES[name]).jumps
    assert regime.name == name
    vols = dict(regime.vol_multipliers)
    assert [vols[glob] for glob in GLOBS] == [round(found.vol_multipliers[block], 2) for block in BLOCKS]
    values = {(one, other): value for one, other, value in regime.correlations}
    for pair in PAIRS:
        assert values[BLOCKS[pair[0]], BLOCKS[pair[1]]] == round(found.correlations[pair], 2), pair
    links = dict(zip(found.names, found.links.tolist(), strict=True))
    blocks = dict(zip(found.names, block_of(found.names), strict=True))
    for factor in found.names[:-1]:
        assert values[factor, "USDJPY"] == round(links[factor], 3), factor
    for block in ("JGB_SHORT", "JGB_LONG", "UST"):  # for tenors that this market lacks
        mean = np.mean([links[factor] for factor in found.names if blocks[factor] == block])
        assert values[BLOCKS[block], "USDJPY"] == round(float(mean), 2), block
    drifts = dict(regime.drifts)
    for factor, drift in zip(found.names, found.drifts, strict=True):
        assert drifts.get(factor, 0.0) == pytest.approx(drift, abs=0.5001e-4), factor  # rounded to 1 bp a year
    assert dict(jump.rates) == {name: round(found.jump_rate, 1)}
    for sizes, column in zip([jump.mean, *jump.loadings], [found.jump_mean, *found.jump_loadings.T], strict=True):
        given = dict(sizes)
        # rounded to a tenth of a basis point
        assert [given.get(glob, 0.0) for glob in GLOBS] == pytest.approx(column.tolist(), abs=0.5001e-5)
        assert given.get("UST_3M", 0.0) == 0.0


def test_the_samples_are_as_small_as_the_files_say(estimates):
    assert (estimates["FLIGHT"].n_days, estimates["REPATRIATION"].n_days) == (22, 41)
    for name, part in REGIMES.items():
        assert f"{estimates[name].n_days:,} days" in unwind(part).regimes[0].source
        assert f"{estimates[name].n_jumps} day" in unwind(part).jumps[0].source


def test_the_signs_of_the_two_unwinds_differ_as_the_record_has_them(estimates):
    flight, repatriation = (dict(zip(e.names, e.mean, strict=True)) for e in list(estimates.values())[1:])
    # UNWIND 0.2: in 2024 yields fell with USD/JPY; in 2025 Treasuries and super-long JGBs were sold, the yen bought.
    assert all(flight[name] < 0.0 for name in ("USDJPY", "JGB_10Y", "JGB_40Y", "UST_10Y", "UST_30Y"))
    assert (
        repatriation["USDJPY"] < 0.0 < min(repatriation[name] for name in ("JGB_30Y", "JGB_40Y", "UST_10Y", "UST_30Y"))
    )
    assert flight["USDJPY"] < repatriation["USDJPY"]


def test_every_estimate_is_shrunk_towards_calm_and_no_drift(estimates):
    calm = estimates["CALM"]
    for name in EPISODES:
        found = estimates[name]
        assert 0.0 < found.mean_kept < 1.0
        for block, raw in found.raw_vol_multipliers.items():
            low, high = sorted((raw, calm.vol_multipliers[block]))
            assert low <= found.vol_multipliers[block] <= high
        for pair, raw in found.raw_correlations.items():
            low, high = sorted((raw, calm.correlations[pair]))
            assert low <= found.correlations[pair] <= high
        lows, highs = np.minimum(found.raw_links, calm.links), np.maximum(found.raw_links, calm.links)
        assert (found.links >= lows - found.links_moved).all()
        assert (found.links <= highs + found.links_moved).all()
        assert found.links_moved < 0.1


def test_links_with_the_dollar_are_posterior_means_moved_no_farther_than_a_matrix_asks(estimates):
    """UST 30Y in REPATRIATION, by hand: z of 34 overlapping 5-day changes' correlation and of calm days'."""
    calm, found = estimates["CALM"], estimates["REPATRIATION"]
    at = found.names.index("UST_30Y")
    assert (found.raw_links[at], calm.links[at]) == (pytest.approx(-0.379, abs=5e-4), pytest.approx(0.412, abs=5e-4))
    kept = 0.25 / (0.25 + 1.0 / (0.3 * 41 - 3.0))
    wanted = np.tanh(kept * np.arctanh(-0.379) + (1.0 - kept) * np.arctanh(0.412))
    assert wanted == pytest.approx(-0.147, abs=0.001)
    assert abs(found.links[at] - wanted) <= found.links_moved + 5e-4
    assert found.correlation_kept == 1.0
    assert estimates["FLIGHT"].correlation_kept == 1.0


def test_along_either_curve_the_link_with_the_dollar_changes_sign_in_repatriation_alone(estimates):
    for name, found in estimates.items():
        links = dict(zip(found.names, found.links, strict=True))
        assert min(links["JGB_2Y"], links["UST_2Y"]) > 0.0
        super_long = [links[each] for each in ("JGB_20Y", "JGB_30Y", "JGB_40Y", "UST_20Y", "UST_30Y")]
        assert max(super_long) < 0.0 if name == "REPATRIATION" else min(super_long) > 0.0


def test_drifts_and_jumps_together_make_the_mean(estimates):
    found = estimates["FLIGHT"]
    jump = dict(zip(BLOCKS, found.jump_mean, strict=True))
    at = found.names.index("UST_10Y")
    assert found.drifts[at] + found.jump_rate * jump["UST"] == pytest.approx(found.mean[at], rel=1e-12)
    at = found.names.index("USDJPY")  # of the expectation: vol 0.1123 * 1.33, half its square
    half = 0.5 * (0.1123475 * found.vol_multipliers["USDJPY"]) ** 2
    assert half == pytest.approx(0.0111, abs=1e-4)
    assert found.drifts[at] + found.jump_rate * jump["USDJPY"] - half == pytest.approx(found.mean[at], rel=1e-12)


@pytest.mark.parametrize(("name", "episode"), [("calm", CALM), ("flight-2024", EPISODES["FLIGHT"]),
                                               ("repatriation-2025", EPISODES["REPATRIATION"])])  # fmt: skip
def test_the_estimated_betas_are_least_squares_on_the_full_history(shared, name, episode):
    columns = {"SPX": "spx", "NASDAQ": "nasdaq", "NIKKEI225": "nikkei225", "XLK": "xlk_adj", "XLU": "xlu_adj",
               "XLP": "xlp_adj"}  # fmt: skip
    days = pd.read_csv(shared / "data" / "history.csv", index_col="date", parse_dates=True)
    for factor, given in BETA_SETS[name].betas:
        prices = days[columns[factor]]
        beta = estimate_beta(prices, days["ust_10y"] / 100.0, episode, is_tokyo=factor == "NIKKEI225")
        assert given == round(beta.value, 1), factor
        if factor != "NIKKEI225":
            assert f"{beta.n:,} days" in BETA_SETS[name].source or beta.n in (22, 39)


def test_a_beta_of_exact_moves_comes_back_without_an_error():
    days = pd.bdate_range("2024-01-01", "2024-03-29", name="date")
    yields = pd.Series(0.04 + 0.001 * np.sin(np.arange(len(days))), index=days)
    prices = 100.0 * np.exp(-25.0 * yields)
    beta = estimate_beta(prices, yields, Episode(windows=(Window(start=date(2024, 1, 1), end=date(2024, 3, 29)),)))
    assert beta.value == pytest.approx(-25.0, rel=1e-9)  # rounding of exp and log, some 1e-16 over moves of 1e-3
    assert beta.se < 1e-9
    assert beta.n == len(days) - 1


def test_moves_that_touch_a_window_left_out_are_left_out():
    days = pd.bdate_range("2024-01-01", "2024-01-31", name="date")
    window = Window(start=date(2024, 1, 1), end=date(2024, 1, 31))
    hole = Window(start=date(2024, 1, 10), end=date(2024, 1, 12))
    moves = one_day_moves(
        pd.Series(np.arange(len(days), dtype=float), index=days), Episode(windows=(window,), without=(hole,))
    )
    left = {str(day.date()) for day in moves.index}
    assert {"2024-01-11", "2024-01-12"}.isdisjoint(left)
    assert {"2024-01-10", "2024-01-15"} <= left  # the moves into the window's first close, and from its last


def test_a_fix_in_tokyo_belongs_to_the_new_york_day_before():
    monday = pd.Series([1.0], index=pd.DatetimeIndex(["2024-08-05"]))
    assert following_fix(monday).index[0] == pd.Timestamp("2024-08-02")  # the Friday of the US employment report


def test_a_factor_of_no_block_is_refused():
    assert block_of(["JGB_10Y", "JGB_40Y", "UST_3M", "USDJPY"]) == ["JGB_SHORT", "JGB_LONG", "UST", "USDJPY"]
    with pytest.raises(InputError, match="SPX is in none of the blocks"):
        block_of(["SPX"])
