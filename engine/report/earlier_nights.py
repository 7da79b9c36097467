"""What came before a night: the last one, the history of VaR, realised P&L, missing dates, inputs carried over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.inputs.history.realised_pnl import RealisedPnl, read_realised
from engine.record.later_tables import recorded_levels
from engine.record.manifest import main_scenario, read_intact, read_manifest
from engine.record.read import (
    Night,
    RunRecord,
    check_closed,
    nights,
    read_rows,
    read_summary,
    recorded_names,
    run_folder,
)
from engine.record.rows import scope_results
from engine.record.tables import LEVELS, RESULTS, RESULTS_SCHEMA
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import ScopeResult, TailResult
from engine.words.language import Text, listed, name_of, texts

MOST_NIGHTS = 250  # of a history
MOST_LEVELS = 60  # nights whose levels stand before the fans
_LONGEST_GAP = timedelta(days=7)  # from a night to the P&L realised after it: longer, and days are missing
_SATURDAY = 5
_UNREAD_NIGHT = Text("the night of {day} cannot be read: {error}")
_UNREAD_PNL = Text("realised P&L cannot be read: {error}")
_NO_NIGHT, _NOT_RECORDED = texts("no earlier night in this record", "not recorded on {night}")
_ANOTHER, _BOOKS_MISSING = texts("another {keys} on {night}", "books are missing, now or on {night}")
_MARKET, _BOOK = texts("market", "book {name}")
_SAME = ("currency", "horizon_days")  # what two runs must share for their figures to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """The results of one run on an earlier night."""

    night: date
    manifest: Mapping[str, Any]
    results: tuple[ScopeResult, ...]
    levels: Mapping[str, float] = field(default_factory=dict)  # of the factors, where its main scenario starts


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierNights:
    """Earlier nights of a record."""

    nights: tuple[date, ...]  # ascending, before the one that is reported; at most `MOST_NIGHTS`
    runs: Mapping[str, tuple[EarlierRun, ...]]  # name -> earlier records of it, ascending
    realised: tuple[RealisedPnl, ...]
    faults: tuple[str, ...]  # what of all this cannot be read

    @property
    def last(self) -> date | None:
        """Return the night before."""
        return self.nights[-1] if self.nights else None

    def levels_of(self, run: str) -> Mapping[str, Sequence[float]]:
        """Return the levels of each factor on the nights before, ascending, of a run's main scenario."""
        recent = [each.levels for each in self.runs.get(run, ())][-MOST_LEVELS:]
        names = {name for levels in recent for name in levels}
        return {name: [levels[name] for levels in recent if name in levels] for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class NightBefore:
    """One run on the night before, or why there is nothing to compare with."""

    run: EarlierRun | None
    reason: str

    def tail(self, result: ScopeResult, confidence: float) -> TailResult | None:
        """Return the same tail, the night before."""
        if self.run is None:
            return None
        found = find(self.run.results, result.scenario, result.scope)
        tails = found.measures if found else ()
        return next((each for each in tails if each.confidence == confidence), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTail:
    """VaR of one night, and what was realised after it."""

    night: date
    tail: TailResult
    realised: RealisedPnl | None

    @property
    def is_exception(self) -> bool:
        """Return whether the loss exceeds VaR."""
        return self.realised is not None and -self.realised.pnl > self.tail.of(VALUE_AT_RISK).value


def read_earlier_nights(folder: Path, night: Night) -> EarlierNights:
    """Read what stands in the record before a night; what cannot be read becomes a fault of the report."""
    earlier = tuple(day for day in nights(folder) if day < night.valuation_date)[-MOST_NIGHTS:]
    faults: list[str] = []
    runs: dict[str, list[EarlierRun]] = {run.name: [] for run in night.runs}
    for number, day in enumerate(reversed(earlier)):
        try:
            summary = read_summary(folder, day)
            for name in recorded_names(summary):
                if name in runs:
                    with_levels = number < MOST_LEVELS
                    runs[name].insert(0, _earlier_run(folder, day, name, summary, with_levels=with_levels))
        except (InputError, KeyError, TypeError) as error:
            faults.insert(0, _UNREAD_NIGHT.format(day=day, error=error))
    realised: tuple[RealisedPnl, ...] = ()
    if night.realised is not None:
        try:
            realised = read_realised(night.realised)
        except InputError as error:
            faults.append(_UNREAD_PNL.format(error=error))
    return EarlierNights(
        nights=earlier,
        runs={name: tuple(found) for name, found in runs.items()},
        realised=realised,
        faults=tuple(faults),
    )


def night_before(past: EarlierNights, run: RunRecord) -> NightBefore:
    """Find the run on the night before, if it is the same question."""
    if past.last is None:
        return NightBefore(run=None, reason=str(_NO_NIGHT))
    found = next((each for each in past.runs[run.name] if each.night == past.last), None)
    if found is None:
        return NightBefore(run=None, reason=_NOT_RECORDED.format(night=past.last))
    differs = [key for key in _SAME if found.manifest["facts"][key] != run.manifest["facts"][key]]
    if differs:
        return NightBefore(
            run=None, reason=_ANOTHER.format(keys=listed([name_of(key) for key in differs]), night=past.last)
        )
    if not (found.manifest["complete"] and run.manifest["complete"]):
        return NightBefore(run=None, reason=_BOOKS_MISSING.format(night=past.last))
    return NightBefore(run=found, reason="")


def dated_tails(
    past: EarlierNights, run: RunRecord, result: ScopeResult, tail: TailResult, night: date
) -> tuple[DatedTail, ...]:
    """List a scope's tail by night, this one last, each with what was realised by the next business day."""
    found = [
        (each.night, same)
        for each in past.runs[run.name]
        if each.manifest["complete"]
        and all(each.manifest["facts"][key] == run.manifest["facts"][key] for key in _SAME)
        and (same := _same(each, result, tail.confidence)) is not None
    ]
    found.append((night, tail))
    days = [day for day, _ in found]
    after = _after(days, [each for each in past.realised if each.scope == result.scope])
    if run.manifest["facts"]["horizon_days"] != 1:
        after = {}  # P&L of one day says nothing of a longer horizon's VaR
    return tuple(DatedTail(night=day, tail=each, realised=after.get(day)) for day, each in found)


def missing_dates(days: Sequence[date]) -> tuple[date, ...]:
    """List weekdays between the first and the last of `days`, ascending, that are not among them."""
    if not days:
        return ()
    between = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days))
    return tuple(day for day in between if day.weekday() < _SATURDAY and day not in days)


