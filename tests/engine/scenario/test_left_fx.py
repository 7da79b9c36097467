"""A scenario that moves USD/JPY and no other exchange rate says so, once."""

from dataclasses import replace

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.impact import Impact
from engine.mechanisms.intervention import Intervention
from engine.mechanisms.jumps import Jump
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from engine.scenario.scenario import Scenario, Shock, ShockKind
from tests.engine.five_currencies import five_currencies

BUNDLED = load_market(bundled_market_path())
FIVE = five_currencies(BUNDLED)
FALL = Shock(factor="USDJPY", size=125.0, kind=ShockKind.TARGET)
EMPTY = Scenario(name="test", title="t", description="d", source="s")


def left(scenario, market=FIVE):
    return [note for note in apply(scenario, market).notes if "it moves USDJPY and not" in note]


def test_the_note_names_the_rates_and_where_the_crosses_go():
    (note,) = left(replace(EMPTY, shocks=(FALL, replace(FALL, size=120.0))))
    assert note == (
        "scenario 'test': shocks[1]: it moves USDJPY and not EURJPY, AUDJPY, MXNJPY: the euro and the Australian dollar"
        " and the peso against the dollar move by as much, EUR/USD from 1.129 to 1.365, AUD/USD from 0.6426 to 0.7767,"
        " MXN/USD from 0.0515 to 0.06225; give EURJPY, AUDJPY, MXNJPY a shock, or `[impact] betas`"
    )
    assert left(replace(EMPTY, shocks=(FALL,)), BUNDLED) == []


def test_a_rate_that_the_scenario_speaks_of_is_not_named():
    euro = Shock(factor="EURJPY", size=-0.1, kind=ShockKind.RELATIVE)
    (note,) = left(replace(EMPTY, shocks=(FALL, euro)))
    assert "not AUDJPY, MXNJPY: the Australian dollar" in note
    assert left(replace(EMPTY, shocks=(FALL, replace(euro, factor="[EAM]??JPY")))) == []
    assert left(replace(EMPTY, shocks=(euro,))) == []


@pytest.mark.parametrize(
    ("unwind", "place"),
    [
        (Unwind(jumps=(Jump(name="j", source="x", day=1, mean=(("USDJPY", -0.05),)),)), "jumps[1]"),
        (Unwind(intervention=Intervention(source="x")), "intervention"),
        (Unwind(repatriation=Repatriation(source="x"), impact=Impact(source="x")), "repatriation"),
    ],
)
def test_mechanisms_that_move_the_dollar_are_noted_without_figures(unwind, place):
    (note,) = left(replace(EMPTY, unwind=unwind))
    assert f"{place}: it moves USDJPY" in note
    assert "move by as much; give" in note
    if unwind.impact is not None:
        betas = (("EURJPY", 3.0), ("AUDJPY", 3.0), ("MXNJPY", 3.0))
        assert left(replace(EMPTY, unwind=replace(unwind, impact=replace(unwind.impact, betas=betas)))) == []


def test_bundled_scenarios_say_it_in_a_market_of_euros_alone():
    assert len(left(load_scenario("bench/three-regimes.toml"))) == 1
    assert left(load_scenario("base")) == []


def test_a_shock_on_a_rate_that_the_market_lacks_says_what_the_market_needs():
    euro = Shock(factor="EURJPY", size=-0.1, kind=ShockKind.RELATIVE)
    with pytest.raises(FileFaults, match=r"'EURJPY'; the market has no EUR: it needs \[fx.rates.EUR\]"):
        apply(replace(EMPTY, shocks=(euro,)), BUNDLED)
