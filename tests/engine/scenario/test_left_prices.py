"""A scenario that leaves the equities of a book to the diffusion says so, with the way out."""

from engine.inputs.scenario.load import equity_scenario_names, load_scenario
from engine.scenario.left_prices import CURE, left_price_notes


def test_a_scenario_that_moves_the_dollar_and_no_equities_says_so():
    (note,) = left_price_notes(load_scenario("flight-2024"), ["NIKKEI225", "SPX"])
    assert "it moves USD/JPY and leaves NIKKEI225, SPX to the market's own vols" in note
    assert f"take the scenario {CURE}" in note
    (shocked,) = left_price_notes(load_scenario("august-2024"), ["SPX"])
    assert "leaves SPX" in shocked


def test_nothing_is_said_where_nothing_moves_or_is_held_and_of_the_cure():
    assert left_price_notes(load_scenario("base"), ["SPX"]) == ()
    assert left_price_notes(load_scenario("bench/three-regimes.toml"), []) == ()
    assert CURE in equity_scenario_names()
    assert left_price_notes(load_scenario(CURE), ["NIKKEI225", "SPX"]) == ()
