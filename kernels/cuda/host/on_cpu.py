"""The CUDA sources built by g++ and run on the CPU: what tests hold against numba where no GPU is. Slow."""

import ctypes
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kernels.cache import cache_base, keep
from kernels.cuda.host.device import AbstractDevice, DeviceError
from kernels.cuda.host.source import BuildSettings, build_sha256
from kernels.types import Array

FLAGS = ["-std=c++17", "-O2", "-ffp-contract=off", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-x", "c++"]
SANITIZE = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g"]


class HostDevice(AbstractDevice):
    """One CPU core, posing as a GPU."""

    def __init__(self, *, memory: int = 2**32, sanitize: bool = False) -> None:
        self._memory = memory
        self._held = 0
        self._peak = 0
        self._flags = [*FLAGS, *_fma_flag(), *(SANITIZE if sanitize else [])]
        self._modules: dict[BuildSettings, ctypes.CDLL] = {}

    def name(self) -> str:
        """See AbstractDevice."""
        return "host build"

    def free_bytes(self) -> int:
        """What it was given: real memory is not counted."""
        return self._memory

    def peak_bytes(self) -> int:
        """See AbstractDevice. Nothing is held for the next ones."""
        return self._peak

    def wait(self) -> None:
        """See AbstractDevice. A launch returns once it is done."""

    def build(self, settings: BuildSettings) -> ctypes.CDLL:
        """See AbstractDevice. Each device loads a file of its own, since a module's variables exist once a file."""
        if settings not in self._modules:
            library = _library(settings.sources(), [*self._flags, *settings.options()])
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "kernels.so"
                path.write_bytes(library)
                self._modules[settings] = ctypes.CDLL(str(path))
        return self._modules[settings]

    def write(self, module: ctypes.CDLL, symbol: str, content: Array) -> None:
        """See AbstractDevice."""
        place = ctypes.addressof(ctypes.c_char.in_dll(module, symbol))
        ctypes.memmove(place, content.ctypes.data, content.nbytes)

    def launch(
        self, module: ctypes.CDLL, kernel: str, grid: tuple[int, int], block: int, arguments: Sequence[Any]
    ) -> None:
        """See AbstractDevice."""
        words = np.array([np.uint64(self.address(a) if isinstance(a, np.ndarray) else a) for a in arguments])
        module[f"launch_{kernel}"](*grid, block, ctypes.c_void_p(words.ctypes.data))

    def put(self, array: Array) -> Array:
        """See AbstractDevice."""
        return self._counted(np.array(array, order="C"))

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """See AbstractDevice."""
        return self._counted(np.empty(shape, dtype))

    def get(self, array: Array) -> Array:
        """See AbstractDevice."""
        return array.copy()

    def address(self, array: Array) -> np.uint64:
        """See AbstractDevice."""
        return np.uint64(array.ctypes.data)

    def _counted(self, array: Array) -> Array:
        self._take(array.nbytes)
        weakref.finalize(array, self._take, -array.nbytes)
        return array

    def _take(self, n_bytes: int) -> None:
        self._held += n_bytes
        self._peak = max(self._peak, self._held)


def _fma_flag() -> list[str]:
    """The instruction where the processor has it; the library's, which rounds alike, where not."""
    cpuinfo = Path("/proc/cpuinfo")
    return ["-mfma"] if cpuinfo.exists() and " fma " in cpuinfo.read_text(encoding="utf-8") else []


def _library(texts: dict[str, str], options: list[str]) -> bytes:
    compiler = shutil.which("g++")
    if compiler is None:
        raise DeviceError("g++ is not installed; the host build of the CUDA sources needs it")
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    kept = cache_base() / "host" / f"{build_sha256(texts, options, version)[:32]}.so"
    if kept.exists():
        return kept.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        out = Path(folder) / "kernels.so"
        command = [compiler, *options, f"-I{folder}", str(Path(folder) / "host.h"), "-o", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DeviceError(f"g++ refuses the CUDA sources: {done.stderr.strip()}")
        keep(kept, out.read_bytes())
        return out.read_bytes()
