"""Can a GPU run here, and if not, what is in the way? Never raises, whatever state the CUDA install is in."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import distributions
from importlib.util import find_spec
from typing import Any

from kernels.cuda.host.nvrtc import Nvrtc, load_nvrtc

CUPY = "cupy-cuda"


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaFault:
    """What keeps the CUDA backend from running, and the way out."""

    message: str
    is_temporary: bool = False


NO_CUPY = CudaFault(message="cupy is not installed; pip install 'unwind-risk[cuda13]' (or [cuda12])")


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaFacts:
    """What there is of CUDA on this machine, in words; and the first thing that is in the way, None where it works."""

    cupy: str
    driver: str
    nvrtc: str
    devices: tuple[str, ...]
    fault: CudaFault | None


def cuda_facts(nvrtc: Callable[[int | None], Nvrtc | None] = load_nvrtc) -> CudaFacts:
    """Look at cupy, the driver, the compiler and the devices, in this order, as far as it goes."""
    packages = _cupy_packages()
    cupy, fault = _cupy(packages)
    runtime = getattr(getattr(cupy, "cuda", None), "runtime", None)
    driver, driver_fault = _driver(runtime) if runtime else (0, None)
    fault = fault or driver_fault
    compiler = _quietly(lambda: nvrtc(driver // 1000 or None))
    fault = fault or _nvrtc_fault(compiler, driver)
    devices, device_fault = _devices(runtime, compiler) if runtime and driver else ((), None)
    return CudaFacts(
        cupy=", ".join(packages) or "none; only a GPU needs it",
        driver=_version(driver) if driver else "none found",
        nvrtc=f"{compiler.version[0]}.{compiler.version[1]}, {compiler.path}" if compiler else "none found",
        devices=devices,
        fault=fault or device_fault,
    )


def cuda_fault() -> CudaFault | None:
    """What is in the way; None where the CUDA backend can run. Quick where there is no cupy."""
    return cuda_facts().fault if _has_cupy() else NO_CUPY


def _has_cupy() -> bool:
    return _quietly(lambda: find_spec("cupy")) is not None


def _cupy_packages() -> list[str]:
    found = {(dist.name.lower(), dist.version) for dist in distributions() if dist.name}
    return sorted(f"{name} {version}" for name, version in found if name == "cupy" or name.startswith(CUPY))


def _cupy(packages: list[str]) -> tuple[Any, CudaFault | None]:
    if len(packages) > 1:
        names = ", ".join(packages)
        return None, CudaFault(message=f"several cupy are installed over each other ({names}): uninstall all but one")
    if not _has_cupy():
        return None, NO_CUPY
    try:
        return import_module("cupy"), None
    except Exception as error:
        return None, CudaFault(
            message=f"cupy is installed but cannot be imported ({_first_line(error)}); install it again:"
            " pip install --force-reinstall 'unwind-risk[cuda13]' (or [cuda12])"
        )


def _driver(runtime: Any) -> tuple[int, CudaFault | None]:
    """Newest CUDA version that the driver runs, as 1000 * major + 10 * minor; 0: none."""
    try:
        driver, built_for = runtime.driverGetVersion(), runtime.runtimeGetVersion()
    except Exception as error:
        return 0, CudaFault(message=f"the NVIDIA driver does not answer ({_first_line(error)}); look at nvidia-smi")
    if not driver:
        return 0, CudaFault(message="no NVIDIA driver is installed, or this container is not let at it")
    if driver // 1000 < built_for // 1000:
        return driver, CudaFault(
            message=f"the NVIDIA driver runs CUDA {_version(driver)} at most, cupy is built for {_version(built_for)};"
            f" update the driver, or install the cupy of CUDA {driver // 1000}"
        )
    return driver, None


def _nvrtc_fault(compiler: Nvrtc | None, driver: int) -> CudaFault | None:
    if compiler:
        return None
    if driver:
        major = driver // 1000
        package = "nvidia-cuda-nvrtc" if major >= 13 else f"nvidia-cuda-nvrtc-cu{major}"
        wanted = f"'{package}=={major}.*'"
        return CudaFault(message=f"no NVRTC of CUDA {major} or earlier is found; pip install {wanted}")
    return CudaFault(message="no NVRTC is found; pip install nvidia-cuda-nvrtc")


def _devices(runtime: Any, compiler: Nvrtc | None) -> tuple[tuple[str, ...], CudaFault | None]:
    try:
        n = runtime.getDeviceCount()
    except Exception as error:
        return (), CudaFault(message=f"the driver shows no device ({_first_line(error)}); look at nvidia-smi")
    if not n:
        return (), CudaFault(message="the driver shows no device; is CUDA_VISIBLE_DEVICES set?")
    names: list[str] = []
    for index in range(n):
        name, fault = _device(runtime, index, compiler)
        names.append(name)
        if fault:
            return tuple(names), fault
    return tuple(names), None


def _device(runtime: Any, index: int, compiler: Nvrtc | None) -> tuple[str, CudaFault | None]:
    try:
        facts = runtime.getDeviceProperties(index)
        name = f"GPU {index}, {facts['name'].decode()}, sm_{facts['major']}{facts['minor']}"
        runtime.setDevice(index)
        free, total = runtime.memGetInfo()
    except Exception as error:
        is_busy = "Unavailable" in str(error) or "MemoryAllocation" in str(error)
        return f"GPU {index}", CudaFault(
            message=f"GPU {index} does not take work ({_first_line(error)}); look at nvidia-smi"
            " for other processes or errors",
            is_temporary=is_busy,
        )
    capability = 10 * facts["major"] + facts["minor"]
    known = compiler.architectures() if compiler else (capability,)
    if capability not in known:
        way = "it is too old" if capability < min(known) else "a newer NVRTC, and the driver for it, is needed"
        return name, CudaFault(message=f"NVRTC does not compile for {name}; {way}")
    return f"{name}, {free / 2**30:,.1f} of {total / 2**30:,.1f} GiB free", None


def _quietly(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception:
        return None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"
