"""A batch from its first date to its last: what is recorded is left alone, what is begun goes on, the rest is made."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.batch.blocks.checkpoints import WORK, remove_parts, remove_work
from engine.batch.extras import missing_extras
from engine.batch.figures.limits import held_by_default, of_no_run, use_limits
from engine.batch.one_run import How, RunState, record_run
from engine.batch.record_lock import one_of_shards, only_writer
from engine.batch.replacement import Replacement
from engine.batch.run_record import INCOMPLETE, now
from engine.batch.sources import Day, day_of, no_night
from engine.batch.unexpected import UnexpectedError, unexpected_fault
from engine.errors import BusyError, InputError, RiskError
from engine.inputs.batch import Batch, BatchRun
from engine.inputs.batch_dates import NightDate
from engine.record.file_mode import written_with
from engine.record.night_file import write_night
from engine.record.read import (
    BREACHED,
    NOT_EVALUATED,
    BatchFault,
    LimitUse,
    RunRecord,
    read_run,
    run_folder,
)
from engine.record.tables import MANIFEST, SCHEMA_VERSION
from engine.risk.standing import recorded_standings
from engine.sharing.stop import StoppedWorkError

LIMIT_BREACHED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NightOutcome:
    """What became of one date."""

    valuation_date: date
    runs: tuple[tuple[str, RunState], ...]
    faults: tuple[BatchFault, ...]
    limits: tuple[LimitUse, ...]
    warnings: tuple[str, ...]  # of limits and the runs' inputs, each once; of a share, none
    exit_code: int
    stresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by run: its scenarios that are no forecast
    note: str | None = None  # such as why there is no night, or no new one
    sha256: str | None = None  # of the night's file, and with it of all its runs' records; of a share, none


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a batch."""

    batch: Batch
    nights: tuple[NightOutcome, ...]
    faults: tuple[BatchFault, ...] = ()  # of no night: reports and metrics that could not be written
    exit_code: int  # as DESIGN lists them: 0, 3, 4, 75, 130, 143
    message: str | None  # why it stopped before its end
    elapsed_s: float


def run_batch(batch: Batch, how: How) -> Outcome:
    """Run every date of a batch, or one share of it, or take shares together.

    Raises
    ------
    BusyError
        Another process writes the same record; names it.
    InputError
        The record's folder cannot be written.
    """
    start = time.monotonic()
    done: list[NightOutcome] = []
    message, code = None, 0
    for warning in of_no_run(batch.limits, [run.name for run in batch.runs]):
        how.say(f"{warning}; it will not be evaluated")
    for lack in missing_extras(batch):
        how.say(lack)
    with written_with(batch.umask), _lock(batch, how):
        if how.share is None:
            remove_parts(batch.out)
        try:
            for night in batch.nights:
                with how.about(night.day, None):
                    done.append(_night_or_none(batch, night, how))
        except (StoppedWorkError, BusyError) as stopped:
            message, code = str(stopped), stopped.exit_code
    return Outcome(
        batch=batch,
        nights=tuple(done),
        exit_code=code or _worst([night.exit_code for night in done]),
        message=message,
        elapsed_s=time.monotonic() - start,
    )


def with_faults(outcome: Outcome, faults: Sequence[BatchFault]) -> Outcome:
    """Return a batch with what went wrong after its nights: it is incomplete, unless it ended before its end anyway."""
    if not faults:
        return outcome
    code = INCOMPLETE if outcome.exit_code in (0, LIMIT_BREACHED) else outcome.exit_code
    return replace(outcome, faults=(*outcome.faults, *faults), exit_code=code)


def summary(outcome: Outcome) -> dict[str, Any]:
    """Return the batch in one object, for the last line on stdout."""
    notes = [night.note for night in outcome.nights]
    return {
        "batch": str(outcome.batch.path),
        "out": str(outcome.batch.out),
        "exit_code": outcome.exit_code,
        "message": outcome.message or (notes[0] if notes and all(notes) else None),
        "elapsed_s": round(outcome.elapsed_s, 3),
        "faults": [_said(fault) for fault in outcome.faults],
        "nights": [
            {
                "valuation_date": night.valuation_date.isoformat(),
                "sha256": night.sha256,
                "exit_code": night.exit_code,
                "runs": {name: state.value for name, state in night.runs},
                "stresses": {name: list(scenarios) for name, scenarios in night.stresses.items()},
                "note": night.note,
                "faults": [_said(fault) for fault in night.faults],
                "warnings": list(night.warnings),
                "limits_breached": [use.name for use in night.limits if use.state == BREACHED],
                "limits_not_evaluated": [use.name for use in night.limits if use.state == NOT_EVALUATED],
            }
            for night in outcome.nights
        ],
    }


