"""The daily walk on the GPUs, against what their instructions allow, and against all cores of the same machine."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from bench.contender import run_kernel
from bench.sample import dollar_book
from kernels.base import CELL, AbstractBackend, CellRange, ModelArrays
from kernels.cuda_backend import CudaBackend
from kernels.numba_backend import NumbaBackend

FACTORS, STEPS, PATHS = 16, 252, 1_000_000
# Of that walk on one H200 (132 multiprocessors at 1.98 GHz), by the instructions that sm_90 issues for a step
COUNTED_MS = {"float64": 10.8, "float32": 6.7}
ROUNDS = 7
FEWER = 10  # of the paths, on the cores


def walks() -> list[dict[str, Any]]:
    """Both precisions on all GPUs, each beside numba."""
    return [compared(CudaBackend(), NumbaBackend(), precision, STEPS, PATHS) for precision in COUNTED_MS]


def compared(
    gpu: AbstractBackend, cores: AbstractBackend, precision: str, n_steps: int, n_paths: int
) -> dict[str, Any]:
    """Milliseconds of the GPU's kernel and of its reduction, which holds the kernel; the ratio to the cores' kernel."""
    ours, theirs = walk(gpu, precision, n_steps, n_paths), walk(cores, precision, n_steps, n_paths // FEWER)
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


def walk(backend: AbstractBackend, precision: str, n_steps: int, n_paths: int) -> dict[str, float]:
    """Medians after a first call, which is told apart."""
    model = ModelArrays(
        decay=np.full((1, FACTORS), 0.999),
        drift=np.zeros((1, FACTORS)),
        chol=np.tril(np.full((1, FACTORS, FACTORS), 1e-3)),
    )
    program = backend.prepare(
        model,
        dollar_book(FACTORS, 150.0),
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
