"""What a batch will take, before it runs: blocks, memory, disk and, from one block, time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from engine.batch.blocks.block_files import cells_of_block, run_blocks
from engine.batch.blocks.checkpoints import Checkpoints
from engine.batch.blocks.problem import problem_sha256
from engine.batch.extras import missing_extras
from engine.batch.figures.limits import AvailableFigures, held_by_default, of_no_figure, of_no_run, unusable
from engine.batch.one_run import PLAN, once, work_folder
from engine.batch.record_lock import check_writable
from engine.batch.sources import Day, Loaded, day_of, load, no_night, source_of, stress_scenarios
from engine.batch.unexpected import described
from engine.errors import InputError
from engine.inputs.batch import Batch, BatchRun
from engine.risk.accumulate import TailAccumulator
from engine.risk.plan import TailPlan
from engine.run.backend import device_errors
from engine.run.parameter_sets import chunks, n_chunks, uncertain_scenarios
from engine.run.prepared import Prepared, PreparedRun, prepare
from engine.run.start import plan_of
from kernels.base import CELL, CellRange


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run of one date."""

    valuation_date: date
    run: str
    n_paths: int  # that are drawn; with until_se, of the first round; 0: none, all scenarios are exact
    n_rows: int  # scenarios that are drawn, and sets of parameters, x (books and total)
    n_blocks: int
    n_kept: int  # blocks on disk already
    bytes: int  # host memory at most
    disk_bytes: int  # of the checkpoints, about
    seconds: float | None  # of simulation, from one block; None: not timed
    exact: tuple[str, ...]  # scenarios whose every move is valued: no blocks, and a moment's work


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A batch."""

    runs: tuple[PlannedRun, ...]
    faults: tuple[str, ...]  # of inputs, limits and `out`: these runs would fail, or lack a book or a limit
    warnings: tuple[str, ...]  # of inputs and limits: what they may hold, but is worth knowing; each once


def planned(batch: Batch, say: Callable[[str], None], *, probe: bool) -> Planned:
    """Load every run of a batch and plan it; with `probe`, time one block of it."""
    faults = [f"limit: {fault}" for fault in batch.limit_faults]
    faults += of_no_run(batch.limits, [run.name for run in batch.runs])
    faults += missing_extras(batch)
    try:
        check_writable(batch.out)
    except InputError as error:
        faults.append(str(error))
    warnings = [*held_by_default(batch.limits)]
    say_once = once(say)
    runs: list[PlannedRun] = []
    for night in batch.nights:
        valuation_date = night.day
        warnings += [f"{valuation_date}: {note}" for note in (no_night(batch, night), night.notice) if note]
        if no_night(batch, night) is not None:
            continue
        day = day_of(batch, valuation_date)
        figures: list[AvailableFigures] = []
        for run in batch.runs:
            try:
                each, found, warned, has = _planned(batch, day, run, say_once, probe=probe)
            except InputError as error:
                faults.append(f"{valuation_date} {run.name}: {error}")
                continue
            except Exception as error:
                faults.append(f"{valuation_date} {run.name}: {described(error)}")
                continue
            runs.append(each)
            figures.append(has)
            faults += [f"{valuation_date} {error}" for error in found]
            warnings += warned
        faults += [f"{valuation_date} {error}" for error in of_no_figure(batch.limits, figures)]
    return Planned(runs=tuple(runs), faults=tuple(dict.fromkeys(faults)), warnings=tuple(dict.fromkeys(warnings)))


def _planned(
    batch: Batch, day: Day, run: BatchRun, say: Callable[[str], None], *, probe: bool
) -> tuple[PlannedRun, list[str], tuple[str, ...], AvailableFigures]:
    """Return the plan, what is wrong with inputs and limits, the inputs' warnings, and what limits will find."""
    source = source_of(day, run)
    loaded = load(day, source)
    _, limit_faults = stress_scenarios(batch, day, source)
    prepared = prepare(run, loaded.inputs, say)
    found = PlannedRun(
        valuation_date=day.valuation_date,
        run=run.name,
        n_paths=0,
        n_rows=0,
        n_blocks=0,
        n_kept=0,
        bytes=_whole_bytes(prepared.whole) if prepared.whole else 0,
        disk_bytes=0,
        seconds=0.0 if probe else None,
        exact=prepared.whole.inputs.names if prepared.whole else (),
    )
    if prepared.drawn is not None:
        work = work_folder(batch.out, day.valuation_date, run.name) / problem_sha256(prepared)[:16]
        found = _with_drawn(found, batch, prepared.drawn, work, say, probe=probe)
    found = _with_sets(found, batch, prepared, run, loaded, say, probe=probe)
    faults = [f"{fault.kind} {fault.subject}: {fault.message}" for fault in (*loaded.faults, *limit_faults)]
    faults += [f"{run.name}: {error}" for error in unusable(batch.limits, run.name, loaded.has(run))]
    return found, faults, loaded.inputs.warnings, loaded.has(run)


