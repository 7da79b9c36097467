"""One run of one date: left alone where its record stands, else resumed or begun, and recorded."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from engine.analysis.contributions.contributions import check_by
from engine.batch.blocks.block_files import MissingBlocksError, Share, Work, cells_of_block, run_blocks, simulate
from engine.batch.blocks.checkpoints import WORK, Checkpoints
from engine.batch.blocks.problem import problem_sha256
from engine.batch.blocks.workers import AbstractWorkers
from engine.batch.figures.limits import of_no_figure, unusable
from engine.batch.figures.run_figures import RunFigures, run_figures
from engine.batch.replacement import Replacement
from engine.batch.run_record import Spent, now, write_run
from engine.batch.sources import Day, Loaded, Source, load, source_of, stress_scenarios
from engine.errors import InputError
from engine.inputs.batch import Batch, BatchRun, recorded
from engine.record.atomic import write_json
from engine.record.chain import chain_of_blocks
from engine.record.correlations import Correlations
from engine.record.manifest import RecordedBlock, read_manifest
from engine.record.read import BatchFault, run_folder
from engine.record.tables import MANIFEST
from engine.risk.accumulate import TailAccumulator
from engine.risk.plan import TailPlan
from engine.risk.uncertainty.study import ParameterStudy
from engine.run.blocks import Progress
from engine.run.parameter_sets import UncertainScenario, parameter_studies, uncertain_scenarios
from engine.run.prepared import Prepared, PreparedRun, prepare
from engine.run.start import need_of, plan_of, say_of_until_se, wants_more_paths
from engine.sharing.program_digest import code
from engine.sharing.stop import Stop

PLAN = "plan.json"  # beside the checkpoints: what is under way


class RunState(Enum):
    """What became of a run."""

    RECORDED = "recorded before"
    DONE = "done"
    PARTIAL = "partial"  # a book is missing
    SHARE = "share done"
    FAILED = "failed"


def _about_nothing(_day: date, _run: str | None) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a batch is worked through."""

    workers: AbstractWorkers | None  # None: `merge`, which only takes together what is on disk
    share: Share | None  # None: all of it
    again: bool  # replace records that were made from other inputs, or changed since
    stop: Stop
    say: Callable[[str], None]
    progress: Progress
    about: Callable[[date, str | None], AbstractContextManager[None]] = _about_nothing  # what is in hand: date and run
    say_once: Callable[[str], None] = field(init=False)  # as `say`, but each message once

    def __post_init__(self) -> None:
        object.__setattr__(self, "say_once", once(self.say))


def once(say: Callable[[str], None]) -> Callable[[str], None]:
    """Return `say`, through which a message that every run has alike comes once."""
    seen: set[str] = set()

    def new_alone(message: str) -> None:
        if message not in seen:
            seen.add(message)
            say(message)

    return new_alone


def record_run(
    batch: Batch, day: Day, run: BatchRun, how: How, place: Replacement
) -> tuple[RunState, list[BatchFault]]:
    """Bring one run to its record, and say what was left out of it.

    Raises
    ------
    InputError
        Its inputs have faults, or a record of other inputs or one that was changed stands in the way.
    StoppedWorkError, BusyError
        It stops here and can go on later.
    RiskError
        It failed.
    """
    source = source_of(day, run)
    folder = run_folder(batch.out, day.valuation_date, run.name)
    standing = _standing(folder, how.again)
    if standing is not None and _is_good(standing, source):
        return _as_recorded(standing)
    if standing is not None and standing["complete"] and not how.again:
        raise InputError(f"the record of {run.name!r} stands, from other inputs: {_changed(standing, source)}; "
                         "start with --again to replace it, the old one is kept under superseded/")  # fmt: skip
    if standing is not None and how.share is None:  # it stands until the night that replaces it is whole
        folder = place.run_to_come(run.name)
        if (made := _standing(folder, True)) is not None and _is_good(made, source):
            place.names.add(run.name)
            return _as_recorded(made)
        shutil.rmtree(folder, ignore_errors=True)
    if how.share and run.until_se is not None:
        raise InputError("a run with `until_se` cannot be shared out: its number of paths is not known; set `paths`")
    loaded = load(day, source)
    _say_of_limits(batch, day, run, loaded, how)
    how.stop.check()
    prepared = prepare(run, loaded.inputs, how.say_once)
    check_by(prepared)
    uncertain = uncertain_scenarios(run, loaded.inputs, how.say_once)
    say_of_until_se(prepared, how.say_once)
    problem = problem_sha256(prepared)
    started, before = now(), time.perf_counter()
    tails, resumed = None, 0
    if prepared.drawn is not None:
        tails, resumed = _simulate(batch, day.valuation_date, run, prepared.drawn, problem, how)
    studies, resumed_sets = _studies(batch, day.valuation_date, run, prepared, uncertain, tails, problem, how)
    if how.share is not None:  # what is known whole is valued when the shares are merged
        return RunState.SHARE, list(loaded.faults)

    def say(message: str) -> None:
        how.say(f"{day.valuation_date} {run.name}: {message}")

    figures = run_figures(prepared, tails, studies, how.stop.check, say, simulate_s=time.perf_counter() - before)
    workers = how.workers.description() if how.workers else "shards"
    spent = Spent(
        workers=workers, started=started, simulate_s=time.perf_counter() - before, resumed_blocks=resumed + resumed_sets
    )
    correlations = day.correlations(batch.histories)
    faults = _record(batch, day, folder, source, loaded, prepared, tails, figures, correlations, problem, spent)
    if standing is not None:
        place.names.add(run.name)
    return (RunState.DONE if loaded.complete else RunState.PARTIAL), [*loaded.faults, *faults]