def _said(fault: BatchFault) -> dict[str, Any]:
    """Return a fault for the JSON line; its traceback, if any, is in the record and in the log."""
    return {key: value for key, value in asdict(fault).items() if key != "traceback"}


def _lock(batch: Batch, how: How) -> AbstractContextManager[None]:
    if how.share is not None:
        return one_of_shards(batch.out, *how.share)
    return only_writer(batch.out, f"batch {batch.path.name}")


def _night_or_none(batch: Batch, night: NightDate, how: How) -> NightOutcome:
    """Do one date, unless none is due; where it is recorded already, say whether that was to be expected."""
    if night.notice:
        how.say(f"{night.day}: {night.notice}")
    if (why := _why_none(batch, night)) is not None:
        how.say(f"{night.day}: {why}")
        return NightOutcome(valuation_date=night.day, runs=(), faults=(), limits=(), warnings=(), exit_code=0, note=why)
    outcome = _night(batch, night.day, how)
    if night.notice:
        outcome = replace(outcome, warnings=(*outcome.warnings, night.notice))
    is_old = all(state is RunState.RECORDED for _, state in outcome.runs)
    return replace(outcome, note=f"no night: {night.when_recorded}") if is_old and night.when_recorded else outcome


def _why_none(batch: Batch, night: NightDate) -> str | None:
    try:
        return no_night(batch, night)
    except Exception:  # a date that no calendar reaches: what is wrong with it is for its night to say
        return None


def _night(batch: Batch, valuation_date: date, how: How) -> NightOutcome:
    """Do one date; whatever is wrong with all of it becomes a fault, so that the other dates go on."""
    states: list[tuple[str, RunState]] = []
    is_lost = False
    faults = [BatchFault(kind="limit", subject=batch.path.name, message=str(fault)) for fault in batch.limit_faults]
    place = Replacement(out=batch.out, valuation_date=valuation_date)
    try:
        if how.share is None:
            place.recover()
        day = day_of(batch, valuation_date)
        for run in batch.runs:
            state, found = _attempt(batch, day, run, how, place)
            states.append((run.name, state))
            faults += found
        if how.share is None:
            return _closed(batch, place, states, list(dict.fromkeys(faults)), how)
    except (StoppedWorkError, BusyError):
        raise
    except Exception as error:
        is_lost = True
        faults.append(_night_fault(error, valuation_date, how))
    done = dict(states)
    runs = tuple((run.name, done.get(run.name, RunState.FAILED)) for run in batch.runs)
    failed = is_lost or any(state is RunState.FAILED for _, state in runs)
    return NightOutcome(
        valuation_date=valuation_date,
        runs=runs,
        faults=tuple(dict.fromkeys(faults)),
        limits=(),
        warnings=(),
        exit_code=INCOMPLETE if failed else 0,
    )


def _night_fault(error: Exception, valuation_date: date, how: How) -> BatchFault:
    """Say what costs a whole night, and return it as a fault."""
    subject = valuation_date.isoformat()
    if isinstance(error, RiskError | OSError):
        how.say(f"{subject}: failed: {error}")
        return BatchFault(kind="night", subject=subject, message=str(error))
    fault = unexpected_fault(error, subject=subject, run=None)
    how.say(f"{subject}: failed: {fault.message}\n{fault.traceback}")
    return fault


def _say_kept(folders: Sequence[Path], valuation_date: date, how: How) -> None:
    for kept in folders:
        how.say(f"{valuation_date} {kept.parent.name.removeprefix('run=')}: the old record is kept in {kept}")


def _attempt(batch: Batch, day: Day, run: BatchRun, how: How, place: Replacement) -> tuple[RunState, list[BatchFault]]:
    """Do one run; whatever is wrong with it becomes a fault, so that the others go on."""
    try:
        how.stop.check()
        with how.about(day.valuation_date, run.name):
            return record_run(batch, day, run, how, place)
    except (StoppedWorkError, BusyError):
        raise
    except RiskError as error:
        how.say(f"{day.valuation_date} {run.name}: failed: {error}")
        return RunState.FAILED, [_fault(day, run, error)]
    except Exception as error:
        fault = unexpected_fault(error, subject=run.name, run=run.name)
        how.say(f"{day.valuation_date} {run.name}: failed: {fault.message}\n{fault.traceback}")
        return RunState.FAILED, [fault]


