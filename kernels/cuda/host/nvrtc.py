"""NVIDIA's run-time compiler, through its C interface: source text to a cubin. Needs neither a device nor a driver."""

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kernels.cache import cache_base, keep
from kernels.cuda.host.device import DeviceError
from kernels.cuda.host.source import ENTRY, BuildSettings, build_sha256

STRICT = ("--std=c++17", "--fmad=false", "--prec-div=true", "--prec-sqrt=true", "--ftz=false")
FILES = ("lib/libnvrtc.so.[0-9]*", "lib64/libnvrtc.so.[0-9]*", "bin/nvrtc64_*_0.dll", "bin/x86_64/nvrtc64_*_0.dll")


class Nvrtc:
    """One copy of the compiler."""

    def __init__(self, path: str) -> None:
        self.path = path
        for builtins in sorted(Path(path).parent.glob("libnvrtc-builtins.so.*")):  # which some copies do not find
            ctypes.CDLL(str(builtins), ctypes.RTLD_GLOBAL)
        self._library = ctypes.CDLL(path)
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._check(self._library.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
        self.version = (major.value, minor.value)

    def architectures(self) -> tuple[int, ...]:
        """Compute capabilities it compiles for: 90 for sm_90."""
        n = ctypes.c_int()
        self._check(self._library.nvrtcGetNumSupportedArchs(ctypes.byref(n)))
        found = (ctypes.c_int * n.value)()
        self._check(self._library.nvrtcGetSupportedArchs(found))
        return tuple(found)

    def compile(self, texts: dict[str, str], entry: str, options: Sequence[str]) -> tuple[bytes, str]:
        """Compile `texts[entry]`, which includes the others; returns cubin and log.

        Raises
        ------
        DeviceError
            The source does not compile; holds the compiler's log.
        """
        headers = {name: text for name, text in texts.items() if name != entry}
        program = ctypes.c_void_p()
        self._check(
            self._library.nvrtcCreateProgram(
                ctypes.byref(program),
                texts[entry].encode(),
                entry.encode(),
                len(headers),
                _strings(headers.values()),
                _strings(headers),
            )
        )
        try:
            status = self._library.nvrtcCompileProgram(program, len(options), _strings(options))
            log = self._read(program, "ProgramLog").decode(errors="replace").rstrip("\0")
            if status:
                raise DeviceError(f"NVRTC {self.version[0]}.{self.version[1]} refuses {entry}: {log.strip()}")
            return self._read(program, "CUBIN"), log
        finally:
            self._library.nvrtcDestroyProgram(ctypes.byref(program))

    def _read(self, program: ctypes.c_void_p, what: str) -> bytes:
        size = ctypes.c_size_t()
        self._check(self._library[f"nvrtcGet{what}Size"](program, ctypes.byref(size)))
        content = ctypes.create_string_buffer(size.value)
        self._check(self._library[f"nvrtcGet{what}"](program, content))
        return content.raw

    def _check(self, status: int) -> None:
        if status:
            self._library.nvrtcGetErrorString.restype = ctypes.c_char_p
            raise DeviceError(f"NVRTC at {self.path}: {self._library.nvrtcGetErrorString(status).decode()}")


def _strings(texts: Any) -> Any:
    encoded = [text.encode() for text in texts]
    return (ctypes.c_char_p * len(encoded))(*encoded)


def candidates() -> Iterator[str]:
    """Files that may be the compiler: of pip packages, of a CUDA toolkit, then what the system's loader knows."""
    spec = find_spec("nvidia")
    places = [folder for place in (spec.submodule_search_locations or [] if spec else []) for folder in _folders(place)]
    places += [Path(os.environ[name]) for name in ("CUDA_PATH", "CUDA_HOME") if os.environ.get(name)]
    if sys.platform != "win32":
        places.append(Path("/usr/local/cuda"))
    for place in places:
        for pattern in FILES:
            yield from map(str, sorted(place.glob(pattern)))
    if named := ctypes.util.find_library("nvrtc"):
        yield named


def _folders(place: str) -> list[Path]:
    return sorted(folder for folder in Path(place).iterdir() if folder.is_dir()) if Path(place).is_dir() else []


def load_nvrtc(newest: int | None = None) -> Nvrtc | None:
    """The first copy found that loads, of major version `newest` at most: a driver refuses a newer one's cubins."""
    for path in candidates():
        try:
            found = Nvrtc(path)
        except (OSError, AttributeError, DeviceError):
            continue
        if newest is None or found.version[0] <= newest:
            return found
    return None


def cubin(nvrtc: Nvrtc, settings: BuildSettings, architecture: int) -> bytes:
    """The kernels compiled for one compute capability (90 for sm_90), from the cache if they are there."""
    options = [*STRICT, f"--gpu-architecture=sm_{architecture}", *settings.options()]
    name = build_sha256(settings.sources(), options, f"NVRTC {nvrtc.version}")
    path = cache_base() / "cuda" / f"{name[:32]}.cubin"
    if path.exists():
        return path.read_bytes()
    compiled, _ = nvrtc.compile(settings.sources(), ENTRY, options)
    keep(path, compiled)
    return compiled
