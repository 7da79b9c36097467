"""The numbers of a scenario's mechanisms, each with the scenario after a change of it: regimes, jumps, stops, sales.

They decide which events come on a path, so that a path's own derivative says nothing of them: `parameter_gradients`
compares whole runs on common draws.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, is_dataclass
from typing import Any

from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.parameter import Form, Parameter, parameters
from engine.mechanisms.registry import mechanisms_on
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.places import Place, place_of

SHARE = 0.1  # of a parameter's value, up and down
LEFT_OUT = ("law", "rows", "row_followers")  # which law it is, and what past days were: no numbers of an assumption


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterInput:
    """One number of a scenario, and the scenario with it a tenth smaller and larger, whatever its sign."""

    name: str  # "carry.leverage"
    smaller: Scenario
    larger: Scenario
    steps: float  # `SHARE`s of the value that lie between the two; 2 unless its range ends before

    @property
    def is_odds(self) -> bool:
        """Return whether it says how often an event comes: a change of regime, a regime at the start, a jump."""
        list_, *_, last = self.name.split(".")
        is_rate = list_ == "jumps" and (".rates." in self.name or last == "probability")
        return list_ == "hazards" or is_rate or (list_ == "regimes" and last == "initial")


def parameter_inputs(scenario: Scenario) -> tuple[ParameterInput, ...]:
    """Return every number of a scenario's mechanisms that is not 0 and may be a tenth smaller or larger.

    What a regime's probability at the start gains or loses, those of the others lose or gain, in proportion.
    """
    unwind = scenario.unwind or Unwind()
    found = (_input(scenario, name) for name in _names_of(unwind))
    return tuple(each for each in found if each is not None)


def _names_of(unwind: Unwind) -> Iterator[str]:
    """Yield the dotted names that `engine.scenario.uncertainty.places` leads by."""
    declared = parameters(Unwind)
    for mechanism, part in mechanisms_on(unwind):
        if mechanism.key not in LEFT_OUT:
            yield from _names(mechanism.key, part, declared.get(mechanism.key, Parameter(doc="")))


def _names(at: str, value: Any, declared: Parameter) -> Iterator[str]:
    if isinstance(value, float):
        yield at
    elif is_dataclass(value):
        for key, each in parameters(type(value)).items():
            if not (isinstance(value, Jump) and key == "probability" and value.rates):  # that of a day: it has none
                yield from _names(f"{at}.{key}", getattr(value, key), each)
    elif isinstance(value, tuple) and declared.form in (Form.BY_FACTOR, Form.BY_REGIME, Form.NAMED, Form.MULTIPLIERS):
        yield from (f"{at}.{each[0]}" for each in value)
    elif isinstance(value, tuple) and value and all(map(is_dataclass, value)):
        named = [key for key, each in parameters(type(value[0])).items() if each.is_name]
        for part in value if named else ():
            yield from _names(".".join([at, *(str(getattr(part, key)) for key in named)]), part, Parameter(doc=""))


def _input(scenario: Scenario, name: str) -> ParameterInput | None:
    place = place_of(scenario, name)
    step = SHARE * place.centre
    put = _start_in(scenario, name, place) if name.startswith("regimes.") and name.endswith(".initial") else place.put
    if place.is_switch or step == 0.0 or put is None:
        return None
    ends = [value if place.is_within(value) else place.centre for value in (place.centre - step, place.centre + step)]
    steps = (ends[1] - ends[0]) / step
    return ParameterInput(name=name, smaller=put(ends[0]), larger=put(ends[1]), steps=steps) if steps else None


def _start_in(scenario: Scenario, name: str, place: Place) -> Callable[[float], Scenario] | None:
    """Return what puts a probability of the start, the others scaled to what it leaves; None where they are all 0."""
    regimes = (scenario.unwind or Unwind()).regimes
    others = [f"regimes.{each.name}.initial" for each in regimes if f"regimes.{each.name}.initial" != name]
    left = sum(place_of(scenario, other).centre for other in others)

    def put(value: float) -> Scenario:
        changed = place.put(value)
        for other in others:
            there = place_of(changed, other)
            changed = there.put(there.centre * (1.0 - value) / left)
        return changed

    return put if left > 0.0 else None
