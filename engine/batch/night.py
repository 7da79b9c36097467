"""A batch from its first date to its last: what is recorded is left alone, what is begun goes on, the rest is made."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from engine.batch.blocks.checkpoints import WORK, remove_parts, remove_work
from engine.batch.blocks.stop import InterruptedBatchError
from engine.batch.figures.limits import of_no_run, use_limits
from engine.batch.one_run import How, RunState, record_run
from engine.batch.record_lock import one_of_shards, only_writer
from engine.batch.run_record import INCOMPLETE, now
from engine.batch.sources import Day, day_of
from engine.errors import BusyError, InputError, RiskError
from engine.inputs.batch import Batch, BatchRun
from engine.record.file_mode import written_with
from engine.record.night_file import write_night
from engine.record.read import (
    BREACHED,
    NOT_EVALUATED,
    BatchFault,
    LimitUse,
    RunRecord,
    night_folder,
    read_run,
    run_folder,
)
from engine.record.tables import MANIFEST, SCHEMA_VERSION

LIMIT_BREACHED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NightOutcome:
    """What became of one date."""

    valuation_date: date
    runs: tuple[tuple[str, RunState], ...]
    faults: tuple[BatchFault, ...]
    limits: tuple[LimitUse, ...]
    warnings: tuple[str, ...]  # of the runs' inputs, each once; of a share, none
    exit_code: int
    sha256: str | None = None  # of the night's file, and with it of all its runs' records; of a share, none


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a batch."""

    batch: Batch
    nights: tuple[NightOutcome, ...]
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
    with written_with(batch.umask), _lock(batch, how):
        if how.share is None:
            remove_parts(batch.out)
        try:
            for valuation_date in batch.dates:
                done.append(_night(batch, valuation_date, how))
        except (InterruptedBatchError, BusyError) as stopped:
            message, code = str(stopped), stopped.exit_code
    return Outcome(
        batch=batch,
        nights=tuple(done),
        exit_code=code or _worst([night.exit_code for night in done]),
        message=message,
        elapsed_s=time.monotonic() - start,
    )


def summary(outcome: Outcome) -> dict[str, Any]:
    """Return the batch in one object, for the last line on stdout."""
    return {
        "batch": str(outcome.batch.path),
        "out": str(outcome.batch.out),
        "exit_code": outcome.exit_code,
        "message": outcome.message,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "nights": [
            {
                "valuation_date": night.valuation_date.isoformat(),
                "sha256": night.sha256,
                "exit_code": night.exit_code,
                "runs": {name: state.value for name, state in night.runs},
                "faults": [asdict(fault) for fault in night.faults],
                "warnings": list(night.warnings),
                "limits_breached": [use.name for use in night.limits if use.state == BREACHED],
                "limits_not_evaluated": [use.name for use in night.limits if use.state == NOT_EVALUATED],
            }
            for night in outcome.nights
        ],
    }


def _lock(batch: Batch, how: How) -> AbstractContextManager[None]:
    if how.share is not None:
        return one_of_shards(batch.out, *how.share)
    return only_writer(batch.out, f"batch {batch.path.name}")


def _night(batch: Batch, valuation_date: date, how: How) -> NightOutcome:
    day = day_of(batch, valuation_date)
    states: list[tuple[str, RunState]] = []
    faults = [BatchFault(kind="limit", subject=batch.path.name, message=str(fault)) for fault in batch.limit_faults]
    for run in batch.runs:
        state, found = _attempt(batch, day, run, how)
        states.append((run.name, state))
        faults += found
    faults = list(dict.fromkeys(faults))
    if how.share is not None:
        failed = any(state is RunState.FAILED for _, state in states)
        return NightOutcome(
            valuation_date=valuation_date,
            runs=tuple(states),
            faults=tuple(faults),
            limits=(),
            warnings=(),
            exit_code=INCOMPLETE if failed else 0,
        )
    return _closed(batch, valuation_date, states, faults)


