"""Standard normals on one core: ours from counters, numpy's ziggurat from its fastest generators."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bench import loops
from bench.records import CaseResult
from bench.timing import PROCESSOR, Work, interleave, rows
from kernels.numba.settings import BLOCK, STRIDE
from kernels.numpy.steps.walk import draw_normals

N_BLOCKS = 1000
OURS = {"f64": "ours float64", "f32": "ours float32"}
GENERATORS: dict[str, Callable[[int], Any]] = {"SFC64": np.random.SFC64, "PCG64": np.random.PCG64}


def measure() -> CaseResult:
    """See the module."""
    work = {**_ours(), **_numpy()}
    seconds = interleave(work, rounds=25, limit_s=12.0, clock=PROCESSOR)
    return CaseResult(
        name="normals",
        clock="processor",
        title="Standard normals, one core",
        rows=rows(work, seconds, "normals"),
        asserted=(_assert_oracle("f64"), _assert_oracle("f32")),
    )


def _ours() -> dict[str, Work]:
    paths = np.arange(BLOCK, dtype=np.uint64)
    bits, words = loops.scratch(np.uint64), loops.scratch(np.uint32)
    double, single = loops.scratch(np.float64), loops.scratch(np.float32)
    units = N_BLOCKS * loops.PER_BLOCK
    f64, f32 = OURS["f64"], OURS["f32"]
    return {
        f64: Work(call=lambda: loops.normals_of_f64(N_BLOCKS, loops.N_FACTORS, paths, bits, double), units=units),
        "random bits alone, float64": Work(
            call=lambda: loops.bits_f64(N_BLOCKS, loops.N_FACTORS, paths, bits), units=units, ours=f64
        ),
        "transform alone, float64": Work(
            call=lambda: loops.transform_f64(N_BLOCKS, loops.N_FACTORS, bits, double), units=units, ours=f64
        ),
        f32: Work(call=lambda: loops.normals_of_f32(N_BLOCKS, loops.N_FACTORS, paths, words, single), units=units),
        "random bits alone, float32": Work(
            call=lambda: loops.bits_f32(N_BLOCKS, loops.N_FACTORS, paths, words), units=units, ours=f32
        ),
        "transform alone, float32": Work(
            call=lambda: loops.transform_f32(N_BLOCKS, loops.N_FACTORS, words, single), units=units, ours=f32
        ),
    }


def _numpy() -> dict[str, Work]:
    """Draw into one array that stays in the cache."""
    n_blocks = N_BLOCKS // 8
    units = n_blocks * loops.PER_BLOCK

    def fill(generator: np.random.Generator, out: Any) -> Callable[[], None]:
        def call() -> None:
            for _ in range(n_blocks):
                generator.standard_normal(dtype=out.dtype, out=out)

        return call

    found = {}
    for name, kind in GENERATORS.items():
        for precision, ours in OURS.items():
            out = np.empty(loops.PER_BLOCK, np.float64 if precision == "f64" else np.float32)
            call = fill(np.random.Generator(kind(1)), out)
            found[f"numpy {name} float{precision[1:]}"] = Work(call=call, units=units, ours=ours)
    return found


def _assert_oracle(precision: str) -> str:
    """Hold a block's normals to plain numpy, whose own logarithm rounds otherwise."""
    paths = np.arange(BLOCK, dtype=np.uint64)
    single = precision == "f32"
    random, normals = loops.scratch(np.uint32 if single else np.uint64), loops.scratch("f4" if single else "f8")
    (loops.normals_of_f32 if single else loops.normals_of_f64)(1, loops.N_FACTORS, paths, random, normals)
    expected = draw_normals(loops.SEED, paths, 0, loops.N_FACTORS, single=single)
    tolerance = 1e-5 if single else 1e-13
    np.testing.assert_allclose(normals.reshape(-1, STRIDE)[:, :BLOCK], expected, rtol=0.0, atol=tolerance)
    return f"{BLOCK * loops.N_FACTORS} normals in float{precision[1:]} equal plain numpy's within {tolerance:g}"
