"""Dates of an event, such as a central bank's meetings, as business days of a market: of jumps, and of a cap's end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from engine.conventions.calendars import Calendars
from engine.conventions.events import EVENTS
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario, findings_of

MAX_DAYS = 250  # of a horizon


def on_dates(unwind: Unwind, valuation_date: date, horizon_days: int | None, findings: Findings) -> tuple[Jump, ...]:
    """Return the jumps with one for each date of an event that is known to come within a horizon.

    It comes on the first joint date of Tokyo and New York that is not before the event's. Notes say where no date is
    known. A market of a day before the known dates is refused where no jump comes within the horizon, or a cap cannot
    end in it: of events that did come its paths would have none. Without a horizon, where nothing is walked, events
    stay without dates.
    """
    _note_unknown(unwind, valuation_date, findings)
    if horizon_days is None:
        return unwind.jumps
    found: list[Jump] = []
    for jump in unwind.jumps:
        if jump.event is None:
            found.append(jump)
            continue
        coming = event_days(jump.event, valuation_date, horizon_days)
        found += [replace(jump, name=f"{jump.name} {each}", event=None, day=day) for each, day in coming]
    if not any(jump.rates or (jump.day is not None and jump.day <= horizon_days) for jump in found):
        for where, event in _of_jumps(unwind):
            _refuse_before_first(
                where, event, valuation_date, ("nothing else comes", "give the jump a `day`"), findings
            )
    for where, event in _of_cap(unwind):
        if not any(event_days(event, valuation_date, horizon_days)):
            way_out = ("the cap cannot end", "leave `event` out, so that it may end on any day")
            _refuse_before_first(where, event, valuation_date, way_out, findings)
    return tuple(found)


def event_notes(scenario: Scenario, valuation_date: date, horizon_days: int) -> tuple[str, ...]:
    """Return a note on each event that does not come within the horizon, or is not known to the end of it."""
    findings = findings_of(scenario)
    for where, event in _events(scenario.unwind or Unwind()):
        after, last = EVENTS[event].after(valuation_date), EVENTS[event].dates[-1]
        if not after:
            continue  # `on_dates` says so
        end = _end(valuation_date, horizon_days)
        over = f"the horizon of {horizon_days} business days ends on {end}"
        if not any(event_days(event, valuation_date, horizon_days)):
            never = "the cap never ends" if where == _CAP else "it never comes"
            way_out = _way_out(event, valuation_date)
            findings.note(where, f"the next known date of {event} is {after[0]}, and {over}: {never}; {way_out}")
        elif end > last:
            findings.note(where, f"dates of {event} are known to {last}, and {over}: none comes after {last}")
    return findings.notes()


def event_days(event: str, valuation_date: date, horizon_days: int) -> Iterator[tuple[date, int]]:
    """Yield the known dates of an event within a horizon, each with its joint business day, 1 for the first."""
    ahead = _ahead(valuation_date, horizon_days)
    for each in EVENTS[event].after(valuation_date):
        day = sum(offset < (each - valuation_date).days for offset in ahead) + 1
        if day <= horizon_days:
            yield each, day


def event_words(scenario: Scenario, valuation_date: date) -> str:
    """Return, in a sentence, the horizon that each event of a scenario needs; "" where none has a known date."""
    coming = {event: EVENTS[event].after(valuation_date) for _, event in _events(scenario.unwind or Unwind())}
    ways = [f"{event} {days[0]}, {_way_out(event, valuation_date)}" for event, days in coming.items() if days]
    return (
        f"the date of its event must lie within the horizon: after {valuation_date} comes {'; '.join(ways)}"
        if ways
        else ""
    )


def _way_out(event: str, valuation_date: date) -> str:
    """Return the horizon that reaches the next known date of an event, or that none does."""
    away = (EVENTS[event].after(valuation_date)[0] - valuation_date).days
    _, n_days = next(event_days(event, valuation_date, away))
    return f"`--horizon-days {n_days}` reaches it" if n_days <= MAX_DAYS else f"beyond any horizon of {MAX_DAYS} days"


_CAP = "cap.event"


def _events(unwind: Unwind) -> Iterator[tuple[str, str]]:
    """Yield each event once, after the place of the first jump that comes on it, or of the cap that ends on it."""
    places: dict[str, str] = {}
    for where, event in (*_of_jumps(unwind), *_of_cap(unwind)):
        places.setdefault(event, where)
    yield from ((where, event) for event, where in places.items())


def _of_jumps(unwind: Unwind) -> Iterator[tuple[str, str]]:
    """Yield each event of jumps once, after the place of the first that comes on it."""
    places: dict[str, str] = {}
    for i, jump in enumerate(unwind.jumps):
        if jump.event is not None:
            places.setdefault(jump.event, f"jumps[{i + 1}].event")
    yield from ((where, event) for event, where in places.items())


def _of_cap(unwind: Unwind) -> Iterator[tuple[str, str]]:
    """Yield the event on whose dates a cap may end, after its place; none where it may end on any day."""
    if unwind.cap is not None and unwind.cap.event is not None:
        yield _CAP, unwind.cap.event


def _note_unknown(unwind: Unwind, valuation_date: date, findings: Findings) -> None:
    for where, event in _events(unwind):
        first, last = EVENTS[event].dates[0], EVENTS[event].dates[-1]
        if valuation_date < first:
            findings.note(
                where, f"dates of {event} before {first} are not known here: from {valuation_date} to then none comes"
            )
        if valuation_date >= last:
            findings.note(where, f"no date of {event} comes after {valuation_date}: the last that is known is {last}")


def _refuse_before_first(
    where: str, event: str, valuation_date: date, words: tuple[str, str], findings: Findings
) -> None:
    """Refuse a market before the first known date; words say what the horizon then lacks, and the way out."""
    lacks, way_out = words
    if valuation_date < (first := EVENTS[event].dates[0]):
        findings.refuse(
            where,
            f"dates of {event} before {first} are not known here, and {lacks} within the horizon from {valuation_date}:"
            f" {way_out}, or take a market of {first} or later",
        )


def _end(valuation_date: date, horizon_days: int) -> date:
    return valuation_date + timedelta(days=_ahead(valuation_date, horizon_days)[-1])


def _ahead(valuation_date: date, horizon_days: int) -> list[int]:
    """Return the calendar days to each business day of a horizon: (horizon_days,)."""
    days: list[int] = Calendars(valuation_date).steps.coming(horizon_days).tolist()
    return days
