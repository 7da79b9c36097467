"""Whole reverse stresses of small books, beside closed forms."""

import json
import math
import re
import shlex
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from engine.analysis.reverse.factor_levels import given_levels
from engine.analysis.reverse.given_stress import given_stress
from engine.analysis.reverse.horizon_paths import count_losses, paths_at_horizon
from engine.analysis.reverse.path_modes import path_modes
from engine.analysis.reverse.required_level import required_levels
from engine.analysis.reverse.reverse_stress import as_json, reverse_stresses
from engine.analysis.reverse.state_moments import sample_moments
from engine.analysis.reverse.stress_setting import stress_setting
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import resolve
from engine.run.load import load_inputs

DOLLARS = "D,CASH,USD,1000000000,,,,\n"
STRADDLE = "S,FX_STRADDLE,USD,-1000000000,2025-08-27,145,,\n"
EXPIRING = "E,FX_CALL,USD,-1000000000,2025-06-03,145,,\n"
BOND = "B,JGB,JPY,200000000000,2055-03-20,,0.025,\n"
START, N = 145.04, 1e9


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    def write(*rows):
        path = tmp_path_factory.mktemp("book") / "own.csv"
        path.write_text("position_id,kind,currency,notional,maturity,strike,coupon,price\n" + "".join(rows))
        return path

    return write


def config_of(book, *scenarios, paths=20_000, **settings):
    given = {"book": [book], "scenario": [*scenarios], "paths": paths, "backend": "numba", **settings}
    return resolve(given, {})


def reverse(book, target, *scenarios, solve=(), given=(), **settings):
    config = config_of(book, *scenarios, **settings)
    return reverse_stresses(config, load_inputs(config), target, solve, given, ignore, ignore)


@pytest.fixture(scope="module")
def dollars(book):
    """Dollars held in cash, which lose by USD/JPY alone."""
    return reverse(book(DOLLARS), 8e9, "base", solve=["USDJPY", "JGB_1Y"], given=["USDJPY=138"])[0]


@pytest.fixture(scope="module")
def straddles(book):
    return reverse(book(STRADDLE), 3.5e9, "base", "filtered", solve=["USDJPY"])


def normal():
    """Mean and standard deviation of ln USD/JPY over ten days, by hand."""
    vol = 0.1123475
    return -0.5 * vol**2 * 10.0 / 252.0, vol * math.sqrt(10.0 / 252.0)


def test_of_dollars_the_mode_is_where_the_loss_has_it(dollars):
    (mode,), (level,) = dollars.modes, dollars.required[0].levels
    interest = math.exp(0.0439 * 14.0 / 365.0)  # SOFR over the fourteen days, by the bundled market
    assert level.level == pytest.approx((START - 8e9 / N) / interest, rel=1e-5)  # the overnight rate to 1e-4 of a year
    mean, std = normal()
    wanted = (math.log(level.level / START) - mean) / std
    moves = {each.name: each for each in mode.market}
    assert moves["USDJPY"].level == pytest.approx(level.level, rel=1e-7)
    assert mode.distance == pytest.approx(-wanted, rel=1e-6)
    assert mode.density_ratio == pytest.approx(math.exp(-0.5 * wanted**2), rel=1e-5)
    assert abs(dollars.probability.value - ndtr(wanted)) < 4.0 * dollars.probability.se
    assert level.beyond.value == pytest.approx(float(ndtr(wanted)), rel=1e-6)
    # The market's correlation, but for what the short rate does to the interest of fourteen days.
    assert moves["UST_10Y"].in_std == pytest.approx(0.549909 * wanted, rel=1e-3)
    assert mode.losses["total"] == pytest.approx(8e9, rel=1e-6)