def _say_of_limits(batch: Batch, day: Day, run: BatchRun, loaded: Loaded, how: How) -> None:
    """Say which limits will find no figure: those that name this run, and with the last run those that name none."""
    day.figures.append(loaded.has(run))
    lost = list(unusable(batch.limits, run.name, loaded.has(run)))
    if len(day.figures) == len(batch.runs):
        lost += of_no_figure(batch.limits, day.figures)
    for warning in lost:
        how.say(f"{day.valuation_date} {run.name}: {warning}; it will not be evaluated")


def work_folder(out: Path, valuation_date: date, name: str) -> Path:
    """Return where a run's checkpoints are."""
    return out / WORK / run_folder(out, valuation_date, name).relative_to(out)


def _simulate(
    batch: Batch, valuation_date: date, run: BatchRun, prepared: Prepared, problem: str, how: How
) -> tuple[TailAccumulator | None, int]:
    """Return the run's tails, and how many blocks were there before; no tails when this was a share of them."""
    n_paths = run.n_paths
    work = Work(
        workers=how.workers, share=how.share, stop=how.stop, progress=how.progress, block_cells=batch.block_cells
    )
    resumed = 0
    while True:
        plan = plan_of(prepared, n_paths)
        folder = work_folder(batch.out, valuation_date, run.name) / problem[:16] / f"paths={n_paths}"
        kept = Checkpoints(folder, how.say)
        first, later = run_blocks(prepared, plan, cells_of_block(prepared, batch.block_cells))
        if how.workers is not None:
            _begin(folder, problem, n_paths, len(first) + len(later))
        found = kept.count()
        resumed += found
        how.say(
            f"{valuation_date} {run.name}: {need_of(prepared, plan)}; blocks: {len(first) + len(later)}"
            f"{f', {found} of them kept from before' if found else ''}"
        )
        tails = _simulated(prepared, plan, kept, work, folder)
        if tails is None or not wants_more_paths(prepared, tails, how.say):
            return tails, resumed
        n_paths *= 2


def _studies(
    batch: Batch,
    valuation_date: date,
    run: BatchRun,
    prepared: PreparedRun,
    uncertain: Sequence[UncertainScenario],
    tails: TailAccumulator | None,
    problem: str,
    how: How,
) -> tuple[tuple[ParameterStudy, ...], int]:
    """Return the studies of uncertain parameters, and how many blocks of their sets were there before.

    Blocks of each program of sets are kept in a folder of its own beside those of the run; none are left of a study
    when this was one share of them.
    """
    home, n_paths, resumed = work_folder(batch.out, valuation_date, run.name) / problem[:16], run.n_paths, 0
    if tails is not None:
        n_paths = tails.plan.n_paths
    work = Work(
        workers=how.workers, share=how.share, stop=how.stop, progress=how.progress, block_cells=batch.block_cells
    )

    def draw(chunk: PreparedRun, drawn: Prepared, n_paths: int) -> TailAccumulator | None:
        nonlocal resumed
        own, plan = problem_sha256(chunk), plan_of(drawn, n_paths)
        kept = Checkpoints(home / f"sets={own[:16]}" / f"paths={n_paths}", how.say)
        first, later = run_blocks(drawn, plan, cells_of_block(drawn, batch.block_cells))
        if how.workers is not None:
            _begin(kept.folder, own, n_paths, len(first) + len(later))
        resumed += kept.count()
        how.say_once(f"{valuation_date} {run.name}: sets of parameters: {need_of(drawn, plan)}")
        return simulate(drawn, plan, kept, work)

    return parameter_studies(prepared, uncertain, n_paths, draw), resumed


