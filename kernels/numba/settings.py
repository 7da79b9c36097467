"""Settings shared by all numba kernels. Importing this module fixes them before anything is compiled."""

import hashlib
import os
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
from numba import config
from numba.core.registry import cpu_target

from kernels.cache import cache_base
from kernels.numba.kept import keep_by_content

BLOCK = 128  # paths that one inner loop handles: a compile-time constant, so that it becomes SIMD
STRIDE = BLOCK + 24  # distance between rows of scratch; a power of two would put all rows in one set of the L1 cache

SPARE_ROWS = 10  # rows of scratch that a payoff may work in

STRICT: dict[str, Any] = {
    "error_model": "numpy",
    "cache": True,
    "nogil": True,
}  # no fastmath: it would break bit identity
VECTORS = ("avx512f", "avx2", "avx", "sse2", "neon")  # widest first
SHARED = ("base", "coefficients", "lanes", "law_layout", "layout", "payoffs", "records", "types")  # compiled in too
INLINE: dict[str, Any] = {"error_model": "numpy", "forceinline": True}


def sources_sha256() -> str:
    """Hash of every source that numba compiles from: its own cache does not see edits in imported helpers."""
    digest, folder = hashlib.sha256(), Path(__file__).parent
    tables = [folder.parent / f"{name}.py" for name in SHARED]
    for path in [*sorted(folder.rglob("*.py")), *tables]:
        digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where kernels compiled from these sources by this compiler are kept; UNWIND_CACHE overrides."""
    compiler = f"numba-{numba.__version__}-llvmlite-{llvmlite.__version__}"
    return cache_base() / "numba" / f"{sources_sha256()[:16]}-{compiler}"


def compiler_target() -> tuple[str, str]:
    """Return the processor that kernels are compiled for, and the widest vectors that they may use, "" if none.

    They may be fewer than the machine has: NUMBA_CPU_NAME and NUMBA_CPU_FEATURES change both.
    """
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    allowed = {feature[1:] for feature in features.split(",") if feature.startswith("+")}
    widest = next((each for each in VECTORS if each in allowed), "")
    return name, f"{widest}, 256 bits at a time" if widest == "avx512f" and "prefer-256-bit" in allowed else widest


def _use_full_vectors() -> None:
    """LLVM prefers 256-bit vectors on some AVX-512 machines; ask for all 512. Changes speed, never a bit."""
    features = llvm.get_host_cpu_features()
    if features.get("avx512f") and not config.CPU_NAME and not config.CPU_FEATURES:
        config.CPU_NAME = llvm.get_host_cpu_name()
        config.CPU_FEATURES = features.flatten() + ",-prefer-256-bit"


def _use_cache_folder() -> None:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink(missing_ok=True)  # every process of a container may be the same number
    except OSError:
        STRICT["cache"] = False  # `unwind doctor` and the run's compile time say so
        return
    config.CACHE_DIR = str(folder)  # of kernels that others add
    keep_by_content(folder)


_use_full_vectors()
_use_cache_folder()
