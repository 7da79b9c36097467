"""Notes on a scenario that need no market: days beyond the horizon, and a loop that feeds itself."""

from engine.mechanisms.loop import loop_gain
from engine.mechanisms.parameters.parameter import DAYS, parameters
from engine.mechanisms.unwind import Unwind, placed_parts
from engine.scenario.scenario import Scenario, findings_of


def horizon_notes(scenario: Scenario, horizon_days: int) -> tuple[str, ...]:
    """Return a note on every day of a scenario that lies beyond the horizon: what it holds never comes."""
    findings = findings_of(scenario)
    days = [(f"shocks[{i + 1}].day", shock.day) for i, shock in enumerate(scenario.shocks)]
    for at, part in placed_parts(scenario.unwind or Unwind()):
        dated = [name for name, declared in parameters(type(part)).items() if declared.unit == DAYS]
        days += [(f"{at}{name}", getattr(part, name)) for name in dated]
    for where, day in days:
        if day is not None and day > horizon_days:
            findings.note(where, f"day {day} lies beyond the horizon of {horizon_days} business days: it never comes")
    return findings.notes()


def loop_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return the note that a scenario's loop of carry stops and USD/JPY feeds itself, where its gain is 1 or more."""
    unwind = scenario.unwind
    if unwind is None or unwind.carry is None or unwind.impact is None:
        return ()
    gain = loop_gain(unwind.carry, unwind.impact)
    note = (
        f"{scenario.name}: the loop's gain in USD/JPY is {gain:.3g}: sales feed on themselves until a limit stops them"
    )
    return (note,) if gain >= 1.0 else ()