def _simulated(
    prepared: Prepared, plan: TailPlan, kept: Checkpoints, work: Work, folder: Path
) -> TailAccumulator | None:
    """Do as `simulate`; where blocks are missing, say whether others computed something else."""
    try:
        return simulate(prepared, plan, kept, work)
    except MissingBlocksError as missing:
        others = [each.name for each in folder.parents[1].glob("*/") if each != folder.parent]
        if not others:
            raise
        raise MissingBlocksError(
            f"{missing}; but there are blocks of another problem, {', '.join(others)}: a shard had other inputs or "
            "another program"
        ) from None


def _record(
    batch: Batch,
    day: Day,
    folder: Path,
    source: Source,
    loaded: Loaded,
    prepared: PreparedRun,
    tails: TailAccumulator | None,
    figures: RunFigures,
    correlations: Correlations,
    problem: str,
    spent: Spent,
) -> list[BatchFault]:
    stressed, faults = stress_scenarios(batch, day, source)
    write_run(
        folder,
        source,
        loaded,
        prepared,
        figures,
        correlations,
        problem=problem,
        blocks=_chain(prepared, tails, problem, batch.block_cells),
        stressed=stressed,
        faults=[*loaded.faults, *faults],
        spent=spent,
    )
    return faults


def _chain(
    prepared: PreparedRun, tails: TailAccumulator | None, problem: str, block_cells: int | None
) -> list[RecordedBlock]:
    """Return the chain of the blocks that were drawn; none where nothing was."""
    if prepared.drawn is None or tails is None:
        return []
    first, later = run_blocks(prepared.drawn, tails.plan, cells_of_block(prepared.drawn, block_cells))
    return chain_of_blocks(tails, [*first, *later], problem)


def _begin(folder: Path, problem: str, n_paths: int, n_blocks: int) -> None:
    """Leave word of what is under way, once."""
    if not (folder / PLAN).exists():
        write_json(folder / PLAN, {"problem_sha256": problem, "n_paths": n_paths, "n_blocks": n_blocks})


def _as_recorded(manifest: Mapping[str, Any]) -> tuple[RunState, list[BatchFault]]:
    faults = [BatchFault(**fault) for fault in manifest["faults"]]
    return (RunState.RECORDED if manifest["complete"] else RunState.PARTIAL), faults


def _standing(folder: Path, again: bool) -> Mapping[str, Any] | None:
    """Return the manifest of a run that exists. Raises InputError when it was changed and is not to be replaced."""
    if not (folder / MANIFEST).exists():
        return None
    try:
        return read_manifest(folder)
    except InputError:
        if again:
            return {"complete": False, "fingerprint": ""}
        raise


def _is_good(standing: Mapping[str, Any], source: Source) -> bool:
    """Return whether a record answers the same question. One with a book missing does so for the same program only."""
    same = bool(standing["fingerprint"] == source.fingerprint)
    return same and (standing["complete"] or standing["code"] == code())


def _changed(standing: Mapping[str, Any], source: Source) -> str:
    """Return what differs between a record's inputs and those on disk, in words."""
    books = {book["name"]: book["sha256"] for book in standing["books"]}
    here = {file.name: file.sha256 for file in source.books}
    scenarios = {each["name"]: each["sha256"] for each in standing["scenarios"]}
    now_known = {each["name"]: each["sha256"] for each in source.scenarios}
    config = recorded(source.run)
    found = ["market"] if standing["market"]["sha256"] != source.market_sha256 else []
    found += [f"book {name}" for name in sorted({*books, *here}) if books.get(name) != here.get(name)]
    found += [f"scenario {name}" for name in now_known if now_known[name] != scenarios.get(name)]
    found += [f"`{key}`" for key in config if config[key] != standing["config"].get(key)]
    return ", ".join(found) + " changed"
