"""Levels of paths, without a book."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario
from engine.run.walk import loaded_walk, one_path, walk_of
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend

MARKET = load_market(bundled_market_path())
IDS = np.array([3, 12_345, 10**9], np.uint64)


def walk(scenario="bench/three-regimes.toml", n_days=10, **settings):
    given = {"seed": 1, "backend": NumbaBackend(), **settings}
    return walk_of(load_scenario(scenario), MARKET, n_days=n_days, **given)


def test_a_path_is_the_same_alone_and_among_others():
    among = walk().levels(IDS)
    for i, path in enumerate(IDS.tolist()):
        np.testing.assert_array_equal(one_path(walk(), path), among[..., i])


def test_a_longer_walk_goes_on_where_a_shorter_ends():
    np.testing.assert_array_equal(walk(n_days=20).levels(IDS)[:10], walk().levels(IDS))


def test_levels_are_the_start_moved_by_the_deviations():
    made = walk("august-2024")
    levels, deviations = made.levels(IDS), made.deviations(IDS)
    assert made.start.usdjpy == pytest.approx(145.04 * (1.0 - 0.0836), rel=1e-3)  # as `scenario check` shows it
    at = made.series.index
    np.testing.assert_allclose(levels[:, at("USDJPY")], made.start.usdjpy * np.exp(deviations[:, at("USDJPY")]))
    vol = 0.124 * (1.0 - 0.0836) ** -4.5  # what follows the dollar
    np.testing.assert_allclose(levels[:, at("USDJPY_VOL")], vol * np.exp(deviations[:, at("USDJPY_VOL")]))
    start = float(made.start.curves["UST"].zero_rate(10.0))
    np.testing.assert_allclose(levels[:, at("UST_10Y")], start + deviations[:, at("UST_10Y")])


def test_plain_history_walks_each_of_its_windows():
    n, n_days = 500, 3
    made = walk("historical", n_days, whole=True)
    assert made.n_moves == n
    assert made.paths(7, 100) == PathRange(first=0, n=n)  # how many are asked for says nothing
    found = made.deviations(np.arange(n, dtype=np.uint64))
    moves = MARKET.filtered.moves[-(n + n_days - 1) :, MARKET.filtered.factors.index("USDJPY")]
    wanted = np.stack([np.cumsum(moves[i : i + n_days]) for i in range(n)], axis=1)
    # moves are divided by their root mean square and multiplied by it again
    np.testing.assert_allclose(found[:, made.series.index("USDJPY")], wanted, rtol=1e-12, atol=1e-17)
    assert not found[:, made.series.index("USDJPY_VOL")].any()  # there is no history of it
    with pytest.raises(InputError, match="historical is exact and has 500 paths, 0 to 499; got 500"):
        one_path(made, 500)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_one_day_of_filtered_history_is_every_row_once_and_two_days_are_drawn(precision):
    made = walk("filtered", 1, whole=True, precision=precision)
    state, n = MARKET.filtered, len(MARKET.filtered.rows)
    assert made.n_moves == 64 * n  # each row with 64 nodes of the implied vol's own normal
    found = made.deviations(np.arange(made.n_moves, dtype=np.uint64))[0]
    moves = np.sqrt(state.variances[-1]) * (state.rows[:, -1] + state.gamma[:, -1] @ state.last)
    tolerance = 1e-12 if precision == "float64" else 1e-5  # binary32 keeps 24 bits
    np.testing.assert_allclose(found[made.series.index("USDJPY")], np.tile(moves, 64), rtol=tolerance, atol=1e-9)
    assert walk("filtered", 2, whole=True).n_moves is None


def test_series_follow_the_factors_and_say_their_units():
    made = walk()
    assert made.series == (*(factor.name for factor in MARKET.factors), *PATH_SERIES)
    assert len(made.units) == len(made.series)
    assert made.regimes == ("CALM", "FLIGHT", "REPATRIATION")


def test_paths_of_filtered_regimes_tell_by_which_regime_their_rows_are_drawn():
    made = walk("filtered-regimes", 3)
    assert made.regimes == ("all days", "quiet", "busy", "shock")
    found = made.levels(np.arange(4096, dtype=np.uint64))[:, made.series.index("regime")]
    # the evening of 2025-05-28 is busier than most: of quiet it has least beside the long run, so none is left over
    assert set(np.unique(found)) == {0.0, 2.0, 3.0}
    assert (np.diff((found == 0.0).mean(axis=1)) > 0.0).all()  # no path that has forgotten knows again
    assert walk("filtered", 3).regimes == ()


def test_days_are_business_days_of_both_cities():
    # 2025-07-04 is Independence Day, 2025-07-21 Marine Day
    dates = walk("base", 60).dates
    assert dates[0] == np.datetime64("2025-05-29")
    assert not np.isin(np.array(["2025-07-04", "2025-07-21"], "datetime64[D]"), dates).any()


def test_single_precision_deviations_are_numbers_of_binary32():
    of_factors = walk(precision="float32").deviations(IDS)[:, : len(MARKET.factors)]
    np.testing.assert_array_equal(of_factors.astype(np.float32), of_factors)
    assert (of_factors != 0.0).all()


def test_a_walk_says_what_a_scenario_holds_beyond_its_days():
    assert any("beyond the horizon of 3 business days" in note for note in walk("boj-u-turn", 3).notes)


def test_settings_name_their_inputs_by_hash_as_a_run_does():
    config = resolve({"scenario": "bench/three-regimes.toml", "backend": "numba", "horizon_days": 3}, {})
    scenario = load_scenario("bench/three-regimes.toml")
    made, contents, warnings = loaded_walk(MARKET, scenario, config, lambda text: None, market_sha256="")
    assert (made.dates.size, set(contents), warnings) == (3, {"market", "scenario:three-regimes"}, ())


def test_another_start_moves_prices_alone():
    higher = walk_of(
        load_scenario("base"), replace(MARKET, fx={"USD": 150.0}), n_days=3, seed=1, backend=NumbaBackend()
    ).levels(IDS)
    at = walk("base", 3).series.index("USDJPY")
    np.testing.assert_allclose(higher[:, at] / walk("base", 3).levels(IDS)[:, at], 150.0 / 145.04, rtol=1e-12)
