"""Laws on the GPUs as the product builds them: the kernel, what is made of its P&L, whole runs; beside all cores."""

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from bench.contender import CONFIDENCES, run_kernel
from bench.gpu.device import PRECISIONS, GpuBench, kernel_call, laws_of, program_of
from bench.records import CaseResult
from bench.timing import WALL, Work, interleave, rows
from engine.risk.plan import plan_tails
from engine.run.blocks import estimates, simulate
from engine.run.start import TAIL_BYTES
from kernels.base import CELL, AbstractBackend, CellRange, PathRange, Program
from kernels.numba.backend import NumbaBackend
from kernels.types import F64

FEWER = 10  # of the paths, on the cores
TAIL = 0.03  # of the paths that a bracket keeps: VaR and ES at 97.5 % with room
LIMIT_S = 20.0


def measure(bench: GpuBench) -> CaseResult:
    """See the module."""
    work: dict[str, Work] = {}
    asserted, figures = [], {}
    for law in laws_of(bench):
        for precision in PRECISIONS:
            program = program_of(bench.backend, law, precision, bench.n_steps)
            figures[f"{law}, {precision}"] = {"compile_s": program.compile_s}
            asserted.append(_assert_tails(bench, program, law, precision))
            work |= _work(bench, program, law, precision)
    seconds = interleave(work, rounds=bench.rounds, limit_s=LIMIT_S, clock=WALL)
    for name, found in figures.items():
        found |= _figures(name, seconds, bench)
    return CaseResult(
        name="gpu_walks",
        clock="wall",
        title=f"Laws on {bench.backend.device()} and on all cores, {bench.n_paths:,} paths x {bench.n_steps} steps,"
        " one dollar held",
        rows=rows(work, seconds, "path-steps"),
        figures=figures,
        asserted=tuple(asserted),
    )


def tail_brackets(pnl: F64) -> F64:
    """Return a bracket a row, (n_rows, 1, 2), that keeps the lowest P&L: of such paths the fraction TAIL, and below."""
    return np.stack([np.full(pnl.shape[0], -np.inf), np.quantile(pnl, TAIL, axis=1)], axis=1)[:, None]


def _work(bench: GpuBench, program: Program, law: str, precision: str) -> dict[str, Work]:
    """Return what is timed of a law: kernel, with moments and digests, with the tail too, a whole run; all cores."""
    gpu, cores, n = bench.backend, NumbaBackend(), bench.n_paths
    on_cores, few = program_of(cores, law, precision, bench.n_steps), max(1, n // FEWER)
    brackets = tail_brackets(gpu.pnl(program, PathRange(first=0, n=bench.checked_paths)))
    kernel = f"{law}, {precision}: kernel"
    units, none = float(n * bench.n_steps), np.empty((program.n_rows, 0, 2))
    calls = {
        "with moments and digests": lambda: gpu.reduce(program, _cells(n), none),
        "with the tail too": lambda: gpu.reduce(program, _cells(n), brackets),
        "whole run": whole_run(gpu, program, n),
    }
    return {
        kernel: Work(call=kernel_call(bench, program), units=units),
        **{f"{law}, {precision}: {what}": Work(call=call, units=units, ours=kernel) for what, call in calls.items()},
        f"{law}, {precision}: all cores": Work(
            call=lambda: run_kernel(cores, on_cores, few), units=float(few * bench.n_steps), ours=kernel
        ),
    }


def whole_run(backend: AbstractBackend, program: Program, n_paths: int) -> Callable[[], object]:
    """Return a call from constants to VaR and ES."""

    def call() -> object:
        plan = plan_tails(program.n_rows, n_paths, CONFIDENCES, TAIL_BYTES)
        tails = simulate(backend, program, plan, lambda *_: None)
        return [estimates(tails, row) for row in range(program.n_rows)]

    return call


def _figures(name: str, seconds: dict[str, list[float]], bench: GpuBench) -> dict[str, Any]:
    took = {what: 1e3 * median(each) for what, each in _of(name, seconds).items()}
    kernel = took["kernel"]
    return {
        "kernel_ms": kernel,
        "moments_and_digests_ms": took["with moments and digests"] - kernel,
        "tail_ms": took["with the tail too"] - took["with moments and digests"],
        "whole_run_ms": took["whole run"],
        "times_cores": took["all cores"] * bench.n_paths / max(1, bench.n_paths // FEWER) / kernel,
    }


def _of(name: str, seconds: dict[str, list[float]]) -> dict[str, list[float]]:
    return {key.removeprefix(f"{name}: "): each for key, each in seconds.items() if key.startswith(f"{name}: ")}


def _assert_tails(bench: GpuBench, program: Program, law: str, precision: str) -> str:
    """Hold what is reduced and kept of a walk to numba's."""
    numba, cells = NumbaBackend(), _cells(bench.checked_paths)
    theirs = program_of(numba, law, precision, bench.n_steps)
    brackets = tail_brackets(numba.pnl(theirs, PathRange(first=0, n=bench.checked_paths)))
    ours, expected = bench.backend.reduce(program, cells, brackets), numba.reduce(theirs, cells, brackets)
    for field in ("sums", "squares", "digests", "kept_rows"):
        if getattr(ours, field).tobytes() != getattr(expected, field).tobytes():
            raise AssertionError(f"{law}, {precision}: {field} are not numba's")
    if np.sort(ours.kept_pnl).tobytes() != np.sort(expected.kept_pnl).tobytes():
        raise AssertionError(f"{law}, {precision}: the tail that is kept is not numba's")
    return f"{law}, {precision}: moments, digests and tail of {bench.checked_paths:,} paths are numba's"


def _cells(n_paths: int) -> CellRange:
    return CellRange(first=0, n=-(-n_paths // CELL), n_paths=n_paths)