def _with_drawn(
    found: PlannedRun, batch: Batch, drawn: Prepared, work: Path, say: Callable[[str], None], *, probe: bool
) -> PlannedRun:
    """Return a plan with what is drawn; `work` holds its checkpoints, by the number of paths."""
    plan, size = plan_of(drawn, drawn.config.n_paths), cells_of_block(drawn, batch.block_cells)
    n_blocks = sum(map(len, run_blocks(drawn, plan, size)))
    block_bytes = drawn.backend.block_bytes(drawn.program, min(plan.n_paths, size * CELL))
    return replace(
        found,
        n_paths=plan.n_paths,
        n_rows=plan.n_rows,
        n_blocks=n_blocks,
        n_kept=Checkpoints(work / f"paths={plan.n_paths}", say).count(),
        bytes=max(found.bytes, plan.bytes + 2 * block_bytes),
        disk_bytes=_disk_bytes(plan, n_blocks),
        seconds=_seconds(drawn, plan, size) if probe else None,
    )


def _with_sets(
    found: PlannedRun,
    batch: Batch,
    prepared: PreparedRun,
    run: BatchRun,
    loaded: Loaded,
    say: Callable[[str], None],
    *,
    probe: bool,
) -> PlannedRun:
    """Return a plan with the sets of parameters that a run asks for, each program of them taken to be as the first."""
    home = work_folder(batch.out, found.valuation_date, run.name) / problem_sha256(prepared)[:16]
    for scenario in uncertain_scenarios(run, loaded.inputs, say):
        drawn, n = next(chunks(prepared, scenario)).drawn, n_chunks(prepared, [scenario])
        if drawn is not None:
            alone = _with_drawn(found, batch, drawn, home / "sets=planned", say, probe=probe)
            found = replace(
                found,
                n_rows=found.n_rows + len(scenario.inputs.names) * (1 + len(drawn.packed.books)),
                n_blocks=found.n_blocks + n * alone.n_blocks,
                bytes=max(found.bytes, alone.bytes),
                disk_bytes=found.disk_bytes + n * alone.disk_bytes,
                seconds=None if found.seconds is None else found.seconds + n * (alone.seconds or 0.0),
            )
    kept = [path.parent for path in home.glob(f"sets=*/paths=*/{PLAN}")]
    return replace(found, n_kept=found.n_kept + sum(Checkpoints(path, say).count() for path in kept))


def _whole_bytes(whole: Prepared) -> int:
    """Return the memory that the moves of exact scenarios take: their P&L, and as much again while it is made."""
    return 2 * 8 * whole.program.n_rows * int(whole.n_moves.sum())


def _disk_bytes(plan: TailPlan, n_blocks: int) -> int:
    """Return the bytes of all checkpoints at most: in the pilot a block keeps a tail of its own at worst."""
    per_cell = plan.n_cells * plan.n_rows * 8 * (4 + 3 * (len(plan.quantiles) + 1))
    kept = min(plan.keep * n_blocks, plan.pilot_cells * CELL) + plan.kept_beyond
    return per_cell + 8 * plan.n_rows * kept + 4096 * n_blocks


def _seconds(prepared: Prepared, plan: TailPlan, size: int) -> float:
    """Return the time of all blocks if each takes what the first takes, kernels being compiled."""
    brackets = TailAccumulator(plan, prepared.program.centre).brackets()
    block = CellRange(first=0, n=min(size, plan.n_cells), n_paths=plan.n_paths)
    with device_errors():
        prepared.backend.reduce(prepared.program, CellRange(first=0, n=1, n_paths=plan.n_paths), brackets)
        start = time.perf_counter()
        prepared.backend.reduce(prepared.program, block, brackets)
    return (time.perf_counter() - start) * plan.n_paths / block.paths.n
