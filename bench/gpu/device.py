"""What the cases of `make gpu` run on: the GPUs of this machine, or their kernels built by g++, to try the script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from bench.contender import run_kernel
from bench.gpu.needs import architecture
from bench.sample import THREE_REGIMES, dollar_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import read_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from kernels.base import AbstractBackend, Program
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.cuda.host.source import BuildSettings
from kernels.law_layout import ModelArrays, plain_model

PRECISIONS = ("float64", "float32")
USDJPY = 150.0
Shape = tuple[int, int]  # paths a thread, blocks of a multiprocessor at once
# Of each law and precision the shapes that are tried beside the one that `settings_for` chooses. Two paths and two
# blocks of float64 are all the registers that there are; under a law with an unwind a thread walks one path.
TRIED: Mapping[tuple[str, str], tuple[Shape, ...]] = {
    ("plain 16", "float64"): ((1, 3), (1, 4), (1, 5), (2, 2), (2, 3)),
    ("plain 16", "float32"): ((1, 6), (2, 3), (2, 4), (4, 2)),
    ("plain 18", "float64"): ((1, 3), (1, 4), (2, 2)),
    ("plain 18", "float32"): ((1, 5), (2, 2), (2, 3)),
    ("mixture 18", "float64"): ((1, 2), (1, 3), (1, 4)),
    ("mixture 18", "float32"): ((1, 3), (1, 4), (1, 5)),
    ("filtered 18", "float64"): ((1, 2), (1, 3), (1, 4)),
    ("filtered 18", "float32"): ((1, 3), (1, 4), (1, 5)),
}
ON_HOST: Mapping[tuple[str, str], tuple[Shape, ...]] = {
    ("plain 16", "float64"): ((1, 4),),
    ("mixture 18", "float32"): ((1, 5),),
}
# Builds whose counters are read: the product's, and the one that the count prefers in float64.
PROFILED: Sequence[tuple[str, str, Shape]] = (
    ("plain 16", "float64", (2, 2)),
    ("plain 16", "float64", (1, 4)),
    ("plain 16", "float32", (2, 3)),
    ("mixture 18", "float64", (1, 3)),
    ("mixture 18", "float32", (1, 4)),
    ("filtered 18", "float64", (1, 3)),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GpuBench:
    """Who computes, how much, and which builds are tried."""

    backend: CudaBackend
    architecture: int  # that NVRTC compiles for: 90 for sm_90
    n_paths: int  # of a call that is timed
    n_steps: int
    checked_paths: int  # held to numba's bits
    rounds: int  # after the first call, which is timed apart
    tried: Mapping[tuple[str, str], Sequence[Shape]]
    profiled: Sequence[tuple[str, str, Shape]]
    is_host: bool  # the kernels run on the processor: times say nothing of a GPU


def on_gpus() -> GpuBench:
    """Return the bench of all GPUs of this machine. Raises OSError where there is none."""
    return GpuBench(
        backend=CudaBackend(),
        architecture=architecture(),
        n_paths=1_000_000,
        n_steps=252,
        checked_paths=20_000,
        rounds=7,
        tried=TRIED,
        profiled=PROFILED,
        is_host=False,
    )


def on_host() -> GpuBench:
    """Return the bench of the kernels built by g++, small: each line of the script runs, no figure means anything."""
    return GpuBench(
        backend=CudaBackend([HostDevice()]),
        architecture=90,
        n_paths=300,
        n_steps=2,
        checked_paths=300,
        rounds=2,
        tried=ON_HOST,
        profiled=PROFILED[:1],
        is_host=True,
    )


def laws_of(bench: GpuBench) -> tuple[str, ...]:
    """Return the laws that builds are tried of."""
    return tuple(dict.fromkeys(law for law, _ in bench.tried))


@cache
def model_of(law: str, n_steps: int) -> ModelArrays:
    """Return the arrays of a law of TRIED: 16 plain factors, or the bundled market's walk."""
    if law == "plain 16":
        chol = np.tril(np.full((1, 16, 16), 1e-3))
        return plain_model(decay=np.full((1, 16), 0.999), drift=np.zeros((1, 16)), chol=chol)
    market = load_market(bundled_market_path())
    return model_arrays([law_of(market, n_steps, n_steps, _unwind(law.split()[0], market))])[1]


def _unwind(kind: str, market: Market) -> Unwind | None:
    if kind == "mixture":
        return apply(read_scenario(THREE_REGIMES), market).unwind
    return Unwind(law=kind) if kind == "filtered" else None


def program_of(backend: AbstractBackend, law: str, precision: str, n_steps: int) -> Program:
    """Make the walk of a law ready, with one dollar held."""
    model = model_of(law, n_steps)
    return backend.prepare(
        model,
        dollar_book(model.decay.shape[1], USDJPY, n_steps),
        seed=1,
        n_steps=n_steps,
        float32=precision == "float32",
        centre=np.full(2, USDJPY),
    )


def shaped(settings: BuildSettings, shape: Shape) -> BuildSettings:
    """Return the settings of another shape; a kernel that walks and values values as many paths as it walks."""
    paths, blocks = shape
    return replace(settings, paths=paths, blocks=blocks, valued=settings.valued if settings.is_split else paths)


def rebuilt(program: Program, settings: BuildSettings) -> Program:
    """Return a program of the CUDA backend by another build: the same constants, and the same bits."""
    prepared = program.model
    residents = tuple(each._replace(module=each.device.build(settings)) for each in prepared.residents)
    return replace(program, model=replace(prepared, settings=settings, residents=residents))


def kernel_call(bench: GpuBench, program: Program) -> Callable[[], Any]:
    """Return a call that walks and values all paths, and leaves the P&L on the device."""
    return lambda: run_kernel(bench.backend, program, bench.n_paths)
