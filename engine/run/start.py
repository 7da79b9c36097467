"""One run from its settings to its result: load, shock, pack, simulate, measure."""

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

from engine.inputs.run import MAX_PATHS, RunConfig
from engine.mechanisms.registry import is_daily
from engine.pack.observations import expires_inside
from engine.pack.pack import Packed, pack
from engine.risk.accumulate import TailAccumulator
from engine.risk.plan import TailPlan, plan_tails
from engine.risk.ranks import INTERVAL_CONFIDENCE
from engine.risk.results import Revaluation, RunFacts, RunResult, ScopeResult, Timing, scope_result
from engine.run.backend import choose_backend, device_errors
from engine.run.blocks import Progress, block_cells, estimates, relative_se, simulate
from engine.run.filtered import (
    WholeLaw,
    exact_scenarios,
    exact_tails,
    past_notes,
    refuse_plain_history,
    table_errors,
    table_note,
    whole_laws,
    with_table_errors,
)
from engine.run.load import Inputs, load_inputs
from kernels.base import CELL, AbstractBackend, Program
from kernels.law_layout import ModelArrays

TAIL_BYTES = 2**30  # host memory that tails may take; fixed, since the last bits of ES depend on how they are kept
PACKAGES = ("unwind-risk", "numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "cupy-cuda12x", "cupy-cuda13x")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A run up to its first path."""

    config: RunConfig
    inputs: Inputs
    packed: Packed
    backend: AbstractBackend
    program: Program


def run(config: RunConfig, progress: Progress, say: Callable[[str], None]) -> RunResult:
    """Simulate what `config` asks for.

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
    prepared = prepare(config, load_inputs(config), say, may_be_whole=True)
    packed, names = prepared.packed, prepared.inputs.names
    whole = exact_scenarios(prepared.inputs.unwinds, packed.n_steps)
    with device_errors():
        before = time.perf_counter()
        exact = _whole_laws(prepared, say) if whole else {}
        if len(whole) == len(names):
            return _exact_result(prepared, exact, simulate_s=time.perf_counter() - before, start=start)
        tails = _simulate(prepared, progress, say)
        errors = table_errors(prepared.backend, prepared.program, packed.model, config.confidences, tails.plan.n_paths)
    if (note := table_note(prepared.inputs.unwinds, tails.plan.n_paths)) is not None and packed.n_steps > 1:
        say(note)
    simulate_s = time.perf_counter() - before
    result = result_of(prepared, tails, simulate_s=simulate_s, total_s=time.perf_counter() - start)
    rows = [with_table_errors(row, errors.get(i, {})) for i, row in enumerate(result.results)]
    known = _exact_rows(prepared, exact)
    return replace(result, results=tuple(known.get(i, row) for i, row in enumerate(rows)))


def prepare(config: RunConfig, inputs: Inputs, say: Callable[[str], None], *, may_be_whole: bool = False) -> Prepared:
    """Choose the backend, pack the inputs and hand them over. Raises as `run`.

    Plain history has no paths to draw: it is refused unless the caller takes laws that are known whole.
    """
    if not may_be_whole:
        refuse_plain_history(inputs)
    for note in past_notes(inputs):
        say(note)
    backend = choose_backend(config.backend, say)
    packed = _pack(config, inputs, _n_steps(config, inputs, say))
    with device_errors():
        program = _prepared_program(backend, config, packed, packed.model)
    return Prepared(config=config, inputs=inputs, packed=packed, backend=backend, program=program)


def _prepared_program(backend: AbstractBackend, config: RunConfig, packed: Packed, model: ModelArrays) -> Program:
    return backend.prepare(
        model,
        packed.book,
        seed=config.seed,
        n_steps=packed.n_steps,
        float32=config.precision == "float32",
        centre=packed.shock_pnl.ravel(),
    )


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


def result_of(prepared: Prepared, tails: TailAccumulator, *, simulate_s: float, total_s: float) -> RunResult:
    """Return every figure of a run whose cells are all in. Raises BracketMissError as `TailAccumulator.result`."""
    config, inputs, packed = prepared.config, prepared.inputs, prepared.packed
    timing = Timing(
        compile_s=prepared.program.compile_s,
        simulate_s=simulate_s,
        total_s=total_s,
        paths_per_s=tails.plan.n_paths / simulate_s,
    )
    facts = _facts(config, inputs, packed, prepared.backend, tails.plan.n_paths)
    rows = _rows(inputs, packed, tails)
    return RunResult(run=facts, results=rows, timing=timing, warnings=_warnings(config, inputs, tails))


def _exact_result(prepared: Prepared, exact: Mapping[int, WholeLaw], *, simulate_s: float, start: float) -> RunResult:
    """Return the figures of a run all of whose laws are known without simulation."""
    n_moves = max(each.pnl.shape[1] for each in exact.values())
    total_s = time.perf_counter() - start
    return RunResult(
        run=_facts(prepared.config, prepared.inputs, prepared.packed, prepared.backend, n_moves),
        results=tuple(row for _, row in sorted(_exact_rows(prepared, exact).items())),
        timing=Timing(
            compile_s=prepared.program.compile_s,
            simulate_s=simulate_s,
            total_s=total_s,
            paths_per_s=n_moves / simulate_s,
        ),
        warnings=prepared.inputs.warnings,
    )


def _exact_rows(prepared: Prepared, exact: Mapping[int, WholeLaw]) -> dict[int, ScopeResult]:
    """Return the rows of results of scenarios whose law is known without simulation, by number."""
    packed, inputs, confidences = prepared.packed, prepared.inputs, prepared.config.confidences
    scopes, found = _scopes(packed), {}
    for s in exact_scenarios(inputs.unwinds, packed.n_steps):
        law = exact[int(packed.book.run.dynamics[s])]
        for k, scope in enumerate(scopes):
            row = s * len(scopes) + k
            shock_pnl, pnl = float(packed.shock_pnl[s, k]), law.pnl[row]
            found[row] = ScopeResult(
                scenario=inputs.names[s],
                scope=scope,
                base_value=float(packed.base_values[k]),
                shock_pnl=shock_pnl,
                mean=float(pnl.mean()),
                mean_se=0.0,
                std=float(pnl.std()),
                measures=exact_tails(pnl, law.n_table, confidences, shock_pnl, law.block),
                pnl_sha256=law.pnl_sha256[row],
                pnl_bound=float(packed.bounds.pnl[s, k]),
            )
    return found


def _whole_laws(prepared: Prepared, say: Callable[[str], None]) -> dict[int, WholeLaw]:
    """Return the laws that are known without simulation, by number, and say so."""
    backend, config, packed = prepared.backend, prepared.config, prepared.packed
    found = whole_laws(
        backend, packed.model, packed.n_steps, lambda model: _prepared_program(backend, config, packed, model)
    )
    for s in exact_scenarios(prepared.inputs.unwinds, packed.n_steps):
        n = found[int(packed.book.run.dynamics[s])].pnl.shape[1]
        say(f"{prepared.inputs.names[s]} is exact: each of its {n:,} equally likely moves is valued, none is drawn")
    return found


def _scopes(packed: Packed) -> tuple[str, ...]:
    return ("total", *(f"book:{name}" for name in packed.books))


def _n_steps(config: RunConfig, inputs: Inputs, say: Callable[[str], None]) -> int:
    """Choose one exact step where the way does not matter, else one a day: the same for every scenario."""
    if config.steps != "auto":
        return config.horizon_days
    by_day = [name for name, unwind in zip(inputs.names, inputs.unwinds, strict=True) if unwind and is_daily(unwind)]
    if by_day:
        others = ", and with it all others: their draws are common" if len(by_day) < len(inputs.names) else ""
        say(f"steps auto: daily, since {by_day[0]} is seen day by day{others}")
        return config.horizon_days
    if not config.instantaneous and expires_inside(inputs.book, config.horizon_days):
        say("steps auto: daily, since a payoff is fixed before the horizon")
        return config.horizon_days
    return 1


def _pack(config: RunConfig, inputs: Inputs, n_steps: int) -> Packed:
    return pack(
        inputs.book,
        inputs.market,
        inputs.shocked,
        inputs.unwinds,
        horizon_days=config.horizon_days,
        n_steps=n_steps,
        currency=config.currency,
        instantaneous=config.instantaneous,
        direct=config.revaluation == "direct",
    )


def _simulate(prepared: Prepared, progress: Progress, say: Callable[[str], None]) -> TailAccumulator:
    """Simulate once, or with doubled paths until every scenario's total has the error that `until_se` asks for."""
    n_paths = prepared.config.n_paths
    while True:
        plan = plan_of(prepared, n_paths)
        say(need_of(prepared, plan))
        tails = simulate(prepared.backend, prepared.program, plan, progress)
        if not wants_more_paths(prepared.config, tails, say):
            return tails
        n_paths *= 2


def wants_more_paths(config: RunConfig, tails: TailAccumulator, say: Callable[[str], None]) -> bool:
    """Return whether `until_se` asks for twice as many paths, and they are allowed."""
    if config.until_se is None:
        return False
    reached = relative_se(tails, _totals(config, tails))
    say(f"relative error of the totals' VaR: {reached:.2%} at most, {config.until_se:.2%} wanted")
    return reached > config.until_se and 2 * tails.plan.n_paths <= MAX_PATHS


def _totals(config: RunConfig, tails: TailAccumulator) -> range:
    """Return rows of the scenarios' totals."""
    return range(0, tails.plan.n_rows, tails.plan.n_rows // len(config.scenarios))


def _warnings(config: RunConfig, inputs: Inputs, tails: TailAccumulator) -> tuple[str, ...]:
    """Return the inputs' warnings, and whether `until_se` was out of reach."""
    totals = _totals(config, tails)
    if config.until_se is None or relative_se(tails, totals) <= config.until_se:
        return inputs.warnings
    return (
        *inputs.warnings,
        f"the relative error of {config.until_se:.2%} was not reached: it is {relative_se(tails, totals):.2%} with"
        f" {tails.plan.n_paths:,} paths, and the most are {MAX_PATHS:,}",
    )


def _rows(inputs: Inputs, packed: Packed, tails: TailAccumulator) -> tuple[ScopeResult, ...]:
    scopes, rows = _scopes(packed), []
    for s, scenario in enumerate(inputs.names):
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


def _facts(config: RunConfig, inputs: Inputs, packed: Packed, backend: AbstractBackend, n_paths: int) -> RunFacts:
    return RunFacts(
        seed=config.seed,
        n_paths=n_paths,
        horizon_days=config.horizon_days,
        steps="one" if packed.n_steps == 1 else "daily",
        backend=backend.name,
        device=backend.device(),
        precision=config.precision,
        valuation_date=inputs.market.valuation_date,
        currency=config.currency,
        interval_confidence=INTERVAL_CONFIDENCE,
        versions=versions(),
        inputs=inputs.sha256,
        until_se=config.until_se,
        revaluation=Revaluation(
            method=config.revaluation,
            degree=packed.book.flows.degree,
            flow_bound=packed.bounds.flows,
            option_bound=packed.bounds.payoffs["fx_options"],
            future_bound=packed.bounds.payoffs["futures"],
            swaption_bound=packed.bounds.payoffs["swaptions"],
            instantaneous=config.instantaneous,
        ),
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
