"""Builds of other shapes, paths a thread and blocks at once: registers, spills, bits, and the kernel's time."""

import hashlib
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from bench.gpu.counted import COUNTED_MS, DEVICE
from bench.gpu.device import GpuBench, Shape, kernel_call, program_of, rebuilt, shaped
from bench.machine import n_cores
from bench.records import CaseResult
from bench.timing import WALL, Work, interleave, rows
from engine.errors import RiskError
from kernels.base import PathRange, Program
from kernels.cuda.host.nvrtc import STRICT, Nvrtc, cubin, load_nvrtc
from kernels.cuda.host.source import ENTRY, REGISTERS, THREADS, BuildSettings
from kernels.numba.backend import NumbaBackend

GRAIN = 8  # registers of a thread that the device hands out at once
LIMIT_S = 30.0
Key = tuple[str, str, Shape]  # law, precision, shape


def measure(bench: GpuBench) -> CaseResult:
    """See the module."""
    programs = {key: program_of(bench.backend, *key, bench.n_steps) for key in bench.tried}
    settings = {
        (law, precision, shape): shaped(programs[law, precision].model.settings, shape)
        for (law, precision), shapes in bench.tried.items()
        for shape in dict.fromkeys((_own(programs[law, precision]), *shapes))
    }
    resources = _compiled(bench, settings)
    built = {key: rebuilt(programs[key[:2]], each) for key, each in settings.items()}
    asserted = tuple(_assert_numbas_bits(bench, law, precision, built) for law, precision in bench.tried)
    units = float(bench.n_paths * bench.n_steps)
    work = {
        name_of(*key): Work(
            call=kernel_call(bench, program),
            units=units,
            ours=name_of(*key[:2], _own(programs[key[:2]])) if key[2] != _own(programs[key[:2]]) else None,
        )
        for key, program in built.items()
    }
    seconds = interleave(work, rounds=bench.rounds, limit_s=LIMIT_S, clock=WALL)
    return CaseResult(
        name="gpu_builds",
        clock="wall",
        title=f"The walk by paths a thread and blocks at once, {bench.n_paths:,} paths x {bench.n_steps} steps,"
        f" {bench.backend.device()}",
        rows=rows(work, seconds, "path-steps"),
        figures={name_of(*key): _figures(key, seconds[name_of(*key)], resources[key], bench) for key in built},
        asserted=asserted,
    )


def name_of(law: str, precision: str, shape: Shape) -> str:
    """Return what a build is called."""
    return f"{law}, {precision}, {shape[0]} paths x {shape[1]} blocks"


def is_counted(devices: str) -> bool:
    """Return whether these devices, as the backend names them, are the one that counts are of."""
    return DEVICE in devices and devices.count("(GPU ") == 1


def resources_of(nvrtc: Nvrtc, settings: BuildSettings, architecture: int) -> dict[str, int]:
    """Return what ptxas says of the kernel that walks: registers, bytes spilled, blocks that fit at once."""
    options = [*STRICT, f"--gpu-architecture=sm_{architecture}", "--ptxas-options=-v", *settings.options()]
    _, log = nvrtc.compile(settings.sources(), ENTRY, options)
    kernel = "walk_paths" if settings.is_split else "pnl_of_paths"
    entry = log.partition(f"Compiling entry function '{kernel}'")[2]
    used = re.search(r"Used (\d+) registers", entry)
    spilled = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", entry)
    if used is None or spilled is None:
        raise RiskError(f"NVRTC does not say what {kernel} needs: {log.strip()}")
    registers = int(used[1])
    return {
        "registers": registers,
        "spilled_bytes": int(spilled[1]) + int(spilled[2]),
        "blocks_that_fit": REGISTERS // (-(-registers // GRAIN) * GRAIN * THREADS),
    }


def _own(program: Program) -> Shape:
    """Return the shape that `settings_for` chose."""
    settings: BuildSettings = program.model.settings
    return settings.paths, settings.blocks


def _compiled(bench: GpuBench, settings: Mapping[Key, BuildSettings]) -> dict[Key, dict[str, int]]:
    """Compile all builds, as many at once as there are cores, and keep them; return what they need."""
    nvrtc = load_nvrtc()
    if nvrtc is None:
        raise RiskError("NVRTC is not installed; pip install nvidia-cuda-nvrtc")

    def compiled(each: BuildSettings) -> dict[str, int]:
        if not bench.is_host:
            cubin(nvrtc, each, bench.architecture)
        return resources_of(nvrtc, each, bench.architecture)

    with ThreadPoolExecutor(n_cores()) as pool:
        return dict(zip(settings, pool.map(compiled, settings.values()), strict=True))


def _assert_numbas_bits(bench: GpuBench, law: str, precision: str, built: Mapping[Key, Program]) -> str:
    """Hold the P&L of every shape to numba's."""
    paths, numba = PathRange(first=0, n=bench.checked_paths), NumbaBackend()
    expected = _sha256(numba.pnl(program_of(numba, law, precision, bench.n_steps), paths))
    mine = {key: program for key, program in built.items() if key[:2] == (law, precision)}
    for key, program in mine.items():
        if _sha256(bench.backend.pnl(program, paths)) != expected:
            raise AssertionError(f"{name_of(*key)}: P&L is not numba's")
    return f"{law}, {precision}: {len(mine)} builds have numba's sha256 of {paths.n:,} paths, {expected}"


def _figures(key: Key, seconds: list[float], resources: dict[str, int], bench: GpuBench) -> dict[str, Any]:
    counted = COUNTED_MS.get((key[0], key[1], *key[2])) if is_counted(bench.backend.device()) else None
    kernel_ms = 1e3 * float(np.median(seconds))
    return {
        **resources,
        "kernel_ms": kernel_ms,
        "counted_issue_ms": counted.issue_ms if counted else None,
        "counted_expected_ms": counted.expected_ms if counted else None,
        "expected_over_measured": counted.expected_ms / kernel_ms if counted else None,
    }


def _sha256(array: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