def test_given_a_level_the_rest_is_the_regression(dollars):
    market = {each.name: each for each in dollars.given.market}
    mean, std = normal()
    in_std = (math.log(138.0 / START) - mean) / std
    root = math.sqrt(10.0 / 252.0)
    start = {each.name: each.start for each in dollars.given.market}
    assert dollars.given.method == "exact"
    for name, vol, correlation in (("UST_10Y", 0.01067502, 0.549909), ("JGB_10Y", 0.00415613, 0.140669)):
        wanted = start[name] + correlation * vol * root * in_std
        left = vol * root * math.sqrt(1.0 - correlation**2)
        assert market[name].mean_level == pytest.approx(wanted, abs=1e-10)
        assert market[name].high - market[name].mean_level == pytest.approx(left, rel=1e-9)
    assert (market["USDJPY"].mean_level, market["USDJPY"].low) == (138.0, 138.0)
    interest = (START - 8e9 / N) / dollars.required[0].levels[0].level
    assert dollars.given.loss_at_mean["total"] == pytest.approx(N * (START - 138.0 * interest), rel=1e-4)


def test_a_short_straddle_is_lost_both_ways_under_either_law(straddles):
    for result in straddles:
        assert len(result.modes) == 2
        ends = sorted(mode.market[16].level for mode in result.modes)
        assert ends[0] < 138.0 < 152.0 < ends[1]
        required = sorted(level.level for level in result.required[0].levels)
        assert required == pytest.approx(ends, rel=0.01)  # one factor decides; a window's mean is 5 % of the loss off
        assert sum(mode.share.value for mode in result.modes) == pytest.approx(1.0, abs=1e-12)
    assert [result.method for result in straddles] == ["density", "paths"]
    assert straddles[1].modes[0].share.se > 0.0


def test_a_mode_s_path_is_replayed_by_its_number(straddles, book):
    mode = straddles[1].modes[0]
    assert shlex.split(mode.command)[:3] == ["unwind", "replay", str(mode.path)]
    assert mode.command.endswith("--scenario filtered --paths 20000 --steps daily")
    config = config_of(book(STRADDLE), "filtered", paths=1000)  # a path is the same among any number
    part = stress_setting(config, load_inputs(config), ignore).part
    again = paths_at_horizon(part, np.array([mode.path], np.uint64))
    assert again.losses[0, 0] == mode.path_losses["total"]
    assert abs(mode.path_losses["total"] - 3.5e9) <= 0.05 * 3.5e9


def test_the_same_seed_finds_the_same(straddles, book):
    again = reverse(book(STRADDLE), 3.5e9, "base", solve=["USDJPY"])
    one, other = (re.sub(r"--book \S+", "", json.dumps(as_json(each))) for each in (again, straddles[:1]))
    assert one == other  # but for the folder of the book


def test_losses_of_given_markets_are_those_of_the_paths(book):
    config = config_of(book(DOLLARS, STRADDLE, BOND), "filtered", paths=200)
    setting = stress_setting(config, load_inputs(config), ignore)
    # The same states by the same polynomials; what differs is the last bit of a replayed state.
    assert setting.losses.at(setting.first.states) == pytest.approx(setting.first.losses, rel=1e-9, abs=1.0)


def test_paths_alone_find_the_closed_form_of_a_linear_book(book):
    config = config_of(book(BOND, DOLLARS), "base")
    setting = stress_setting(config, load_inputs(config), ignore)
    result = reverse(config.book_files[0], 11e9, "base")[0]
    near = paths_at_horizon(setting.part, count_losses(setting.part, 11e9, ignore).near)
    (mode,) = path_modes(replace(setting, density=None), near)
    (wanted,) = result.modes
    for found, exact in zip(mode.market, wanted.market, strict=True):
        # The mean over a window of 5 % is off by that of the loss's own distance; four errors beside it.
        assert abs(found.move - exact.move) < 4.0 * found.move_se + 0.03 * abs(exact.move)
    assert mode.distance == pytest.approx(wanted.distance, rel=0.05)


def test_what_expires_on_the_way_is_told_by_paths_alone(book):
    result = reverse(book(EXPIRING), 2e9, "base", paths=4000)[0]
    assert (result.method, result.modes[0].losses) == ("paths", {})
    assert result.modes[0].market[16].level > 145.0
    with pytest.raises(InputError, match="--solve and --given look at markets on the horizon"):
        reverse(book(EXPIRING), 2e9, "base", solve=["USDJPY"], paths=1000)


