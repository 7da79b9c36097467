"""One run from its settings to its result: load, prepare, value what is known whole, simulate the rest, measure."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.inputs.run import MAX_PATHS, RunConfig
from engine.risk.accumulate import TailAccumulator
from engine.risk.components import WorstPaths, no_worst_paths
from engine.risk.plan import TailPlan, plan_tails
from engine.risk.results import RunResult
from engine.risk.uncertainty.study import ParameterStudy
from engine.run.backend import device_errors
from engine.run.blocks import Progress, block_cells, simulate
from engine.run.load import load_inputs
from engine.run.parameter_sets import UncertainScenario, n_chunks, parameter_studies, uncertain_scenarios
from engine.run.prepared import Prepared, PreparedRun, prepare
from engine.run.run_result import drawn_results, result_of, totals_error
from engine.run.sampling.sampled_scenarios import SampledScenario, fits, sampled_scenarios
from engine.run.table_errors import table_note
from engine.run.whole_scenarios import WholeScenario, whole_scenarios
from kernels.base import CELL

TAIL_BYTES = 2**30  # host memory that tails may take; fixed, since the last bits of ES depend on how they are kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FinishedRun:
    """A run's result, with what it was made from: its paths can be walked again."""

    prepared: PreparedRun
    whole: tuple[WholeScenario, ...]  # scenarios that are known without simulation
    sampled: tuple[SampledScenario, ...] = ()  # scenarios that a sampler drew
    worst: tuple[WorstPaths, ...] = ()  # of scenarios that were drawn, as far as paths were walked again; or none
    result: RunResult


def run(config: RunConfig, progress: Progress, say: Callable[[str], None]) -> RunResult:
    """Simulate what `config` asks for; a law all of whose moves are known is valued whole, and nothing of it drawn.

    Parameters
    ----------
    config : checked settings
    progress : called after each block with paths done and in all
    say : is called, before the work starts, with what was picked and what it will need

    Raises
    ------
    InputError
        An input is bad, or inputs do not fit together; nothing was computed.
    RiskError
        The run failed.
    """
    start = time.perf_counter()
    return finish(prepare(config, load_inputs(config), say, takes_samplers=True), progress, say, start).result


def finish(prepared: PreparedRun, progress: Progress, say: Callable[[str], None], start: float) -> FinishedRun:
    """Simulate a run that is prepared, from `start` on by the performance counter. Raises as `run`."""
    config = prepared.config
    uncertain = uncertain_scenarios(config, prepared.inputs, say)
    before = time.perf_counter()
    whole = whole_scenarios(prepared.whole, say) if prepared.whole else ()
    rows = [row for each in whole for row in each.results]
    say_of_until_se(prepared, say)
    tails: TailAccumulator | None = None
    worst: tuple[WorstPaths, ...] = ()
    if prepared.drawn is not None:
        tails = _simulate(prepared.drawn, progress, say)
        books, names = prepared.drawn.packed.books, prepared.drawn.inputs.names
        worst = no_worst_paths(max(config.confidences), len(books), len(names), tails.plan.n_paths)
        rows += drawn_results(prepared.drawn, tails, worst)
        if (note := table_note(prepared.drawn, tails.plan.n_paths)) is not None:
            say(note)
    sampled = _sample(prepared, progress, say) if prepared.sampled else ()
    rows += [row for each in sampled for row in each.results]
    studies = _studies(prepared, uncertain, tails.plan.n_paths if tails else config.n_paths, progress, say)
    now = time.perf_counter()
    result = result_of(prepared, rows, tails, studies, sampled, simulate_s=now - before, total_s=now - start)
    return FinishedRun(prepared=prepared, whole=whole, sampled=sampled, worst=worst, result=result)


def plan_of(prepared: Prepared, n_paths: int) -> TailPlan:
    """Return how `n_paths` will be kept. Raises InputError when no way fits the memory."""
    return plan_tails(prepared.program.n_rows, n_paths, prepared.config.confidences, TAIL_BYTES)


def need_of(prepared: Prepared, plan: TailPlan) -> str:
    """Say the work and the memory of a plan, in words: of the host, and of each device that has its own."""
    backend, program = prepared.backend, prepared.program
    block = min(plan.n_paths, block_cells(plan.n_rows) * CELL)
    need = plan.bytes + 2 * backend.block_bytes(program, block)
    size = f"{plan.n_paths:,} paths x {plan.n_rows} rows (scenarios x books and total)"
    words = f"{size}: {need / 2**20:,.0f} MiB at most, beside the program itself"
    device = backend.device_bytes(program, block, len(plan.quantiles))
    return f"{words}; {device / 2**20:,.0f} MiB at most on each device, beside its driver's own" if device else words


def say_of_until_se(prepared: PreparedRun, say: Callable[[str], None]) -> None:
    """Say of what `until_se` asks nothing: exact scenarios have no error of simulation."""
    if prepared.config.until_se is not None and prepared.whole is not None:
        names = ", ".join(prepared.whole.inputs.names)
        say(f"until_se asks nothing of {names}: exact, without an error of simulation")


def wants_more_paths(prepared: Prepared, tails: TailAccumulator, say: Callable[[str], None]) -> bool:
    """Return whether `until_se` asks for twice as many paths, and they are allowed."""
    wanted = prepared.config.until_se
    if wanted is None:
        return False
    reached = totals_error(prepared, tails)
    say(f"relative error of the totals' VaR: {reached:.2%} at most, {wanted:.2%} wanted")
    return reached > wanted and 2 * tails.plan.n_paths <= MAX_PATHS


def _studies(
    prepared: PreparedRun,
    uncertain: Sequence[UncertainScenario],
    n_paths: int,
    progress: Progress,
    say: Callable[[str], None],
) -> tuple[ParameterStudy, ...]:
    """Run sets of parameters, one program after the other; `progress` counts the paths of all of them."""
    n_all, done = n_chunks(prepared, uncertain), 0

    def draw(_: PreparedRun, chunk: Prepared, n_paths: int) -> TailAccumulator:
        nonlocal done
        plan = plan_of(chunk, n_paths)
        if done == 0:
            say(f"sets of parameters: {need_of(chunk, plan)}")
        with device_errors():
            found = simulate(
                chunk.backend, chunk.program, plan, lambda n, _: progress(done * n_paths + n, n_all * n_paths)
            )
        done += 1
        return found

    return parameter_studies(prepared, uncertain, n_paths, draw)


def _simulate(prepared: Prepared, progress: Progress, say: Callable[[str], None]) -> TailAccumulator:
    """Simulate once, or with doubled paths until every scenario's total has the error that `until_se` asks for."""
    n_paths = prepared.config.n_paths
    while True:
        plan = plan_of(prepared, n_paths)
        say(need_of(prepared, plan))
        with device_errors():
            tails = simulate(prepared.backend, prepared.program, plan, progress)
        if not wants_more_paths(prepared, tails, say):
            return tails
        n_paths *= 2


def _sample(prepared: PreparedRun, progress: Progress, say: Callable[[str], None]) -> tuple[SampledScenario, ...]:
    """Sample once, or with doubled paths until every scenario's total has the error that `until_se` asks for."""
    wanted, n_paths = prepared.config.until_se, prepared.config.n_paths
    while True:
        found = sampled_scenarios(prepared.sampled, n_paths, progress, say)
        if wanted is None:
            return found
        reached = max(each.relative_se for each in found)
        say(f"relative error of the totals' VaR: {reached:.2%} at most, {wanted:.2%} wanted")
        if reached <= wanted or not fits(prepared.sampled, 2 * found[0].n_paths):
            return found
        n_paths = 2 * found[0].n_paths
