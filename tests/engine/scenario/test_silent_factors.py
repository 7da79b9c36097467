"""A scenario that moves a market and says nothing of some of a book's factors says so, by their names, once a kind."""

from dataclasses import replace

import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.scenario.silent_factors import silent_notes

MARKET = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
USED = {
    "prices": ("SPX", "NIKKEI225"),
    "implied vols": ("USDJPY_VOL",),
    "yields": ("JGB_1Y", "JGB_2Y", "JGB_5Y", "JGB_10Y", "JGB_30Y"),
}


def notes(name, used=USED, **changes):
    """Notes of a scenario as if it were a user's file: bundled ones say less."""
    scenario = load_scenario(name)
    mine = replace(scenario, origin=replace(scenario.origin, path="mine.toml"), **changes)
    return silent_notes([mine], MARKET, used)


def test_what_is_left_is_named_once_for_each_kind():
    prices, vols, yields = notes("october-1998", followers=())
    assert "october-1998 says nothing of the book's prices SPX, NIKKEI225: they follow the market's own law" in prices
    assert "or `followers`" in prices
    assert "implied vols USDJPY_VOL" in vols
    assert "yields JGB_1Y to JGB_30Y" in yields
    assert "followers" not in yields


def test_what_follows_is_spoken_of():
    (yields,) = notes("october-1998")
    assert "yields" in yields
    assert notes("august-2024") == ()
    assert notes("april-2025") == ()


def test_a_curve_with_a_target_is_spoken_of_whole():
    assert notes("article-2025", {"yields": ("JGB_1Y", "JGB_5Y", "JGB_30Y")}) == ()  # targets of 10 and 40 years


def test_laws_without_a_move_of_their_own_stops_and_bridges_leave_nothing_out():
    assert notes("unwind-loop", {"yields": ("JGB_1Y",)}) == ()
    assert notes("base") == notes("filtered") == notes("article-2025-bridge") == ()


def test_bundled_scenarios_are_one_line_that_names_the_factors():
    scenarios = [load_scenario(name) for name in ("october-1998", "boj-u-turn", "august-2024", "flight-2024")]
    (line,) = silent_notes(scenarios, MARKET, USED)
    assert line == (
        "bundled scenarios leave factors of the book to the market's own law:"
        " JGB_1Y to JGB_30Y in october-1998; JGB_1Y, JGB_2Y in boj-u-turn; USDJPY_VOL in flight-2024"
    )
    assert silent_notes(scenarios[2:3], MARKET, USED) == ()


@pytest.mark.parametrize("name", ["flight-2024", "repatriation-2025"])
def test_what_neither_rows_nor_their_followers_name_is_named(name):
    (vols,) = notes(name)
    assert f"the rows of {name} do not name the book's implied vols USDJPY_VOL: they stand still but for the" in vols
    assert "give them `row_followers`, shocks, jumps or drifts" in vols


def test_pillars_are_listed_curve_by_curve():
    used = {"yields": ("JGB_1Y", "JGB_2Y", "JGB_5Y", "JGB_10Y", "JGB_30Y", "UST_3M", "UST_2Y", "UST_10Y")}
    (note,) = notes("em-outflow", used)
    assert "yields JGB_1Y to JGB_30Y, UST_3M, UST_2Y: they" in note


def test_sales_speak_of_treasuries_alone():
    used = {"yields": ("UST_10Y", "JGB_10Y")}
    (note,) = notes("ust-liquidation-10pct", used)
    assert "yields JGB_10Y" in note
    assert "UST" not in note
