import pytest

from engine.analysis.gradient.parameter_inputs import parameter_inputs
from engine.inputs.scenario.load import load_scenario
from engine.scenario.uncertainty.places import place_of


@pytest.mark.parametrize(
    "name", ["unwind-loop", "bench/three-regimes.toml", "auction-failure", "boj-cap", "intervention"]
)
def test_every_number_is_a_tenth_smaller_and_larger_and_nothing_else_is(name):
    scenario = load_scenario(name)
    inputs = parameter_inputs(scenario)
    assert inputs
    assert len({each.name for each in inputs}) == len(inputs)
    for each in inputs:
        centre = place_of(scenario, each.name).centre
        ends = [place_of(one, each.name).centre for one in (each.smaller, each.larger)]
        assert ends[1] - ends[0] == pytest.approx(each.steps * 0.1 * centre, rel=1e-9)
        assert place_of(scenario, each.name).put(centre) == scenario


def test_mechanisms_lists_and_sizes_have_their_names():
    inputs = parameter_inputs(load_scenario("bench/three-regimes.toml"))
    names = {each.name for each in inputs}
    assert {each.name.split(".")[0] for each in inputs if each.is_hazard} == {"hazards"}
    assert {"regimes.FLIGHT.initial", "hazards.CALM.FLIGHT.per_year"} <= names
    assert "carry.leverage" in {each.name for each in parameter_inputs(load_scenario("unwind-loop"))}


def test_a_law_of_past_days_alone_has_none():
    assert parameter_inputs(load_scenario("filtered")) == parameter_inputs(load_scenario("base")) == ()


def test_a_number_at_the_end_of_its_range_moves_one_way(tmp_path):
    path = tmp_path / "s.toml"
    text = 'title = "t"\ndescription = "d"\nsource = "s"\n[[regimes]]\nname = "A"\nsource = "s"\ninitial = 1.0\n'
    path.write_text(text, encoding="utf-8")
    (initial,) = (each for each in parameter_inputs(load_scenario(str(path))) if each.name == "regimes.A.initial")
    assert initial.steps == pytest.approx(1.0)
    assert place_of(initial.larger, initial.name).centre == 1.0
