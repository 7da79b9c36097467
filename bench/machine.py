"""Facts about the machine that times belong to."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("unwind-risk", "numpy", "numba", "llvmlite", "QuantLib", "scipy", "cupy-cuda12x", "cupy-cuda13x")
ROOT = Path(__file__).parent.parent


def facts(device: str, gpu: str | None) -> dict[str, Any]:
    """Return what a reader of the times must know; `device` is numba's name for it, `gpu` the cuda backend's."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "cpu": _cpu_model(),
        "device": device,
        "gpu": gpu,
        "cores": n_cores(),
        "memory_gib": _memory_gib(),
        "load_average": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Return the commit of the checkout that this code runs from, marked when it was edited; None outside one."""
    if not (ROOT / ".git").exists():
        return None
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        edits = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + (", edited" if edits.stdout.strip() else "")


def _cpu_model() -> str:
    lines = _lines("/proc/cpuinfo")
    return next((value for name, value in lines if name == "model name"), platform.processor() or platform.machine())


def _memory_gib() -> float | None:
    total = next((value for name, value in _lines("/proc/meminfo") if name == "MemTotal"), None)
    return round(int(total.split()[0]) / 2**20, 1) if total else None


def _lines(path: str) -> list[tuple[str, str]]:
    """Return the "name : value" lines of a file of Linux's; nothing elsewhere."""
    if not Path(path).exists():
        return []
    parts = (line.partition(":") for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [(name.strip(), value.strip()) for name, _, value in parts]
