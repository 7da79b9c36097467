"""Jumps on the dates of an event, such as a central bank's meetings, as jumps on business days of a market."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from engine.conventions.events import EVENTS
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.scenario.scenario import Scenario, findings_of

FARTHEST = 261  # joint dates ahead that events are laid on: beyond the longest horizon


def on_dates(jumps: Sequence[Jump], valuation_date: date, findings: Findings) -> tuple[Jump, ...]:
    """Return the jumps with one for each date of an event that is known to come after the valuation date.

    It comes on the first joint date of Tokyo and New York that is not before the event's. A note says where no date
    is known.
    """
    found: list[Jump] = []
    for i, jump in enumerate(jumps):
        if jump.event is None:
            found.append(jump)
            continue
        coming = list(_coming(jump.event, valuation_date))
        if not coming:
            last = f"the last that is known is {EVENTS[jump.event].dates[-1]}"
            findings.note(f"jumps[{i + 1}].event", f"no date of {jump.event} comes after {valuation_date}: {last}")
        found += [replace(jump, name=f"{jump.name} {each}", event=None, day=day) for each, day in coming]
    return tuple(found)


def event_notes(scenario: Scenario, valuation_date: date, horizon_days: int) -> tuple[str, ...]:
    """Return a note on every jump whose event has its next known date beyond the horizon: it never comes."""
    findings = findings_of(scenario)
    for i, jump in enumerate(scenario.unwind.jumps if scenario.unwind else ()):
        first = next(_coming(jump.event, valuation_date), None) if jump.event else None
        if first is not None and first[1] > horizon_days:
            far = f"{first[0]}, business day {first[1]}, beyond the horizon of {horizon_days}"
            findings.note(f"jumps[{i + 1}].event", f"the next date of {jump.event} is {far}: it never comes")
    return findings.notes()


def _coming(event: str, valuation_date: date) -> Iterator[tuple[date, int]]:
    """Yield the dates of an event after a day, each with its business day."""
    from engine.conventions.calendars import Calendars  # here, since it loads QuantLib, which a scenario can do without

    ahead = Calendars(valuation_date).steps.coming(FARTHEST)
    for each in EVENTS[event].after(valuation_date):
        day = int((ahead < (each - valuation_date).days).sum()) + 1
        if day <= FARTHEST:
            yield each, day
