from dataclasses import fields

from bench.cases.unwind import alone, without
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.unwind import Unwind

MIXTURE = load_scenario("bench/three-regimes.toml").unwind


def on(unwind: Unwind) -> set[str]:
    return {field.name for field in fields(Unwind) if getattr(unwind, field.name)}


def test_every_variant_lacks_what_its_name_says_or_has_that_alone():
    assert MIXTURE is not None
    whole = on(MIXTURE)
    assert whole == {"regimes", "hazards", "jumps", "intervention", "repatriation", "impact"}
    for name, variant in without(MIXTURE).items():
        assert whole - on(variant) == set(name.removeprefix("without ").split(", ")), name
    for name, variant in alone(MIXTURE).items():
        assert on(variant) == {"nu"} or on(variant) == set(name.removeprefix("with ").split(", ")), name