def _attempt(batch: Batch, day: Day, run: BatchRun, how: How) -> tuple[RunState, list[BatchFault]]:
    """Do one run; whatever is wrong with it becomes a fault, so that the others go on."""
    try:
        how.stop.check()
        return record_run(batch, day, run, how)
    except (InterruptedBatchError, BusyError):
        raise
    except RiskError as error:
        how.say(f"{day.valuation_date} {run.name}: failed: {error}")
        return RunState.FAILED, [_fault(day, run, error)]
    except (OSError, MemoryError) as error:
        how.say(f"{day.valuation_date} {run.name}: failed: {error!r}")
        return RunState.FAILED, [BatchFault(kind="run", subject=run.name, run=run.name, message=repr(error))]


def _fault(day: Day, run: BatchRun, error: RiskError) -> BatchFault:
    """Name a fault of the market once, as the date's; another is the run's."""
    try:
        day.market()
    except InputError as refusal:
        return BatchFault(kind="market", subject=day.valuation_date.isoformat(), message=str(refusal))
    return BatchFault(kind="run", subject=run.name, run=run.name, message=str(error))


def _closed(
    batch: Batch, valuation_date: date, states: Sequence[tuple[str, RunState]], faults: Sequence[BatchFault]
) -> NightOutcome:
    """Evaluate the limits on the record, and write the night's file where it says something new."""
    home = night_folder(batch.out, valuation_date)
    names = [name for name, _ in states]
    records, damaged = _records(batch, valuation_date, names)
    faults = list(dict.fromkeys([*faults, *damaged]))
    digests = {record.name: record.manifest["sha256"] for record in records}
    limits = use_limits(batch.limits, records, [name for name in names if name not in digests])
    outcome = NightOutcome(
        valuation_date=valuation_date,
        runs=tuple(states),
        faults=tuple(faults),
        limits=limits,
        warnings=tuple(dict.fromkeys(warning for record in records for warning in record.manifest["warnings"])),
        exit_code=_code(states, faults, limits),
    )
    complete = {record.name: record.manifest["complete"] for record in records}
    content = {
        "schema": SCHEMA_VERSION,
        "valuation_date": valuation_date.isoformat(),
        "complete": outcome.exit_code != INCOMPLETE,
        "exit_code": outcome.exit_code,
        "batch": {"path": str(batch.path), "sha256": batch.sha256},
        "runs": [
            {
                "name": name,
                "state": {True: "complete", False: "partial", None: "failed"}[complete.get(name)],
                "manifest_sha256": digests.get(name),
            }
            for name in names
        ],
        "faults": [asdict(fault) for fault in faults],
        "limits": [asdict(use) for use in limits],
        "realised": str(batch.realised) if batch.realised else None,
    }
    digest = write_night(batch.out, valuation_date, content, finished=now())
    for name, state in states:
        if state is not RunState.FAILED:
            work = batch.out / WORK / home.name / f"run={name}"
            remove_work(work, batch.out)
    return replace(outcome, sha256=digest)


def _records(batch: Batch, valuation_date: date, names: Sequence[str]) -> tuple[list[RunRecord], list[BatchFault]]:
    """Return the runs that have a sound record, and faults of those whose record was changed."""
    records, faults = [], []
    for name in names:
        folder = run_folder(batch.out, valuation_date, name)
        if (folder / MANIFEST).exists():
            try:
                records.append(read_run(folder))
            except InputError as error:
                faults.append(BatchFault(kind="run", subject=name, run=name, message=str(error)))
    return records, faults


def _code(states: Sequence[tuple[str, RunState]], faults: Sequence[BatchFault], limits: Sequence[LimitUse]) -> int:
    if faults or any(state is RunState.FAILED for _, state in states):
        return INCOMPLETE
    if any(use.state == NOT_EVALUATED for use in limits):
        return INCOMPLETE
    breached = any(use.state == BREACHED and use.severity == "hard" for use in limits)
    return LIMIT_BREACHED if breached else 0


def _worst(codes: Sequence[int]) -> int:
    return next((code for code in (INCOMPLETE, LIMIT_BREACHED) if code in codes), 0)
