"""Notes on a scenario that need no market: days beyond the horizon, long horizons, and a loop that feeds itself."""

from engine.mechanisms.law import takes_mechanisms
from engine.mechanisms.loop import loop_gain
from engine.mechanisms.parameters.parameter import DAYS, parameters
from engine.mechanisms.unwind import Unwind, placed_parts
from engine.scenario.scenario import Scenario, findings_of

LONG_DAYS = 60  # beyond, the far tails of a filtered law are no market's: docs/laws.md


def horizon_notes(scenario: Scenario, horizon_days: int) -> tuple[str, ...]:
    """Return a note on every day of a scenario that lies beyond the horizon, and on a horizon too long for its law.

    What lies on such a day never comes.
    """
    findings = findings_of(scenario)
    days = [(f"shocks[{i + 1}].day", shock.day) for i, shock in enumerate(scenario.shocks)]
    for at, part in placed_parts(scenario.unwind or Unwind()):
        dated = [name for name, declared in parameters(type(part)).items() if declared.unit == DAYS]
        days += [(f"{at}{name}", getattr(part, name)) for name in dated]
    for where, day in days:
        if day is not None and day > horizon_days:
            findings.note(where, f"day {day} lies beyond the horizon of {horizon_days} business days: it never comes")
    if horizon_days > LONG_DAYS and scenario.unwind is not None and takes_mechanisms(scenario.unwind):
        findings.note(
            "law",
            f"over {horizon_days} business days variances of law {scenario.unwind.law!r} have no mean to return to: its"
            " 99.9 %, and means and standard deviations of prices, are no market's; docs/laws.md",
        )
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
