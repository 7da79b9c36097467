"""Probabilities to end beyond a level and to touch it: a normal walk by quadrature, counts by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels.touch import (
    Barrier,
    barriers_of,
    percent_notes,
    reached_notes,
    shown_days,
    touch_json,
    touched,
    wilson,
)
from engine.run.walk import walk_of
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend
from tests.engine.basis_market import basis_market

MARKET = load_market(bundled_market_path())
PATHS = PathRange(first=300, n=100_000)


def walk(scenario, n_days, **settings):
    return walk_of(load_scenario(scenario), MARKET, n_days=n_days, seed=1, backend=NumbaBackend(), **settings)


def rows_of(made, *words, paths=PATHS):
    return touched(made, paths, barriers_of(words, made.factors), lambda done, wanted: None)


def test_a_level_that_looks_like_a_decimal_gets_a_note_that_it_is_read_in_percent():
    words = ["JGB_10Y>=0.02", "JGB_20Y>=0.02%", "JGB_10Y>=2", "USDJPY_VOL>=0.15", "USDJPY<=125", "JGB_10Y<=0"]
    rate, vol = percent_notes(words, barriers_of(words, MARKET.factors), MARKET.factors)
    assert rate == ("--touch JGB_10Y>=0.02: it is read as 0.02 %; of 2 % write 2, and 0.02% without this note")
    assert vol.startswith("--touch USDJPY_VOL>=0.15: it is read as 0.15 %; of 15 % write 15")


def touch_by_quadrature(barrier, mean, sd, n_days, n_points=4_001):
    """Return P(a normal walk is at or below the barrier on day n), and on some day to n: by its density on a grid.

    The density of paths that have not touched is carried from close to close (Chapman-Kolmogorov) above the barrier.
    """
    grid = np.linspace(barrier, barrier + 14.0 * sd * math.sqrt(n_days), n_points)
    width = grid[1] - grid[0]
    weights = np.full(n_points, width)
    weights[[0, -1]] *= 0.5
    step = np.exp(-0.5 * ((grid[:, None] - grid[None, :] - mean) / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))
    alive = np.exp(-0.5 * ((grid - mean) / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))
    for _ in range(n_days - 1):
        alive = step @ (weights * alive)
    end = 0.5 * math.erfc(-(barrier - n_days * mean) / (sd * math.sqrt(2.0 * n_days)))
    return end, 1.0 - float(weights @ alive)


def test_a_normal_walk_ends_beyond_and_touches_as_often_as_its_density_says():
    made = walk("base", 10)
    sd = MARKET.vols[[factor.name for factor in MARKET.factors].index("USDJPY")] / math.sqrt(252.0)
    rows = {row.day: row for row in rows_of(made, "USDJPY<=140")}
    assert sorted(rows) == [1, 3, 6, 8, 10]
    for day, row in rows.items():
        end, touch = touch_by_quadrature(math.log(140.0 / MARKET.usdjpy), -0.5 * sd * sd, sd, day)
        # Five binomial standard errors; the quadrature's own error is below 1e-6, by doubling its points.
        for share, wanted in ((row.end, end), (row.touch, touch)):
            assert abs(share.value - wanted) < 5.0 * math.sqrt(wanted * (1.0 - wanted) / PATHS.n)
    assert rows[10].touch.value > 1.2 * rows[10].end.value  # or nothing of the way would have been looked at


def test_counts_are_those_of_the_paths_by_date_and_regime():
    made, paths = walk("bench/three-regimes.toml", 4), PathRange(first=7, n=2_000)
    levels = made.levels(np.arange(7, 2_007, dtype=np.uint64))
    rate, number = levels[:, made.series.index("UST_10Y")], levels[:, made.series.index("regime")]
    level = float(np.quantile(rate, 0.9))
    rows = rows_of(made, f"UST_10Y>={100.0 * level!r}", paths=paths)
    assert [(row.day, row.regime) for row in rows[: 1 + len(made.regimes)]] == [
        (1, None),
        *((1, r) for r in made.regimes),
    ]
    for row in rows:
        kept = np.ones(2_000, bool) if row.regime is None else number[row.day - 1] == made.regimes.index(row.regime)
        assert row.n_paths == kept.sum()
        assert row.end.value == (rate[row.day - 1, kept] >= row.barrier.level).mean()
        assert row.touch.value == (rate[: row.day, kept] >= row.barrier.level).any(axis=0).mean()
        assert row.end.low <= row.end.value <= row.end.high


def test_a_path_that_starts_beyond_has_touched():
    rows = rows_of(walk("base", 2), "USDJPY>=100", "USDJPY_VOL<=12.5", paths=PathRange(first=0, n=200))
    assert {row.touch.value for row in rows} == {1.0}  # the vol starts at 12.4 %


def test_a_level_that_is_reached_already_is_said_with_the_start():
    made = walk("base", 1)
    words = ["USDJPY<=150", "USDJPY<=140", "JGB_10Y>=1"]
    dollar, rate = reached_notes(barriers_of(words, made.factors), made)
    assert dollar == (
        f"--touch USDJPY<=150: USDJPY starts at {MARKET.usdjpy:.6g}, so that it is reached already and every path"
        " touches it"
    )
    assert rate.startswith("--touch JGB_10Y>=1 %: JGB_10Y starts at 1.5")


def test_wilsons_interval_is_that_of_its_formula_and_bounds_what_was_not_seen():
    assert wilson(0, 1_000) == (0.0, pytest.approx(3.8415 / 1_003.8415, rel=1e-4))  # z^2 / (n + z^2), z^2 = 3.8415
    assert wilson(10, 10)[1] == 1.0
    # Wilson's 95 % interval of 3 of 20 as Brown, Cai & DasGupta (2001) tabulate its formula: 0.0524 to 0.3604.
    assert wilson(3, 20) == pytest.approx((0.0524, 0.3604), abs=5e-5)


def test_all_paths_of_an_exact_law_have_no_error():
    made = walk("historical", 2, whole=True)
    (first, last) = rows_of(made, "USDJPY<=143", paths=made.paths(0, 1))
    assert (first.n_paths, first.end.se, first.end.low) == (500, 0.0, first.end.value)
    assert last.touch.value >= last.end.value > 0.0


def test_json_holds_decimals_and_none_where_no_path_is_in_a_regime():
    made = walk("mixture", 1)
    made = replace(made, regimes=(*made.regimes, "NEVER"))
    found = touch_json(rows_of(made, "JGB_10Y>=2%", paths=PathRange(first=0, n=200)))
    assert found[0]["touch"] == "JGB_10Y>=2 %"
    assert (found[0]["level"], found[0]["beyond"], found[0]["n_paths"]) == (0.02, "at or above", 200)
    assert (found[-1]["regime"], found[-1]["end"], found[-1]["touched_low"]) == ("NEVER", None, None)


@pytest.mark.parametrize(
    ("n_days", "days"), [(1, [1]), (3, [1, 2, 3]), (10, [1, 3, 6, 8, 10]), (60, [1, 16, 31, 45, 60])]
)
def test_five_dates_are_shown_at_most_the_first_and_the_last_among_them(n_days, days):
    assert (shown_days(n_days) + 1).tolist() == days


def test_a_rate_is_read_in_percent_and_a_price_as_it_is_quoted():
    rate, price = barriers_of(["JGB_10Y >= 2.5 %", "USDJPY<=125"], MARKET.factors)
    assert rate == Barrier(factor="JGB_10Y", is_floor=False, level=0.025, text="JGB_10Y>=2.5 %")
    assert price == Barrier(factor="USDJPY", is_floor=True, level=125.0, text="USDJPY<=125")


@pytest.mark.parametrize(("words", "message"), [
    (["USDJPY<125"], "a factor, <= or >=, and a level, such as 'USDJPY<=125' or 'JGB_10Y>=2', a rate or a vol in"),
    (["USDJYP<=125"], r"has no factor 'USDJYP'; did you mean 'USDJPY'\? it has JGB_1Y"),
    (["USDJPY<=l25"], "'l25' is no number, in 'USDJPY<=l25'"),
    (["USDJPY<=nan"], "'nan' is no number"),
    (["USDJPY<=125%"], "USDJPY is a price, got 'USDJPY<=125%'; give its level without %"),
    (["USDJPY<=-1"], "USDJPY is always above 0"),
    (["JGB_10Y>=20000"], "a rate, a spread, a vol or a skew is in percent, 2 for 2 %"),
    (["USDJPY<=125", "USDJPY<=125"], "USDJPY<=125 is there twice"),
    (["USDJPY<=125"] * 33, "32 levels at most, got 33"),
])  # fmt: skip
def test_what_is_no_level_of_a_factor_is_refused_with_the_way_out(words, message):
    with pytest.raises(InputError, match=message):
        barriers_of(words, MARKET.factors)


def test_too_few_paths_are_refused():
    with pytest.raises(InputError, match="`paths` must be at least 100 for probabilities, got 99"):
        rows_of(walk("base", 1), "USDJPY<=125", paths=PathRange(first=0, n=99))


def test_a_normal_vol_below_a_percent_is_no_decimal():
    factors = basis_market(MARKET).factors
    words = ["SWAPTION_JPY_VOL>=0.8"]
    assert percent_notes(words, barriers_of(words, factors), factors) == ()
