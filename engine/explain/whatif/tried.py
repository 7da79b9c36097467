"""Candidate trades tried on a run, or on a recorded night."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from engine.analysis.whatif.warm_run import WarmRun, warm_run
from engine.analysis.whatif.whatif import Tried, WhatIf, try_trades
from engine.batch.reproduce import recorded_day
from engine.batch.sources import load, source_of
from engine.errors import InputError
from engine.explain.whatif.limit_changes import LimitChange, limit_changes
from engine.inputs.batch import read_batch, run_from_record
from engine.inputs.book.several import load_books
from engine.inputs.limit_file import load_limits
from engine.inputs.limits import Limit
from engine.inputs.opened import Opened
from engine.inputs.run import RunConfig
from engine.record.intact_files import MEND_NIGHT, read_sealed
from engine.record.manifest import manifest_of
from engine.record.read import RunRecord, read_run
from engine.record.tables import MANIFEST, NIGHT
from engine.run.blocks import Progress
from engine.run.load import Inputs, inputs_of

Found = tuple[WhatIf, tuple[LimitChange, ...]]
Say = Callable[[str], None]


def on_a_run(
    trades: Path | Opened, config: RunConfig, inputs: Inputs, limits: Path | None, progress: Progress, say: Say
) -> Found:
    """Try trades on a run of these settings and inputs.

    Raises InputError where an input is bad, or the settings ask for what one call on common paths cannot do.
    """
    held = load_limits(limits) if limits is not None else ()
    return _held_to(held, try_trades(trades, config, inputs, progress, say), say)


def _held_to(held: Sequence[Limit], tried: Tried, say: Say) -> Found:
    """Hold a run that is not recorded to limits, but for those on single books that the trades do not move."""
    books = (*dict.fromkeys(tried.inputs.book.books),)
    on_books = [each for each in held if not _moves(each, tried) and any(_is_on(each, name) for name in books)]
    if on_books:
        names = ", ".join(str(each.name) for each in on_books)
        say(f"left out are limits on single books, which the trades do not move: {names}")
    kept = [each for each in held if each not in on_books]
    return tried.found, limit_changes(kept, tried, None) if kept else ()


def on_a_night(trades: Path | Opened, folder: Path, progress: Progress, say: Say) -> Found:
    """Try trades on a recorded run, with its own settings, inputs and limits.

    Raises
    ------
    InputError
        It is no record, an input of it is not there any more, or its total's P&L does not come out as it was recorded.
    """
    if not (folder / MANIFEST).exists():
        raise InputError(
            f"{str(folder)!r} holds no manifest.json; give a recorded run's own folder:"
            " OUT/valuation_date=DATE/run=NAME"
        )
    record = read_run(folder)
    config, inputs = recorded_run(record, folder)
    tried = try_trades(trades, config, inputs, progress, say)
    _check_as_recorded(tried, record, folder)
    held = _limits_of_night(record, folder, say)
    return tried.found, limit_changes(held, tried, record) if held else ()


def recorded_run(record: RunRecord, folder: Path) -> tuple[RunConfig, Inputs]:
    """Return the settings of a recorded run, with the paths it took, and its inputs from where they were.

    Raises InputError where an input is not there any more.
    """
    manifest = manifest_of(record.manifest, folder / MANIFEST)
    run = run_from_record(manifest["config"])
    day = recorded_day(manifest)
    inputs = load(day, source_of(day, run)).inputs
    return run.model_copy(update={"n_paths": int(manifest["facts"]["n_paths"])}), inputs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NightOnCall:
    """A recorded run kept in memory, on which trades are tried one set after another."""

    folder: Path
    record: RunRecord
    config: RunConfig
    inputs: Inputs
    limits: tuple[Limit, ...]
    warm: WarmRun
    is_as_recorded: bool  # False: its books are others than the night's


def night_on_call(folder: Path, books: Sequence[Path], progress: Progress, say: Say) -> NightOnCall:
    """Keep a recorded run in memory, with its own books or others.

    books   files of the other books, valued in the night's market; none: the night's own

    Raises as `on_a_night`.
    """
    record = read_run(folder)
    config, inputs = recorded_run(record, folder)
    if books:
        others = load_books(tuple(books), inputs.market.valuation_date)
        inputs = inputs_of(inputs.market, others, inputs.scenarios, config, market_sha256=inputs.sha256["market"])
    limits = _limits_of_night(record, folder, say)
    warm = warm_run(config, inputs, progress, say)
    if not books:
        _check_digests(warm.sha256, record, folder)
    return NightOnCall(
        folder=folder,
        record=record,
        config=config,
        inputs=inputs,
        limits=limits,
        warm=warm,
        is_as_recorded=not books,
    )


def on_call(trades: Path | Opened, night: NightOnCall, say: Say) -> Found:
    """Try trades on a run that is kept in memory: the figures of `on_a_night`. Raises InputError where they are bad."""
    tried = try_trades(trades, night.config, night.inputs, lambda done, total: None, say, night.warm)
    if not night.is_as_recorded:
        return _held_to(night.limits, tried, say)
    return tried.found, limit_changes(night.limits, tried, night.record) if night.limits else ()


def check_alone(given: Sequence[str]) -> None:
    """Refuse what stands beside --night. Raises InputError."""
    if given:
        raise InputError(f"--night has its own settings: leave out {', '.join(given)}; or give these without --night")


def check_settings(config: RunConfig) -> None:
    """Refuse settings that ask for what one call on common paths cannot do. Raises InputError."""
    for name in ("until_se", "parameters", "out"):
        if getattr(config, name) is not None:
            raise InputError(f"{name}: candidate trades are tried on a number of paths and one set of parameters alone,"
                             " and printed: leave it out")  # fmt: skip


def _check_as_recorded(tried: Tried, record: RunRecord, folder: Path) -> None:
    """Refuse a night whose total has other bits now: its figures would not be those before the trades."""
    _check_digests({each.scenario: each.sha256_before for each in tried.found.scenarios}, record, folder)


def _check_digests(now: Mapping[str, str], record: RunRecord, folder: Path) -> None:
    """Refuse digests of totals, by scenario, that are not the record's. Raises InputError."""
    then = {row.scenario: row.pnl_sha256 for row in record.results if not row.scope.startswith("book:")}
    other = [name for name, digest in now.items() if then.get(name) != digest]
    if other:
        raise InputError(
            f"{folder}: the P&L of {', '.join(other)} is not what was recorded: an input or the program has changed;"
            f" `unwind reproduce {folder}` says what, and `unwind batch run --again` records the night anew"
        )


def _limits_of_night(record: RunRecord, folder: Path, say: Say) -> tuple[Limit, ...]:
    """Return the limits of the batch that a night was closed with, those that are held against this run."""
    path = folder.parent / NIGHT
    if not path.exists():
        say("the night is not closed yet: it has no limits")
        return ()
    batch = read_sealed(path, MEND_NIGHT)["batch"]
    try:
        found = read_batch(Path(batch["path"]), dates=[str(record.manifest["valuation_date"])])
    except InputError as error:
        say(f"limits are left out, for the batch file cannot be read: {error}")
        return ()
    if found.sha256 != batch["sha256"]:
        say(f"limits are those of {batch['path']} as it is now: it was changed since the night was closed")
    return tuple(each for each in found.limits if each.run is None or fnmatchcase(record.name, each.run))


def _is_on(limit: Limit, book: str) -> bool:
    return fnmatchcase(f"book:{book}", limit.scope)


def _moves(limit: Limit, tried: Tried) -> bool:
    """Return whether a limit is on the total, or on a book of the trades."""
    own = {each.book for each in tried.found.trades}
    return fnmatchcase("total", limit.scope) or any(_is_on(limit, name) for name in own)
