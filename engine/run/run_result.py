"""The figures of a run whose paths are all in and whose exact laws are valued, in the order of its scenarios."""

from collections.abc import Sequence

from engine.inputs.run import MAX_PATHS
from engine.pack.far_limits import far_limit
from engine.risk.accumulate import TailAccumulator
from engine.risk.components import WorstPaths
from engine.risk.far_paths import FarPath, FarPaths
from engine.risk.results import RunResult, ScopeResult, Timing, scope_result
from engine.risk.uncertainty.study import ParameterStudy
from engine.run.backend import device_errors
from engine.run.blocks import estimates, relative_se
from engine.run.milder_stresses import milder_stresses
from engine.run.prepared import Prepared, PreparedRun, scopes_of
from engine.run.run_facts import facts_of
from engine.run.sampling.sampled_scenarios import SampledScenario
from engine.run.simulate_command import simulate_command
from engine.run.table_errors import with_table_errors

BP = 1e4  # of 1.0


def drawn_results(drawn: Prepared, tails: TailAccumulator, worst: Sequence[WorstPaths] = ()) -> tuple[ScopeResult, ...]:
    """Return the rows of the scenarios that were drawn, the table's errors among them.

    worst   takes in the paths that are walked again for these errors, one a scenario, or none

    Raises BracketMissError as `TailAccumulator.result`, RiskError where the device fails.
    """
    with device_errors():
        return with_table_errors(drawn, simulated_rows(drawn, tails), tails.plan.n_paths, worst)


def simulated_rows(drawn: Prepared, tails: TailAccumulator) -> tuple[ScopeResult, ...]:
    """Return the same without the table's errors. Raises BracketMissError as `TailAccumulator.result`."""
    scopes, packed, rows = scopes_of(drawn), drawn.packed, []
    for s, scenario in enumerate(drawn.inputs.names):
        for k, scope in enumerate(scopes):
            row = s * len(scopes) + k
            rows.append(
                scope_result(
                    scenario=scenario,
                    scope=scope,
                    base_value=float(packed.base_values[k]),
                    shock_pnl=float(packed.shock_pnl[s, k]),
                    pnl_bound=float(packed.bounds.pnl[s, k]),
                    moments=tails.moments(row),
                    estimates=estimates(tails, row),
                    pnl_sha256=tails.pnl_sha256(row),
                )
            )
    return tuple(rows)


def result_of(
    prepared: PreparedRun,
    rows: Sequence[ScopeResult],
    tails: TailAccumulator | None,
    studies: Sequence[ParameterStudy],
    sampled: Sequence[SampledScenario] = (),
    *,
    simulate_s: float,
    total_s: float,
) -> RunResult:
    """Put a run together.

    rows      of all its scenarios, each scenario's in order
    tails     of what was drawn; None where nothing was
    studies   of uncertain parameters
    sampled   what a sampler drew
    """
    not_drawn = max((each.n_paths for each in sampled), default=max(row.n_moves or 0 for row in rows))
    n_paths = tails.plan.n_paths if tails else not_drawn
    far = _far_paths(prepared.drawn, tails) if prepared.drawn and tails else ()
    named = [_warning(each, n_paths, prepared) for each in far]
    facts = facts_of(prepared, n_paths)
    milder = milder_stresses(rows, prepared.inputs.scenarios, facts.standings, prepared.config.currency)
    return RunResult(
        run=facts,
        results=tuple(row for name in prepared.inputs.names for row in rows if row.scenario == name),
        timing=Timing(
            compile_s=max(part.program.compile_s for part in prepared.parts),
            simulate_s=simulate_s,
            total_s=total_s,
            paths_per_s=n_paths / simulate_s,
        ),
        warnings=(*prepared.inputs.warnings, *named, *_unreached(prepared, tails, sampled), *milder),
        parameters=tuple(studies),
        far_paths=far,
    )


def _warning(far: FarPaths, n_paths: int, prepared: PreparedRun) -> str:
    command = simulate_command(prepared, far.scenario, far.farthest[0].path)
    return far.warning(n_paths, prepared.config.horizon_days, command)


def _far_paths(drawn: Prepared, tails: TailAccumulator) -> tuple[FarPaths, ...]:
    """Return the far paths of each scenario that has any, in their order."""
    limit_bp, found = far_limit(drawn.config.horizon_days) * BP, []
    for name, dynamics in zip(drawn.inputs.names, drawn.packed.book.run.dynamics.tolist(), strict=True):
        n_paths, named = tails.cells.far_paths(dynamics)
        if n_paths:
            farthest = tuple(FarPath(path=path, move_bp=ratio * limit_bp) for path, ratio in named.items())
            found.append(FarPaths(scenario=name, n_paths=n_paths, limit_bp=limit_bp, farthest=farthest))
    return tuple(found)


def totals_error(drawn: Prepared, tails: TailAccumulator) -> float:
    """Return the relative error that `until_se` watches: of the drawn scenarios' totals, the largest."""
    return relative_se(tails, range(0, tails.plan.n_rows, tails.plan.n_rows // len(drawn.inputs.names)))


def _unreached(
    prepared: PreparedRun, tails: TailAccumulator | None, sampled: Sequence[SampledScenario]
) -> tuple[str, ...]:
    """Say that `until_se` was out of reach, if it was."""
    wanted = prepared.config.until_se
    if wanted is None or not (sampled or (tails and prepared.drawn)):
        return ()
    if tails is not None and prepared.drawn is not None:
        reached, n_paths, most = totals_error(prepared.drawn, tails), tails.plan.n_paths, f"the most are {MAX_PATHS:,}"
    else:
        reached, n_paths = max(each.relative_se for each in sampled), sampled[0].n_paths
        most = "twice as many sampled ones take more than 1 GiB"
    if reached <= wanted:
        return ()
    was = f"it is {reached:.2%} with {n_paths:,} paths"
    return (f"the relative error of {wanted:.2%} was not reached: {was}, and {most}",)
