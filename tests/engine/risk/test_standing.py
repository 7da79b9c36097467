"""What a scenario's figures may be taken for, as a record holds it."""

from engine.risk.standing import Standing, recorded_standings


def test_a_record_gives_back_what_each_scenario_said_of_itself():
    facts = {"standings": {"mixture": {"is_stress": True, "law": None}, "filtered": {"is_stress": False, "law": "f"}}}
    assert recorded_standings(facts) == {
        "mixture": Standing(is_stress=True, law=None),
        "filtered": Standing(is_stress=False, law="f"),
    }


def test_a_record_from_before_scenarios_said_it_says_nothing_of_any():
    assert recorded_standings({"seed": 1}) == {}
