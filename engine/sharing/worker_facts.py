"""What must be the same on a worker as here, so that its blocks are those that this process would compute."""

import os
import platform
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from engine.errors import RiskError
from engine.run.run_facts import versions
from engine.sharing.program_digest import code, outside_sources

_PACKAGES = ("python", "numpy", "numba", "llvmlite")  # that make a block's bits
_SETTINGS = (  # of the kernels' compiler, from the environment: each may change what a kernel is compiled to
    "NUMBA_CPU_NAME",
    "NUMBA_CPU_FEATURES",
    "NUMBA_DISABLE_JIT",
    "NUMBA_ENABLE_AVX",
    "NUMBA_LOOP_VECTORIZE",
    "NUMBA_OPT",
    "NUMBA_SLP_VECTORIZE",
)

Facts = Mapping[str, str]


class DifferentWorkerError(RiskError):
    """A worker is not as this process."""

    def __init__(self, worker: str, why: str) -> None:
        super().__init__(f"worker {worker}: {why}")
        self.worker = worker  # its address
        self.why = why

    def __reduce__(self) -> tuple[type["DifferentWorkerError"], tuple[str, str]]:
        return type(self), (self.worker, self.why)


@lru_cache(maxsize=1)
def worker_facts() -> Facts:
    """Return the program, the versions, the processor's kind and the compiler's settings of this process."""
    program, found = code(), versions()
    outside = sha256(b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in outside_sources()))
    return {
        "version": program["version"],
        "engine and kernels": program["sha256"],
        "payoffs from elsewhere": outside.hexdigest(),
        **{name: found.get(name, "not there") for name in _PACKAGES},
        "machine": platform.machine(),
        **{name: os.environ.get(name, "not set") for name in _SETTINGS},
    }


def differences(here: Facts, there: object) -> str:
    """Say what a worker has otherwise than this process; "" where nothing is."""
    if not isinstance(there, Mapping):
        return f"it answers {type(there).__name__} where its versions were asked for"
    names = [name for name in {**here, **there} if here.get(name) != there.get(name)]
    return ", ".join(f"{name} {_shown(there.get(name))}, here {_shown(here.get(name))}" for name in names)


def _shown(value: object) -> str:
    text = str(value)
    return f"{text[:12]}..." if len(text) == 64 else text  # a digest
