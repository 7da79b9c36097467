"""Dates of an event, such as a central bank's meetings, as business days of a market: of jumps, and of a cap's end."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from engine.conventions.events import EVENTS
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.unwind import Unwind
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
        coming = list(event_days(jump.event, valuation_date))
        if not coming:
            last = f"the last that is known is {EVENTS[jump.event].dates[-1]}"
            findings.note(f"jumps[{i + 1}].event", f"no date of {jump.event} comes after {valuation_date}: {last}")
        found += [replace(jump, name=f"{jump.name} {each}", event=None, day=day) for each, day in coming]
    return tuple(found)


def event_notes(scenario: Scenario, valuation_date: date, horizon_days: int) -> tuple[str, ...]:
    """Return a note on every jump and cap whose event has no known date within the horizon: it never comes, or ends."""
    findings, unwind = findings_of(scenario), scenario.unwind or Unwind()
    of_event = [(f"jumps[{i + 1}].event", jump.event, "it never comes") for i, jump in enumerate(unwind.jumps)]
    of_event += [("cap.event", unwind.cap.event, "the cap never ends")] if unwind.cap else []
    for where, event, never in of_event:
        first = next(event_days(event, valuation_date), None) if event else None
        if first is not None and first[1] > horizon_days:
            far = f"{first[0]}, business day {first[1]}, beyond the horizon of {horizon_days}"
            findings.note(where, f"the next date of {event} is {far}: {never}")
        elif event and first is None and where == "cap.event":  # of jumps it is said where they are laid on dates
            findings.note(where, f"no date of {event} comes after {valuation_date}, as far as known: {never}")
    return findings.notes()


def event_days(event: str, valuation_date: date) -> Iterator[tuple[date, int]]:
    """Yield the dates of an event after a valuation date, each with its joint business day, 1 for the first."""
    from engine.conventions.calendars import Calendars  # here, since it loads QuantLib, which a scenario can do without

    ahead = Calendars(valuation_date).steps.coming(FARTHEST)
    for each in EVENTS[event].after(valuation_date):
        day = int((ahead < (each - valuation_date).days).sum()) + 1
        if day <= FARTHEST:
            yield each, day