def carried_over(run: RunRecord, previous: EarlierRun) -> tuple[str, ...]:
    """List inputs that are byte for byte those of the night before."""
    found = [str(_MARKET)] if run.manifest["market"]["sha256"] == previous.manifest["market"]["sha256"] else []
    old = {book["name"]: book["sha256"] for book in previous.manifest["books"]}
    return (*found, *(_BOOK.format(name=b["name"]) for b in run.manifest["books"] if old.get(b["name"]) == b["sha256"]))


def find(results: Sequence[ScopeResult], scenario: str, scope: str) -> ScopeResult | None:
    """Find the result of a scenario and scope."""
    return next((each for each in results if (each.scenario, each.scope) == (scenario, scope)), None)


def _same(run: EarlierRun, result: ScopeResult, confidence: float) -> TailResult | None:
    return NightBefore(run=run, reason="").tail(result, confidence)


def _after(days: Sequence[date], realised: Sequence[RealisedPnl]) -> dict[date, RealisedPnl]:
    """Return for each night the first P&L realised after it, and not after the next night, nor later than a week."""
    found: dict[date, RealisedPnl] = {}
    for each in sorted(realised, key=lambda one: one.valuation_date):
        night = max((day for day in days if day < each.valuation_date), default=None)
        if night is not None and night not in found and each.valuation_date - night <= _LONGEST_GAP:
            found[night] = each
    return found


def _earlier_run(folder: Path, day: date, name: str, summary: Mapping[str, Any], *, with_levels: bool) -> EarlierRun:
    home = run_folder(folder, day, name)
    kept = read_manifest(home, ())["files"] if with_levels else {}
    run = read_intact(home, [RESULTS, *([LEVELS] if LEVELS in kept else [])])
    check_closed(summary, run.manifest, home)
    rows = read_rows(home / RESULTS, RESULTS_SCHEMA, run.files[RESULTS])
    starts = recorded_levels(run.files, main_scenario(run.manifest))
    levels = {row["factor"]: row["level"] for row in starts if row["day"] == 0}
    return EarlierRun(night=day, manifest=run.manifest, results=scope_results(rows), levels=levels)
