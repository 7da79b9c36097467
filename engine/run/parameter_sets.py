"""Sets of parameters side by side: every set walks the paths of the run itself, some sets in one program at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.errors import InputError, counted
from engine.inputs.run import RunConfig
from engine.mechanisms.loop import loop_gain
from engine.risk.accumulate import TailAccumulator
from engine.risk.results import ScopeResult
from engine.risk.uncertainty.band import SetFigures
from engine.risk.uncertainty.study import ParameterStudy, study_of
from engine.run.load import Inputs
from engine.run.prepared import Prepared, PreparedRun, prepared_by
from engine.run.run_result import simulated_rows
from engine.run.whole_scenarios import whole_scenarios
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.parameter_sets import ParameterSets, parameter_sets
from engine.scenario.uncertainty.prior_facts import prior_facts

AT_ONCE = 16  # sets in one program: as fast as 64, which share one walk's draws too, in a quarter of the memory

Draw = Callable[[PreparedRun, Prepared, int], TailAccumulator | None]
"""Draws some sets, the second argument being the drawn part of the first, on so many paths; None: a share of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UncertainScenario:
    """The sets of one scenario of a run, laid on its market."""

    sets: ParameterSets
    inputs: Inputs  # of the sets, which are called "1" and on


def uncertain_scenarios(config: RunConfig, inputs: Inputs, say: Callable[[str], None]) -> tuple[UncertainScenario, ...]:
    """Draw the sets that a run asks for; none where it asks for none.

    `say` is called with what was drawn. Raises InputError where no scenario has priors, or a set is none of the market.
    """
    n = config.parameters
    if n is None:
        return ()
    uncertain = [scenario for scenario in inputs.scenarios if scenario.uncertainty]
    if not uncertain:
        names = ", ".join(inputs.names)
        raise InputError(f"parameters: no scenario has an [uncertainty]: {names}; give one priors, or leave it out")
    return tuple(_drawn(scenario, n, config.parameters_seed, inputs, say) for scenario in uncertain)


def parameter_studies(
    prepared: PreparedRun, scenarios: Sequence[UncertainScenario], n_paths: int, draw: Draw
) -> tuple[ParameterStudy, ...]:
    """Run every set on the run's own paths and measure; a study where `draw` did a share of them alone is left out."""
    studies = (_study(prepared, each, n_paths, draw) for each in scenarios)
    return tuple(study for study in studies if study is not None)


def chunks(prepared: PreparedRun, scenario: UncertainScenario) -> Iterator[PreparedRun]:
    """Yield the sets of a scenario packed for the run's backend and steps, some at a time."""
    n_steps, n, at_once = prepared.parts[0].packed.n_steps, len(scenario.inputs.names), _at_once(prepared, scenario)
    for first in range(0, n, at_once):
        numbers = range(first, min(first + at_once, n))
        yield prepared_by(prepared.config, scenario.inputs.of(numbers), prepared.backend, n_steps)


def n_chunks(prepared: PreparedRun, scenarios: Sequence[UncertainScenario]) -> int:
    """Return how many programs the sets take."""
    return sum(-(-len(each.inputs.names) // _at_once(prepared, each)) for each in scenarios)


def _at_once(prepared: PreparedRun, scenario: UncertainScenario) -> int:
    """Return how many sets go into a program: one of what is exact, for each law there is valued for all sets."""
    whole = prepared.whole
    return 1 if whole is not None and scenario.sets.scenario.name in whole.inputs.names else AT_ONCE


def _drawn(scenario: Scenario, n: int, seed: int, inputs: Inputs, say: Callable[[str], None]) -> UncertainScenario:
    sets = parameter_sets(scenario, n, seed)
    say(
        f"{scenario.name}: {counted(n, 'set')} of {counted(len(scenario.uncertainty), 'uncertain parameter')}, seed"
        f" {seed}, each on the paths of the run"
    )
    try:
        laid = inputs.with_scenarios(sets.variants, [str(k + 1) for k in range(n)])
    except InputError as error:
        raise InputError(
            f"a set of {scenario.name}'s [uncertainty] is no scenario: {error}; narrow its priors"
        ) from None
    return UncertainScenario(sets=sets, inputs=laid)


def _study(prepared: PreparedRun, scenario: UncertainScenario, n_paths: int, draw: Draw) -> ParameterStudy | None:
    rows = dict[tuple[str, str], ScopeResult]()
    is_whole = True
    for chunk in chunks(prepared, scenario):
        found = _rows(chunk, n_paths, draw)
        is_whole = is_whole and found is not None
        rows |= {(row.scenario, row.scope): row for row in found or ()}
    if not is_whole:
        return None
    sets = scenario.sets
    return study_of(
        scenario=sets.scenario.name,
        seed=sets.seed,
        n_paths=n_paths,
        priors=prior_facts(sets.scenario),
        sets=sets.values.tolist(),
        figures=list(_figures(scenario.inputs.names, rows)),
        gains=_gains(sets),
    )


def _rows(chunk: PreparedRun, n_paths: int, draw: Draw) -> list[ScopeResult] | None:
    """Return the rows of some sets, those that are known without simulation among them; None: a share was drawn."""
    rows = list[ScopeResult]()
    if chunk.drawn is not None:
        if (tails := draw(chunk, chunk.drawn, n_paths)) is None:
            return None
        rows += simulated_rows(chunk.drawn, tails)
    if chunk.whole is not None:
        exact = whole_scenarios(chunk.whole, lambda _: None, has_errors=False)
        rows += [row for each in exact for row in each.results]
    return rows


def _figures(names: Sequence[str], rows: dict[tuple[str, str], ScopeResult]) -> Iterator[SetFigures]:
    first = names[0]
    for scope in (scope for name, scope in rows if name == first):
        mine = [rows[name, scope] for name in names]
        for k, tail in enumerate(mine[0].measures):
            for key in tail.estimates:
                found = [row.measures[k].estimates[key] for row in mine]
                yield SetFigures(
                    scope=scope,
                    confidence=tail.confidence,
                    measure=key,
                    values=tuple(each.value for each in found),
                    ses=tuple(each.se for each in found),
                )


def _gains(sets: ParameterSets) -> list[float] | None:
    """Return the gain of each set's loop, 0 where it is off; None where the scenario has none."""
    unwinds = [each.unwind for each in (sets.scenario, *sets.variants)]
    gains = [
        loop_gain(unwind.carry, unwind.impact) if unwind and unwind.carry and unwind.impact else None
        for unwind in unwinds
    ]
    return None if gains[0] is None else [0.0 if gain is None else gain for gain in gains[1:]]
