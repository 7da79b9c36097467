"""All that a run's record says of its scenarios: of those that were drawn, and of those whose every move is valued."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.analysis.contributions.contributions import contributions
from engine.analysis.contributions.figures import ContributionTable
from engine.analysis.contributions.replay import Replayed, replay
from engine.batch.figures.components import Components, by_book
from engine.risk.accumulate import TailAccumulator
from engine.risk.exact_tails import exact_components
from engine.risk.results import RunResult, ScopeResult
from engine.risk.uncertainty.study import ParameterStudy
from engine.run.prepared import Prepared, PreparedRun
from engine.run.run_result import drawn_results, result_of
from engine.run.start import FinishedRun
from engine.run.table_errors import table_note
from engine.run.whole_scenarios import WholeScenario, whole_scenarios
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunFigures:
    """A run's figures, and the P&L that pictures are made of."""

    result: RunResult
    components: Components
    samples: tuple[F64, ...]  # by row of `result`: P&L of the first cell's paths, or of every move of an exact law
    contributions: tuple[ContributionTable, ...]  # by what the run's `by` names


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scenarios:
    """The figures of some scenarios."""

    results: tuple[ScopeResult, ...]
    components: Components
    samples: tuple[F64, ...]  # one a result


def run_figures(
    prepared: PreparedRun,
    tails: TailAccumulator | None,
    studies: Sequence[ParameterStudy],
    check: Callable[[], None],
    say: Callable[[str], None],
    *,
    simulate_s: float,
) -> RunFigures:
    """Measure what was drawn, None where nothing was, and value what is known whole; `studies` stand beside it.

    `check` is called before each part of the work: it may raise to stop. Raises RiskError where the device fails.
    """
    parts, whole, replayed = [], tuple[WholeScenario, ...](), None
    if (drawn := prepared.drawn) is not None and tails is not None:
        check()
        results = drawn_results(drawn, tails)
        replayed = replay(drawn, tails.plan.n_paths, check)
        parts.append(_drawn(drawn, replayed, results, tails.plan.n_paths))
        if (note := table_note(drawn, tails.plan.n_paths)) is not None:
            say(note)
    if prepared.whole is not None:
        check()
        whole = whole_scenarios(prepared.whole, say)
        parts += [_exact(each) for each in whole]
    rows = [row for part in parts for row in part.results]
    samples = {
        (row.scenario, row.scope): pnl for part in parts for row, pnl in zip(part.results, part.samples, strict=True)
    }
    components = [each for part in parts for each in part.components.items()]
    result = result_of(prepared, rows, tails, studies, simulate_s=simulate_s, total_s=simulate_s)
    return RunFigures(
        result=result,
        components={key: each for name in prepared.inputs.names for key, each in components if key[0] == name},
        samples=tuple(samples[row.scenario, row.scope] for row in result.results),
        contributions=contributions(FinishedRun(prepared=prepared, whole=whole, result=result), replayed, say),
    )


def _drawn(drawn: Prepared, replayed: Replayed, results: tuple[ScopeResult, ...], n_paths: int) -> _Scenarios:
    components = by_book(drawn, replayed, results, n_paths)
    return _Scenarios(results=results, components=components, samples=tuple(replayed.first))


def _exact(scenario: WholeScenario) -> _Scenarios:
    total, *books = scenario.results
    samples = tuple(scenario.moves.sample(scope) for scope in range(len(scenario.results)))
    components = {
        (scenario.name, book.scope, tail.confidence): component
        for tail in total.measures
        for book, component in zip(books, exact_components(scenario.moves, tail.confidence), strict=True)
    }
    return _Scenarios(results=scenario.results, components=components, samples=samples)
