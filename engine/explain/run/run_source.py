"""The run that is explained: by settings, simulated now, or a recorded one, made ready again as it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.batch.blocks.problem import problem_sha256
from engine.batch.reproduce import changes_since, recorded_day
from engine.batch.sources import load, source_of
from engine.errors import InputError, did_you_mean
from engine.inputs.batch import run_from_record
from engine.inputs.run import MAX_PATHS, RunConfig
from engine.record.manifest import Manifest, read_intact
from engine.record.read import night_folder, nights, run_of
from engine.record.tables import MANIFEST
from engine.risk.results import ScopeResult
from engine.run.backend import device_errors
from engine.run.blocks import Progress, simulate
from engine.run.load import load_inputs
from engine.run.prepared import Prepared, PreparedRun, prepare
from engine.run.run_result import drawn_results
from engine.run.sampling.sampler_checks import check_plain
from engine.run.start import FinishedRun, plan_of, wants_more_paths
from engine.run.whole_scenarios import WholeScenario, whole_scenarios

TOTALS = ("total", "partial")  # what the sum over books is called, where books are missing too


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadyRun:
    """A run up to its first path, by which any path of it can be walked again."""

    prepared: PreparedRun
    n_paths: int  # of what is drawn

    def place_of(self, scenario: str) -> tuple[Prepared, int]:
        """Return the part of the run that has a scenario, and the scenario's number there.

        Raises InputError where the run has no scenario of that name.
        """
        names = self.prepared.inputs.names
        for part in self.prepared.parts:
            if scenario in part.inputs.names:
                return part, part.inputs.names.index(scenario)
        raise InputError(
            f"the run has no scenario {scenario!r}{did_you_mean(scenario, names)}; it has {', '.join(names)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredRun:
    """A run with its figures."""

    ready: ReadyRun
    totals: tuple[ScopeResult, ...]  # one a scenario, in its order
    whole: tuple[WholeScenario, ...]  # scenarios whose every move is valued


def ready_by_settings(config: RunConfig, say: Callable[[str], None]) -> ReadyRun:
    """Make a run ready by its settings. Raises as `engine.run.start.run`."""
    n_paths = config.n_paths if config.until_se is None else MAX_PATHS  # one that doubles them may have as many
    return ReadyRun(prepared=prepare(config, load_inputs(config), say), n_paths=n_paths)


def ready_as_recorded(path: Path, run: str | None, say: Callable[[str], None]) -> ReadyRun:
    """Make a recorded run ready again, from the inputs where its manifest names them.

    path   of the run's folder or manifest, or of the folder of its night or record
    run    its name, where the night has several

    Raises
    ------
    InputError
        There is no such run, or an input or the program was changed since: its paths would be others.
    """
    folder = recorded_folder(path, run)
    return _ready(read_intact(folder, ()).manifest, folder, say)


def measured_by_settings(config: RunConfig, progress: Progress, say: Callable[[str], None]) -> MeasuredRun:
    """Simulate a run and keep what its figures are read from. Raises as `engine.run.start.run`."""
    ready = ready_by_settings(config, say)
    drawn, n_paths, rows = ready.prepared.drawn, config.n_paths, tuple[ScopeResult, ...]()
    if drawn is not None:
        while True:
            with device_errors():
                tails = simulate(drawn.backend, drawn.program, plan_of(drawn, n_paths), progress)
            if not wants_more_paths(drawn, tails, say):
                break
            n_paths *= 2
        rows = drawn_results(drawn, tails)
    return _measured(replace(ready, n_paths=n_paths), rows, say)


def measured_as_finished(run: FinishedRun) -> MeasuredRun:
    """Return a run that was made in this process, with its figures: nothing is simulated again.

    Raises InputError where a sampler drew it.
    """
    check_plain(run.prepared.config)
    ready = ReadyRun(prepared=run.prepared, n_paths=run.result.run.n_paths)
    return _of_rows(ready, run.result.results, run.whole)


def measured_as_recorded(path: Path, run: str | None, say: Callable[[str], None]) -> MeasuredRun:
    """Return a recorded run with its recorded figures. Raises as `ready_as_recorded`."""
    folder = recorded_folder(path, run)
    intact = read_intact(folder)
    return _measured(_ready(intact.manifest, folder, say), run_of(intact).results, say)


def recorded_folder(path: Path, run: str | None) -> Path:
    """Return the folder of a recorded run: of itself, of its manifest, or of a night or a record that holds one run.

    Raises InputError where there is none, or several and none is named.
    """
    if path.name == MANIFEST:
        path = path.parent
    if (path / MANIFEST).is_file():
        if run is not None and path.name != f"run={run}":
            raise InputError(f"{str(path)!r} is a run of its own, not {run!r}; leave --run out, or name its night")
        return path
    if not path.is_dir():
        raise InputError(
            f"there is no record {str(path)!r}; give a recorded run's folder, OUT/valuation_date=DATE/run=NAME"
        )
    night = path
    if dates := nights(path):
        if len(dates) > 1:
            raise InputError(
                f"{str(path)!r} holds {len(dates)} nights; give one, such as {night_folder(path, dates[-1])}"
            )
        night = night_folder(path, dates[0])
    names = sorted(each.parent.name.removeprefix("run=") for each in night.glob(f"run=*/{MANIFEST}"))
    if not names:
        raise InputError(f"{str(path)!r} holds no recorded run; give a folder that `unwind batch run` wrote")
    if run is None and len(names) > 1:
        raise InputError(f"{str(night)!r} holds the runs {', '.join(names)}; choose one with --run NAME")
    if run is not None and run not in names:
        raise InputError(
            f"the night {str(night)!r} has no run {run!r}{did_you_mean(run, names)}; it has {', '.join(names)}"
        )
    return night / f"run={names[0] if run is None else run}"


def _ready(manifest: Manifest, folder: Path, say: Callable[[str], None]) -> ReadyRun:
    for key in ("config", "books", "problem_sha256"):
        if key not in manifest:
            raise InputError(f"{folder / MANIFEST} is no run's manifest: it has no {key!r}")
    run, day = run_from_record(manifest["config"]), recorded_day(manifest)
    prepared = prepare(run, load(day, source_of(day, run)).inputs, say)
    problem = problem_sha256(prepared)
    if problem != manifest["problem_sha256"]:
        changes = "; ".join(changes_since(manifest, day, prepared, problem))
        raise InputError(
            f"{folder} was made from something else, so that its paths are others now: {changes}; put it back, or run"
            " the night again"
        )
    return ReadyRun(prepared=prepared, n_paths=int(manifest["facts"]["n_paths"]))


def _measured(ready: ReadyRun, drawn: tuple[ScopeResult, ...], say: Callable[[str], None]) -> MeasuredRun:
    prepared = ready.prepared
    whole = whole_scenarios(prepared.whole, say) if prepared.whole is not None else ()
    return _of_rows(ready, (*drawn, *(row for each in whole for row in each.results)), whole)


def _of_rows(ready: ReadyRun, rows: Sequence[ScopeResult], whole: tuple[WholeScenario, ...]) -> MeasuredRun:
    names = ready.prepared.inputs.names
    totals = {row.scenario: row for row in reversed(rows) if row.scope in TOTALS}
    return MeasuredRun(ready=ready, totals=tuple(totals[name] for name in names), whole=whole)
