"""The figures of a run whose paths are all in and whose exact laws are valued, in the order of its scenarios."""

from collections.abc import Sequence

from engine.inputs.run import MAX_PATHS
from engine.risk.accumulate import TailAccumulator
from engine.risk.results import RunResult, ScopeResult, Timing, scope_result
from engine.risk.uncertainty.study import ParameterStudy
from engine.run.backend import device_errors
from engine.run.blocks import estimates, relative_se
from engine.run.prepared import Prepared, PreparedRun, scopes_of
from engine.run.run_facts import facts_of
from engine.run.table_errors import with_table_errors


def drawn_results(drawn: Prepared, tails: TailAccumulator) -> tuple[ScopeResult, ...]:
    """Return the rows of the scenarios that were drawn, the table's errors among them.

    Raises BracketMissError as `TailAccumulator.result`, RiskError where the device fails.
    """
    with device_errors():
        return with_table_errors(drawn, simulated_rows(drawn, tails), tails.plan.n_paths)


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
    *,
    simulate_s: float,
    total_s: float,
) -> RunResult:
    """Put a run together.

    rows      of all its scenarios, each scenario's in order
    tails     of what was drawn; None where nothing was
    studies   of uncertain parameters
    """
    n_paths = tails.plan.n_paths if tails else max(row.n_moves or 0 for row in rows)
    return RunResult(
        run=facts_of(prepared, n_paths),
        results=tuple(row for name in prepared.inputs.names for row in rows if row.scenario == name),
        timing=Timing(
            compile_s=max(part.program.compile_s for part in prepared.parts),
            simulate_s=simulate_s,
            total_s=total_s,
            paths_per_s=n_paths / simulate_s,
        ),
        warnings=(*prepared.inputs.warnings, *_unreached(prepared, tails)),
        parameters=tuple(studies),
    )


def totals_error(drawn: Prepared, tails: TailAccumulator) -> float:
    """Return the relative error that `until_se` watches: of the drawn scenarios' totals, the largest."""
    return relative_se(tails, range(0, tails.plan.n_rows, tails.plan.n_rows // len(drawn.inputs.names)))


def _unreached(prepared: PreparedRun, tails: TailAccumulator | None) -> tuple[str, ...]:
    """Say that `until_se` was out of reach, if it was."""
    wanted = prepared.config.until_se
    if wanted is None or tails is None or prepared.drawn is None:
        return ()
    reached = totals_error(prepared.drawn, tails)
    if reached <= wanted:
        return ()
    return (
        f"the relative error of {wanted:.2%} was not reached: it is {reached:.2%} with {tails.plan.n_paths:,} paths, "
        f"and the most are {MAX_PATHS:,}",
    )
