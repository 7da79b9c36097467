"""One run from its settings to its result: load, shock, pack, simulate, measure."""

import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from engine.inputs.run import MAX_PATHS, RunConfig
from engine.risk.accumulate import TailAccumulator
from engine.risk.plan import plan_tails
from engine.risk.ranks import INTERVAL_CONFIDENCE
from engine.risk.results import Revaluation, RunFacts, RunResult, ScopeResult, Timing, scope_result
from engine.run.backend import choose_backend, device_errors
from engine.run.blocks import Progress, block_cells, estimates, relative_se, simulate
from engine.run.load import Inputs, load_inputs
from engine.run.observe import expires_inside
from engine.run.pack import Packed, pack
from kernels.base import CELL, AbstractBackend, Program

TAIL_BYTES = 2**30  # host memory that tails may take; fixed, since the last bits of ES depend on how they are kept
PACKAGES = ("unwind-risk", "numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "cupy-cuda12x", "cupy-cuda13x")


def run(config: RunConfig, progress: Progress, say: Callable[[str], None]) -> RunResult:
    """Simulate what `config` asks for.

    Parameters
    ----------
    config : checked settings
    progress : called after each block with paths done and in all
    say : told, before the work starts, what was picked and what it will need

    Raises
    ------
    InputError
        An input is bad, or inputs do not fit together; nothing was computed.
    RiskError
        The run failed.
    """
    start = time.perf_counter()
    inputs = load_inputs(config)
    backend = choose_backend(config.backend, say)
    n_steps = _n_steps(config, inputs, say)
    packed = _pack(config, inputs, n_steps)
    with device_errors():
        program = backend.prepare(
            packed.model,
            packed.book,
            seed=config.seed,
            n_steps=n_steps,
            float32=config.precision == "float32",
            centre=packed.shock_pnl.ravel(),
        )
        before = time.perf_counter()
        tails = _simulate(config, backend, program, progress, say)
    simulate_s = time.perf_counter() - before
    rows = _rows(inputs, packed, tails)
    timing = Timing(
        compile_s=program.compile_s,
        simulate_s=simulate_s,
        total_s=time.perf_counter() - start,
        paths_per_s=tails.plan.n_paths / simulate_s,
    )
    facts = _facts(config, inputs, packed, backend, tails.plan.n_paths)
    return RunResult(run=facts, results=rows, timing=timing, warnings=_warnings(config, inputs, tails))


def _n_steps(config: RunConfig, inputs: Inputs, say: Callable[[str], None]) -> int:
    """One exact step where the path on the way does not matter, else one a day: the same for every scenario."""
    if config.steps != "auto":
        return config.horizon_days
    by_day = [name for name, unwind in zip(inputs.names, inputs.unwinds, strict=True) if unwind and unwind.is_daily]
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


def _simulate(
    config: RunConfig, backend: AbstractBackend, program: Program, progress: Progress, say: Callable[[str], None]
) -> TailAccumulator:
    """Once, or with doubled paths until every scenario's total has the error that `until_se` asks for."""
    n_paths, totals = config.n_paths, range(0, program.n_rows, program.n_rows // len(config.scenarios))
    while True:
        plan = plan_tails(program.n_rows, n_paths, config.confidences, TAIL_BYTES)
        need = plan.bytes + 2 * backend.block_bytes(program, min(n_paths, block_cells(program.n_rows) * CELL))
        size = f"{n_paths:,} paths x {program.n_rows} rows (scenarios x books and total)"
        say(f"{size}: {need / 2**20:,.0f} MiB at most, beside the program itself")
        tails = simulate(backend, program, plan, progress)
        if config.until_se is None:
            return tails
        reached = relative_se(tails, totals)
        say(f"relative error of the totals' VaR: {reached:.2%} at most, {config.until_se:.2%} wanted")
        if reached <= config.until_se or 2 * n_paths > MAX_PATHS:
            return tails
        n_paths *= 2


def _warnings(config: RunConfig, inputs: Inputs, tails: TailAccumulator) -> tuple[str, ...]:
    """The inputs' warnings, and whether `until_se` was out of reach."""
    totals = range(0, tails.plan.n_rows, tails.plan.n_rows // len(config.scenarios))
    if config.until_se is None or relative_se(tails, totals) <= config.until_se:
        return inputs.warnings
    return (
        *inputs.warnings,
        f"the relative error of {config.until_se:.2%} was not reached: it is {relative_se(tails, totals):.2%} with"
        f" {tails.plan.n_paths:,} paths, and the most are {MAX_PATHS:,}",
    )


def _rows(inputs: Inputs, packed: Packed, tails: TailAccumulator) -> tuple[ScopeResult, ...]:
    scopes = ("total", *(f"book:{name}" for name in packed.books))
    rows = []
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
        versions=_versions(),
        inputs=inputs.sha256,
        until_se=config.until_se,
        revaluation=Revaluation(
            method="compressed" if packed.book.degree else "direct",
            degree=packed.book.degree,
            flow_bound=packed.bounds.flows,
            option_bound=packed.bounds.options,
            future_bound=packed.bounds.futures,
            swaption_bound=packed.bounds.swaptions,
            instantaneous=config.instantaneous,
        ),
    )


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
