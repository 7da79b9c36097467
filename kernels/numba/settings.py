"""Settings shared by all numba kernels. Importing this module fixes them before anything is compiled."""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
from numba import config
from numba.core.registry import cpu_target

from kernels.base import BLOCK as BLOCK
from kernels.cache import cache_base, shipped_bases
from kernels.numba.kept import ByContent, keep_by_content
from kernels.numba.parts import PartCompiler

STRIDE = BLOCK + 24  # distance between rows of scratch; a power of two would put all rows in one set of the L1 cache

SPARE_ROWS = 10  # rows of scratch that a payoff may work in

# No fastmath: it would break bit identity.
STRICT: dict[str, Any] = {"error_model": "numpy", "cache": True, "nogil": True}  # of what Python calls
PART: dict[str, Any] = {
    "error_model": "numpy",
    "pipeline_class": PartCompiler,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}  # of what only kernels call
INLINE: dict[str, Any] = {**PART, "forceinline": True}
# Values of UNWIND_CPU: this very processor, or the highest of LEVELS. Without one, the highest that kernels came for
# with the program, else this very processor.
NATIVE, PORTABLE = "native", "portable"
_V3 = ("avx2", "fma", "bmi2", "lzcnt")
# Kinds of processors that one image serves, best first: the features that one must have; vectors. A portable kernel
# gives the same bits as a native one, at 0.94 to 1.0 of its speed on a processor of its own level.
LEVELS = {
    "x86-64-v4": ((*_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"), "avx512f"),
    "x86-64-v3": (_V3, "avx2"),
}
_FULL_VECTORS = "-prefer-256-bit"
VECTORS = ("avx512f", "avx2", "avx", "sse2", "neon")  # widest first
SHARED = ("base", "coefficients", "lanes", "law_layout", "layout", "payoffs", "records", "types")  # compiled in too
NOT_COMPILED = ("backend", "compiled", "kept", "shipped")  # of this folder: Python alone


def sources_sha256() -> str:
    """Hash of every source that numba compiles from: its own cache does not see edits in imported helpers."""
    digest, folder = hashlib.sha256(), Path(__file__).parent
    own = [path for path in sorted(folder.rglob("*.py")) if path.parent != folder or path.stem not in NOT_COMPILED]
    tables = [folder.parent / f"{name}.py" for name in SHARED]
    for path in [*own, *tables]:
        digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where kernels compiled from these sources by this compiler are kept; UNWIND_CACHE overrides."""
    return _below(cache_base())


def shipped_folder(base: Path, processor: str) -> Path:
    """Where below `base` kernels that are to be shipped lie, those of one processor."""
    return _below(base / processor)


def is_written() -> bool:
    """Return whether what is compiled can be kept for the next process."""
    return ByContent.is_written


def host_levels() -> tuple[str, ...]:
    """Return which of LEVELS this processor has, best first."""
    features = llvm.get_host_cpu_features()
    return tuple(name for name, (wanted, _) in LEVELS.items() if all(features.get(each) for each in wanted))


def _below(base: Path) -> Path:
    return base / "numba" / _stamp()


@cache
def _stamp() -> str:
    """Return what kernels are compiled from, and by what."""
    return f"{sources_sha256()[:16]}-numba-{numba.__version__}-llvmlite-{llvmlite.__version__}"


def _shipped_level() -> str | None:
    """Return the highest level of this processor that kernels of these sources came for with the program."""
    bases = shipped_bases()
    return next((each for each in host_levels() if any(shipped_folder(base, each).is_dir() for base in bases)), None)


def compiler_target() -> tuple[str, str]:
    """Return the processor that kernels are compiled for, and the widest vectors that they may use, "" if none.

    They may be fewer than the machine has: NUMBA_CPU_NAME and NUMBA_CPU_FEATURES change both.
    """
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    if name in LEVELS and features == _FULL_VECTORS:
        return name, LEVELS[name][1]
    allowed = {feature[1:] for feature in features.split(",") if feature.startswith("+")}
    widest = next((each for each in VECTORS if each in allowed), "")
    return name, f"{widest}, 256 bits at a time" if widest == "avx512f" and "prefer-256-bit" in allowed else widest


def _choose_processor() -> None:
    """Set for which processor kernels are compiled: it changes their speed, never a bit.

    UNWIND_CPU says it: native, portable, or one of LEVELS. numba's own NUMBA_CPU_NAME and NUMBA_CPU_FEATURES stand
    above it. Raises ValueError for another value, and for a level that this processor has not.
    """
    if config.CPU_NAME or config.CPU_FEATURES:
        return
    wanted, levels = os.environ.get("UNWIND_CPU") or _shipped_level() or NATIVE, host_levels()
    if wanted not in (NATIVE, PORTABLE, *LEVELS):
        names = ", ".join((NATIVE, PORTABLE, *LEVELS))
        raise ValueError(f"environment variable UNWIND_CPU: must be one of {names}, got {wanted!r}")
    if wanted in LEVELS and wanted not in levels:
        raise ValueError(
            f"environment variable UNWIND_CPU: this processor is no {wanted}, it would stop at the first kernel; "
            f"take {PORTABLE} or {NATIVE}"
        )
    level = wanted if wanted in LEVELS else next(iter(levels), None) if wanted == PORTABLE else None
    if level is not None:
        config.CPU_NAME, config.CPU_FEATURES = level, _FULL_VECTORS
        return
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):  # LLVM prefers 256-bit vectors on some of these: ask for all 512
        config.CPU_NAME = llvm.get_host_cpu_name()
        config.CPU_FEATURES = f"{features.flatten()},{_FULL_VECTORS}"


def _use_cache_folder() -> None:
    """Keep what is compiled where it can be kept; where it cannot, `unwind doctor` and the compile notice say so."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink(missing_ok=True)  # every process of a container may be the same number
        can_write = True
    except OSError:
        can_write = False
    if can_write:
        config.CACHE_DIR = str(folder)  # of kernels that others add
    processor = config.CPU_NAME or llvm.get_host_cpu_name()
    shipped = [place for base in shipped_bases() for place in (_below(base), shipped_folder(base, processor))]
    keep_by_content((folder, *(place for place in shipped if place.is_dir())), is_written=can_write)


_choose_processor()
_use_cache_folder()
