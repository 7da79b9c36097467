"""Dotted names of parameters: where they lead, what is there instead, and the scenario with another value."""

from dataclasses import replace

import pytest

from engine.inputs.scenario.load import load_scenario
from engine.law.registry import LAWS
from engine.mechanisms.jumps import Jump
from engine.mechanisms.regimes import Hazard, Regime
from engine.mechanisms.registry import MECHANISMS
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.places import UnknownParameterError, place_of
from tests.toys import STORM, STORM_LAW, Storm

REGIMES = (
    Regime(name="CALM", source="s", initial=1.0),
    Regime(name="FLIGHT", source="s", initial=0.0, vol_multipliers=(("JGB_*", 1.5), ("USDJPY", 2.0))),
)
UNWIND = Unwind(
    regimes=REGIMES,
    hazards=(Hazard(start="CALM", end="FLIGHT", per_year=0.6, source="s"),),
    nu=5.0,
    drifts=(("USDJPY", -0.1),),
    jumps=(Jump(name="gap", source="s", rates=(("*", 2.0),), mean=(("USDJPY", -0.03),)),),
    repatriation=Repatriation(source="s"),
)
SCENARIO = Scenario(name="s", title="t", description="d", source="s", unwind=UNWIND, vol_multipliers=(("UST_*", 1.2),))


@pytest.mark.parametrize(
    ("name", "value", "ends"),
    [
        ("nu", 5.0, None),
        ("repatriation.unhedged", 0.55, (0.0, 1.0)),
        ("drifts.USDJPY", -0.1, None),
        ("regimes.CALM.initial", 1.0, (0.0, 1.0)),
        ("regimes.FLIGHT.vol_multipliers.JGB_*", 1.5, None),
        ("hazards.CALM.FLIGHT.per_year", 0.6, None),
        ("jumps.gap.rates.*", 2.0, None),
        ("jumps.gap.mean.USDJPY", -0.03, None),
        ("vol_multipliers.UST_*", 1.2, (0.0, 100.0)),
        ("vol_multipliers.*", 1.0, (0.0, 100.0)),  # the scenario has none of it: 1
    ],
)
def test_a_name_leads_to_its_value_and_another_can_be_put_there_and_nowhere_else(name, value, ends):
    place = place_of(SCENARIO, name)
    assert place.centre == value
    assert ends is None or (place.low, place.high) == ends
    other = place.put(0.5 * value)
    assert place_of(other, name).centre == 0.5 * value
    back = place_of(other, name).put(value)
    assert back.unwind == SCENARIO.unwind
    assert back.vol_multipliers in (SCENARIO.vol_multipliers, (("*", 1.0), *SCENARIO.vol_multipliers))


def test_a_multiplier_that_the_scenario_has_not_stands_before_its_own_which_win_over_it():
    assert place_of(SCENARIO, "vol_multipliers.*").put(1.1).vol_multipliers == (("*", 1.1), ("UST_*", 1.2))


@pytest.mark.parametrize("name", ["repatriation", "jumps", "jumps.gap.is_compensated"])
def test_mechanisms_and_switches_are_on_or_off(name):
    place = place_of(SCENARIO, name)
    assert place.is_switch
    off = place.put(0.0)
    key = name.split(".")[0]
    assert off.unwind.part(key) in (None, ()) if "." not in name else off.unwind.jumps[0].is_compensated is False
    assert place_of(SCENARIO, "repatriation").put(1.0) == SCENARIO


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("carry.leverage", "the scenario has no parameter 'carry.leverage': it has no [carry]"),
        ("repatriaton.most", "it has vol_multipliers, regimes"),
        ("repatriaton.most", "did you mean 'repatriation'?"),
        ("repatriation.mst", "there is no parameter 'mst'; did you mean 'most'?"),
        ("repatriation.source", "is no number that may vary, it is a text"),
        ("repatriation.most.more", "nothing follows after 'repatriation.most'"),
        ("regimes.FLIGTH.initial", "no 'FLIGTH'; there are CALM, FLIGHT"),
        ("hazards.FLIGHT.CALM.per_year", "no 'FLIGHT.CALM'; there are CALM.FLIGHT"),
        ("drifts.USDJYP", "'USDJYP' is not among USDJPY; did you mean 'USDJPY'?"),
        ("vol_multipliers", "name a factor or glob of it"),
        ("regimes.FLIGHT", "it is a table: name a parameter of it"),
        ("jumps.gap.day", "it is not set"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_with_what_is_there(name, message):
    with pytest.raises(UnknownParameterError) as refusal:
        place_of(SCENARIO, name)
    assert message in str(refusal.value)


def test_a_mechanism_from_outside_has_its_parameters_too():
    storm = Unwind(added=(("storm", Storm(source="s", stretch=2.0)),))
    with MECHANISMS.registered(STORM), LAWS.registered(STORM_LAW):
        stormy = Scenario(name="s", title="t", description="d", source="s", unwind=storm)
        place = place_of(stormy, "storm.stretch")
        assert (place.centre, place.low, place.high) == (2.0, 0.0, 3.0)
        assert place_of(place.put(1.5), "storm.stretch").centre == 1.5
        assert place_of(stormy, "storm").put(0.0).unwind == Unwind()


def test_a_name_with_dots_is_found_whole():
    part = replace(REGIMES[0], name="No. 1.5")
    scenario = replace(SCENARIO, unwind=replace(UNWIND, regimes=(part, REGIMES[1])))
    assert place_of(scenario, "regimes.No. 1.5.initial").centre == 1.0


def test_the_law_itself_is_no_number():
    with pytest.raises(UnknownParameterError, match="run each law by itself"):
        place_of(load_scenario("filtered"), "law")