def _fault(day: Day, run: BatchRun, error: RiskError) -> BatchFault:
    """Name a fault of the market once, as the date's; another is the run's."""
    try:
        day.market()
    except UnexpectedError as refusal:
        return unexpected_fault(refusal, subject=day.valuation_date.isoformat(), run=None)
    except InputError as refusal:
        return BatchFault(kind="market", subject=day.valuation_date.isoformat(), message=str(refusal))
    return BatchFault(kind="run", subject=run.name, run=run.name, message=str(error))


def _closed(
    batch: Batch, place: Replacement, states: Sequence[tuple[str, RunState]], faults: Sequence[BatchFault], how: How
) -> NightOutcome:
    """Evaluate the limits on the record, write the night's file where it says something new, and put it in place."""
    valuation_date, names = place.valuation_date, [name for name, _ in states]
    if place.names:
        place.complete()
    records, damaged = _records(place.root, valuation_date, names)
    faults = list(dict.fromkeys([*faults, *damaged]))
    limits = use_limits(batch.limits, records, names)
    outcome = NightOutcome(
        valuation_date=valuation_date,
        runs=tuple(states),
        faults=tuple(faults),
        limits=limits,
        warnings=tuple(dict.fromkeys([*held_by_default(batch.limits), *_warnings(records)])),
        exit_code=_code(states, faults, limits),
        stresses={record.name: found for record in records if (found := _stresses(record))},
    )
    root = place.root if place.names else None
    digest = write_night(batch.out, valuation_date, _content(batch, outcome, records), finished=now(), root=root)
    if place.names:
        _say_kept(place.exchange(), valuation_date, how)
    elif not any(state is RunState.FAILED for _, state in states):
        place.give_up()
    for name, state in states:
        if state is not RunState.FAILED:
            remove_work(batch.out / WORK / place.standing.name / f"run={name}", batch.out)
    return replace(outcome, sha256=digest)


def _content(batch: Batch, outcome: NightOutcome, records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return what a night's file says, but for when."""
    digests = {record.name: record.manifest["sha256"] for record in records}
    complete = {record.name: record.manifest["complete"] for record in records}
    return {
        "schema": SCHEMA_VERSION,
        "valuation_date": outcome.valuation_date.isoformat(),
        "complete": outcome.exit_code != INCOMPLETE,
        "exit_code": outcome.exit_code,
        "batch": {"path": str(batch.path), "sha256": batch.sha256},
        "runs": [
            {
                "name": name,
                "state": {True: "complete", False: "partial", None: "failed"}[complete.get(name)],
                "manifest_sha256": digests.get(name),
            }
            for name, _ in outcome.runs
        ],
        "faults": [asdict(fault) for fault in outcome.faults],
        "limits": [asdict(use) for use in outcome.limits],
        "realised": str(batch.realised) if batch.realised else None,
    }


def _records(root: Path, valuation_date: date, names: Sequence[str]) -> tuple[list[RunRecord], list[BatchFault]]:
    """Return the runs that have a sound record, and faults of those whose record was changed."""
    records, faults = [], []
    for name in names:
        folder = run_folder(root, valuation_date, name)
        if (folder / MANIFEST).exists():
            try:
                records.append(read_run(folder))
            except InputError as error:
                faults.append(BatchFault(kind="run", subject=name, run=name, message=str(error)))
            except Exception as error:
                faults.append(unexpected_fault(error, subject=name, run=name))
    return records, faults


def _warnings(records: Sequence[RunRecord]) -> Iterator[str]:
    return (warning for record in records for warning in record.manifest["warnings"])


def _stresses(record: RunRecord) -> tuple[str, ...]:
    standings = recorded_standings(record.manifest["facts"])
    return tuple(name for name, each in standings.items() if each.is_stress)


def _code(states: Sequence[tuple[str, RunState]], faults: Sequence[BatchFault], limits: Sequence[LimitUse]) -> int:
    if faults or any(state is RunState.FAILED for _, state in states):
        return INCOMPLETE
    if any(use.state == NOT_EVALUATED for use in limits):
        return INCOMPLETE
    breached = any(use.state == BREACHED and use.severity == "hard" for use in limits)
    return LIMIT_BREACHED if breached else 0


def _worst(codes: Sequence[int]) -> int:
    return next((code for code in (INCOMPLETE, LIMIT_BREACHED) if code in codes), 0)
