"""What follows USD/JPY in a scenario, written out for a market."""

import math
from dataclasses import replace

import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.jumps import Jump
from engine.mechanisms.regimes import Regime
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from engine.scenario.followers import with_followers
from engine.scenario.scenario import Scenario, Shock, ShockKind

PLAIN = load_market(bundled_market_path())
EQUITIES = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
BETAS = (("SPX", 2.0), ("XLU", -1.0), ("USDJPY_VOL", -4.5), ("ELSEWHERE", 9.0))
EMPTY = Scenario(name="s", title="t", description="d", source="s", followers=BETAS)


def fall(size: float, day: int | None = None, factor: str = "USDJPY") -> Shock:
    return Shock(factor=factor, size=size, kind=ShockKind.RELATIVE, day=day)


def test_a_shock_at_once_moves_levels_by_the_power_of_the_move():
    shocked = apply(replace(EMPTY, shocks=(fall(-0.05), fall(-0.05))), EQUITIES).market
    left = 0.95 * 0.95
    assert shocked.levels["SPX"] == pytest.approx(EQUITIES.levels["SPX"] * left**2.0, rel=1e-12)
    assert shocked.levels["XLU"] == pytest.approx(EQUITIES.levels["XLU"] / left, rel=1e-12)
    assert shocked.levels["USDJPY_VOL"] == pytest.approx(EQUITIES.levels["USDJPY_VOL"] * left**-4.5, rel=1e-12)
    assert shocked.levels["NIKKEI225"] == EQUITIES.levels["NIKKEI225"]


def test_days_and_moves_at_once_are_followed_apart_and_a_named_follower_moves_as_it_says():
    made = with_followers(replace(EMPTY, shocks=(fall(-0.1, 3), fall(-0.2, 3, "SPX"), fall(0.01))), EQUITIES).shocks[3:]
    found = {(shock.factor, shock.day): math.log1p(shock.size) for shock in made}
    assert found == pytest.approx(
        {
            ("XLU", 3): -math.log(0.9), ("USDJPY_VOL", 3): -4.5 * math.log(0.9),
            ("SPX", None): 2.0 * math.log(1.01), ("XLU", None): -math.log(1.01),
            ("USDJPY_VOL", None): -4.5 * math.log(1.01),
        }
    )  # fmt: skip


def test_jumps_and_drifts_are_followed_normal_by_normal():
    jump = Jump(
        name="j",
        source="s",
        rates=(("*", 1.0),),
        mean=(("USDJPY", -0.01), ("UST_*", 0.001)),
        loadings=((("USDJPY", 0.02),), (("UST_*", 0.001),)),
    )
    calm = Regime(name="CALM", source="s", initial=1.0, drifts=(("USDJPY", -0.5), ("SPX", 0.3)))
    unwind = Unwind(jumps=(jump,), drifts=(("USDJPY", -0.1),), regimes=(calm,))
    found = with_followers(replace(EMPTY, unwind=unwind), EQUITIES).unwind
    (moved,) = found.jumps
    assert dict(moved.mean) == pytest.approx(
        {"USDJPY": -0.01, "UST_*": 0.001, "SPX": -0.02, "XLU": 0.01, "USDJPY_VOL": 0.045}
    )
    assert dict(moved.loadings[0]) == pytest.approx({"USDJPY": 0.02, "SPX": 0.04, "XLU": -0.02, "USDJPY_VOL": -0.09})
    assert moved.loadings[1] == jump.loadings[1]
    assert dict(found.drifts) == pytest.approx({"USDJPY": -0.1, "SPX": -0.2, "XLU": 0.1, "USDJPY_VOL": 0.45})
    assert dict(found.regimes[0].drifts) == pytest.approx({"USDJPY": -0.5, "SPX": 0.3, "XLU": 0.5, "USDJPY_VOL": 2.25})


def test_nothing_follows_where_the_dollar_stands_or_no_set_is_named():
    for scenario in (EMPTY, replace(EMPTY, followers=(), shocks=(fall(-0.1),)), load_scenario("base")):
        assert with_followers(scenario, EQUITIES).shocks == scenario.shocks


def test_equities_fall_in_the_two_unwinds_as_they_did_where_a_market_has_them():
    august, april = (apply(load_scenario(name), EQUITIES).market for name in ("august-2024", "april-2025"))
    assert august.levels["NIKKEI225"] / EQUITIES.levels["NIKKEI225"] == pytest.approx(1.0 - 0.2056)
    assert april.levels["NIKKEI225"] / EQUITIES.levels["NIKKEI225"] == pytest.approx(1.0 - 0.1612)
    assert august.levels["MXNJPY"] / EQUITIES.levels["MXNJPY"] == pytest.approx((1.0 - 0.0836) ** 1.5)
    vol = apply(load_scenario("august-2024"), PLAIN).market.levels["USDJPY_VOL"]
    assert vol == pytest.approx(0.124 * (1.0 - 0.0836) ** -4.5)  # 18.4 %


def test_a_follower_of_a_user_s_own_that_the_market_lacks_is_noted_with_the_word_that_is_meant():
    followers = (("NIKKEI", 2.0), ("SPX", 1.0))
    (note,) = apply(replace(EMPTY, followers=followers, shocks=(fall(-0.05),)), EQUITIES).notes
    assert note.endswith(
        "followers.NIKKEI: the market has no factor NIKKEI, and nothing follows; did you mean 'NIKKEI225'?"
    )
    assert apply(load_scenario("august-2024"), PLAIN).notes == ()
