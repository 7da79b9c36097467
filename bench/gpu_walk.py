"""The daily walk on the GPUs, against what their instructions allow, and against all cores of the same machine."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from bench.contender import run_kernel
from bench.sample import THREE_REGIMES, dollar_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import read_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.scenario.apply import apply
from kernels.base import CELL, AbstractBackend, CellRange
from kernels.cuda.host.backend import CudaBackend
from kernels.law_layout import ModelArrays, plain_model
from kernels.numba.backend import NumbaBackend

FACTORS, STEPS, PATHS = 16, 252, 1_000_000
# Of that walk on one H200 (132 multiprocessors at 1.98 GHz), by the instructions that sm_90 issues for a step
COUNTED_MS = {"float64": 10.8, "float32": 6.7}
# A step under the mixture over one without an unwind, by the same instructions
COUNTED_RATIO = {"float64": 1.3, "float32": 2.0}
ROUNDS = 7
FEWER = 10  # of the paths, on the cores


def walks() -> list[dict[str, Any]]:
    """Time both precisions on all GPUs, each beside numba; and the bundled market's walk, plain and in the mixture."""
    plain = [compared(CudaBackend(), NumbaBackend(), precision, STEPS, PATHS) for precision in COUNTED_MS]
    return plain + [with_unwind(CudaBackend(), precision, STEPS, PATHS) for precision in COUNTED_MS]


def compared(
    gpu: AbstractBackend, cores: AbstractBackend, precision: str, n_steps: int, n_paths: int
) -> dict[str, Any]:
    """Return milliseconds of the GPU's kernel and of its reduction, the kernel in it; and the ratio to the cores'."""
    model = plain_model(
        decay=np.full((1, FACTORS), 0.999),
        drift=np.zeros((1, FACTORS)),
        chol=np.tril(np.full((1, FACTORS, FACTORS), 1e-3)),
    )
    ours, theirs = (
        walk(backend, model, precision, n_steps, n) for backend, n in ((gpu, n_paths), (cores, n_paths // FEWER))
    )
    return {
        "device": gpu.device(),
        "precision": precision,
        "work": f"{n_paths} paths x {n_steps} steps x {FACTORS} factors, one dollar held",
        **ours,
        "counted_kernel_ms_of_an_h200": COUNTED_MS[precision],
        "share_of_counted": COUNTED_MS[precision] / ours["kernel_ms"],
        "cores": cores.device(),
        "cores_kernel_ms": FEWER * theirs["kernel_ms"],
        "times_cores": FEWER * theirs["kernel_ms"] / ours["kernel_ms"],
    }


def with_unwind(gpu: AbstractBackend, precision: str, n_steps: int, n_paths: int) -> dict[str, Any]:
    """Return milliseconds of the bundled market's walk under the bundled `mixture`, over those of its plain one."""
    market = load_market(bundled_market_path())
    unwinds = None, apply(read_scenario(THREE_REGIMES), market).unwind
    laws = [law_of(market, n_steps, n_steps, unwind) for unwind in unwinds]
    plain, mixture = (walk(gpu, model_arrays([law])[1], precision, n_steps, n_paths) for law in laws)
    return {
        "device": gpu.device(),
        "precision": precision,
        "work": f"{n_paths} paths x {n_steps} steps x {len(market.factors)} factors under `mixture`",
        **mixture,
        "plain_kernel_ms": plain["kernel_ms"],
        "over_plain": mixture["kernel_ms"] / plain["kernel_ms"],
        "counted_over_plain": COUNTED_RATIO[precision],
    }


def walk(backend: AbstractBackend, model: ModelArrays, precision: str, n_steps: int, n_paths: int) -> dict[str, float]:
    """Return medians after a first call, which is reported apart."""
    program = backend.prepare(
        model,
        dollar_book(model.decay.shape[1], 150.0, n_steps),
        seed=1,
        n_steps=n_steps,
        float32=precision == "float32",
        centre=np.full(2, 150.0),
    )
    cells = CellRange(first=0, n=-(-n_paths // CELL), n_paths=n_paths)
    kernel = _milliseconds(lambda: run_kernel(backend, program, n_paths))
    reduction = _milliseconds(lambda: backend.reduce(program, cells, np.empty((2, 0, 2))))
    return {
        "compile_s": program.compile_s,
        "first_kernel_ms": kernel[0],
        "kernel_ms": median(kernel[1:]),
        "first_reduction_ms": reduction[0],
        "reduction_ms": median(reduction[1:]),
    }


def _milliseconds(call: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        found.append(1e3 * (time.perf_counter() - start))
    return found
