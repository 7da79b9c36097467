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
    assert {each.name.split(".")[0] for each in inputs if each.is_odds} == {"hazards", "jumps", "regimes"}
    assert {"regimes.FLIGHT.initial", "hazards.CALM.FLIGHT.per_year"} <= names
    assert "carry.leverage" in {each.name for each in parameter_inputs(load_scenario("unwind-loop"))}


def test_a_law_of_past_days_alone_has_none():
    assert parameter_inputs(load_scenario("filtered")) == parameter_inputs(load_scenario("base")) == ()


def test_a_start_in_one_regime_is_taken_from_the_others_in_proportion():
    scenario = load_scenario("bench/three-regimes.toml")
    before = {each.name: each.initial for each in scenario.unwind.regimes}
    inputs = {each.name: each for each in parameter_inputs(scenario)}
    assert len(before) == 3
    for name, centre in before.items():
        larger = {each.name: each.initial for each in inputs[f"regimes.{name}.initial"].larger.unwind.regimes}
        others = [other for other in before if other != name]
        assert larger[name] > centre
        assert sum(larger.values()) == pytest.approx(1.0, abs=1e-12)  # a few roundings
        assert larger[others[0]] / larger[others[1]] == pytest.approx(before[others[0]] / before[others[1]])


HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n[[regimes]]\nname = "A"\nsource = "s"\ninitial = 1.0\n'
JUMP = '[[jumps]]\nname = "J"\nsource = "s"\nmean = { USDJPY = -0.02 }\n'


def _written(path, text):
    path.write_text(HEAD + JUMP + text, encoding="utf-8")
    return {each.name: each for each in parameter_inputs(load_scenario(str(path)))}


def test_a_number_at_the_end_of_its_range_moves_one_way(tmp_path):
    name = "jumps.J.probability"
    probability = _written(tmp_path / "s.toml", "day = 1\n")[name]
    assert probability.steps == pytest.approx(1.0)
    assert place_of(probability.larger, name).centre == 1.0


def test_what_can_be_nothing_else_is_no_input(tmp_path):
    names = _written(tmp_path / "s.toml", "rates = { A = 2.0 }\n").keys()
    assert "jumps.J.rates.A" in names
    assert not {"regimes.A.initial", "jumps.J.probability"} & names