def test_a_law_of_windows_has_its_own_paths_and_no_error(book):
    result = reverse(book(DOLLARS), 3e9, law=["historical-500"], given=["USDJPY=142"], solve=["JGB_10Y"])[0]
    assert (result.seed, result.n_paths, result.probability.se) == (None, 500, 0.0)
    assert {mode.share.se for mode in result.modes} == {0.0}
    assert (result.given.method, result.given.mean["total"].se) == ("regression", 0.0)


@pytest.mark.parametrize(
    ("settings", "target", "message"),
    [
        ({}, 200e9, "the largest loss found is"),
        ({"scenario": "filtered"}, 60e9, "the loss is beyond the tail. The largest loss is"),
        ({"given": ["USDJPY=12.5"]}, 8e9, "is a point wrong?"),
        ({"given": ["UST_7Y=2", "UST_10Y=6"]}, 8e9, "which no market is where they move alike"),
        ({"solve": ["USDJPY", "USDJPY"]}, 8e9, "USDJPY is given twice"),
        ({"solve": ["USDJPI"]}, 8e9, "did you mean 'USDJPY'?"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(settings, target, message, book):
    scenario = settings.pop("scenario", "base")
    with pytest.raises(InputError) as error:
        reverse(book(DOLLARS), target, scenario, paths=1000, **settings)
    assert message in str(error.value)


def test_a_loss_as_large_as_is_advised_is_found(book):
    with pytest.raises(InputError, match="or for more --paths") as error:
        reverse(book(DOLLARS), 15e9, "filtered", paths=4000)
    advised = float(str(error.value).split("ask for ")[1].split(" or")[0].replace(",", ""))
    assert reverse(book(DOLLARS), advised, "filtered", paths=4000)[0].modes[0].n_near >= 30


def test_a_level_that_no_path_reaches_has_a_bound_of_its_likelihood(book):
    config = config_of(book(DOLLARS), "filtered", paths=1000)
    setting = stress_setting(config, load_inputs(config), ignore)
    dollar = [factor.name for factor in setting.factors].index("USDJPY")
    beyond = [
        level.beyond
        for target in (2e9, 20e9)  # of some 145 bn: a fall of 1 % that comes, and one of 14 % that does not
        for level in required_levels(setting, setting.losses, dollar, target).levels
    ]
    assert [each.value > 0.0 for each in beyond] == [True, False]
    assert [each.at_most for each in beyond] == [None, 3.0 / 1000]  # the rule of three


def test_a_factor_that_does_not_lose_it_has_no_level(dollars):
    required = dollars.required[1]
    assert (required.levels, required.largest < 8e9) == ((), True)
    assert required.low <= required.largest_at <= required.high


def test_near_a_level_paths_that_end_there_tell_the_rest(book):
    config = config_of(book(DOLLARS), "filtered")
    setting = stress_setting(config, load_inputs(config), ignore)
    market = load_market(bundled_market_path())
    near = given_stress(setting, setting.losses, given_levels(["USDJPY=144"], market))
    far = given_stress(setting, setting.losses, given_levels(["USDJPY=128"], market))
    assert (near.method, far.method, far.n_paths) == ("near paths", "regression", 20_000)
    assert near.low.value <= near.mean["total"].value <= near.high.value


def test_far_from_its_mean_a_t_spreads_wider_as_its_own_draws_do(book):
    """Against the law's draws that happen to end near the level: an eighth of a standard deviation either way."""
    config = resolve({"book": [book(BOND)], "law": ["t"], "paths": 20_000, "backend": "numba"}, {})
    setting = stress_setting(config, load_inputs(config), ignore)
    fx, bond = (f for f, factor in enumerate(setting.factors) if factor.name in ("USDJPY", "JGB_30Y"))
    if setting.factors[fx].name != "USDJPY":
        fx, bond = bond, fx
    moments = setting.moments
    level = START * math.exp(moments.mean[fx] - 2.5 * moments.std[fx])
    found = given_stress(setting, setting.losses, given_levels([f"USDJPY={level:.6f}"], setting.start))
    states = setting.density.states(setting.density.draw(2_000_000, np.random.default_rng(1)))
    gap = (states[fx] - (moments.mean[fx] - 2.5 * moments.std[fx])) / moments.std[fx]
    near = np.abs(gap) < 0.125
    line = moments.mean[bond] + moments.slope_on([fx])[bond, 0] * (states[fx, near] - moments.mean[fx])
    spread = float((states[bond, near] - line).std())
    mine = next(each for each in found.market if each.name == "JGB_30Y")
    assert found.method == "exact"
    assert 0.5 * (mine.high - mine.low) == pytest.approx(spread, rel=0.1)  # some thousand draws of a t with heavy tails
    assert spread > 1.4 * float(moments.std_given([fx])[bond])  # the normal's, as if nothing were known of the distance


def test_of_paths_alone_the_line_s_own_error_is_in_the_figures(book):
    config = config_of(book(BOND, DOLLARS), "base")
    setting = stress_setting(config, load_inputs(config), ignore)
    given = given_levels(["USDJPY=128"], setting.start)
    moments = sample_moments(setting.first.states, setting.first.weights)
    alone = replace(setting, density=None, moments=moments)
    exact = given_stress(setting, setting.losses, given)
    found = given_stress(alone, setting.losses, given)
    assert (exact.method, found.method) == ("exact", "regression")
    for scope, mean in found.mean.items():
        assert abs(mean.value - exact.mean[scope].value) < 4.0 * mean.se + 4.0 * exact.mean[scope].se
    # 5.6 standard deviations off, the line's error is some 5.6 times that of a mean of as many paths.
    assert found.mean["total"].se > 3.0 * exact.mean["total"].se
    for one, other in zip(found.market, exact.market, strict=True):
        assert one.is_given or one.mean_se > 0.0 == other.mean_se
    wanted = required_levels(setting, setting.losses, 16, 11e9).levels[0]
    level = required_levels(alone, setting.losses, 16, 11e9).levels[0]
    assert 0.0 < abs(level.move - wanted.move) < 4.0 * level.move_se


@pytest.mark.slow
@pytest.mark.parametrize(("law", "target"), [("gaussian", 5e9), ("t", 7e9), ("ewma", 5e9)])
def test_likelihoods_are_those_of_a_long_run(law, target, book):
    config = config_of(book(STRADDLE, "D,CASH,USD,150000000,,,,\n"), paths=4_000_000, law=[law])
    (result,) = reverse_stresses(config, load_inputs(config), target, (), (), ignore, ignore)
    error = math.hypot(result.probability.se, result.counted.se)
    assert abs(result.probability.value - result.counted.value) < 4.0 * error
    first = stress_setting(config, load_inputs(config), ignore).first
    falls = first.states[16, first.losses[0] >= target] < 0.0  # of USD/JPY, on the first 65,536 paths
    share = next(mode.share for mode in result.modes if mode.market[16].move < 0.0)
    assert abs(falls.mean() - share.value) < 4.0 * math.hypot(share.se, math.sqrt(0.25 / falls.size))


@pytest.mark.slow
def test_errors_of_lines_through_paths_cover_over_two_hundred_seeds(book):
    path = book(BOND, DOLLARS)
    inputs = load_inputs(config := config_of(path, "base", paths=65_536))
    setting = stress_setting(config, inputs, ignore)
    given = given_levels(["USDJPY=132"], setting.start)
    exact = given_stress(setting, setting.losses, given).mean["total"]
    wanted = required_levels(setting, setting.losses, 16, 9e9).levels[0]
    within = np.zeros(2)
    for seed in range(200):
        other = stress_setting(config_of(path, "base", paths=4000, seed=seed), inputs, ignore)
        alone = replace(other, density=None, moments=sample_moments(other.first.states, other.first.weights))
        found = given_stress(alone, other.losses, given).mean["total"]
        level = required_levels(alone, other.losses, 16, 9e9).levels[0]
        within[0] += abs(found.value - exact.value) < 1.96 * math.hypot(found.se, exact.se)
        within[1] += abs(level.move - wanted.move) < 1.96 * level.move_se
    # 190 of 200 are meant; three binomial standard errors are 9.2, and the t of 32 sections covers one less.
    assert within == pytest.approx([189.0, 189.0], abs=10.0)
