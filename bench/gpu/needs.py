"""What a machine must have for `make gpu`: asked with the standard library alone."""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

# What is imported on the way -> what brings it
MODULES = {
    "numpy": "numpy",
    "numba": "numba",
    "scipy": "scipy",
    "pyarrow": "pyarrow",
    "pydantic": "pydantic",
    "pytest": "pytest",
    "hypothesis": "hypothesis",
}
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
PROFILERS = ("/usr/local/cuda/bin", "/opt/nvidia/nsight-compute/*")  # beside PATH
DRIVERS = ("libcuda.so.1", "nvcuda.dll")
MAJOR, MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR


def newest_cuda() -> int:
    """Return the major version of CUDA that the driver runs; 0 where there is no driver."""
    version = ctypes.c_int()
    driver = _driver()
    if driver is None or driver.cuDriverGetVersion(ctypes.byref(version)):
        return 0
    return version.value // 1000


def architecture() -> int:
    """Return the compute capability of the first device, 90 for sm_90. Raises OSError where there is none."""
    driver, device, part = _driver(), ctypes.c_int(), ctypes.c_int()
    if driver is None or driver.cuInit(0) or driver.cuDeviceGet(ctypes.byref(device), 0):
        raise OSError("there is no CUDA device")
    found = 0
    for attribute in (MAJOR, MINOR):
        if driver.cuDeviceGetAttribute(ctypes.byref(part), attribute, device):
            raise OSError("the driver does not say what its device can do")
        found = 10 * found + part.value
    return found


def missing(driver: int) -> list[str]:
    """Return the packages to bring; those of CUDA only where there is a driver for them."""
    needed = [MODULES[module] for module in absent(MODULES)]
    if not driver:
        return needed
    if find_spec("cupy") is None:
        needed.append(f"cupy-cuda{min(driver, 13)}x")
    if not needed:
        from kernels.cuda.host.nvrtc import load_nvrtc

        if load_nvrtc(driver) is None:
            needed.append(f"nvidia-cuda-nvrtc=={driver}.*" if driver >= 13 else f"nvidia-cuda-nvrtc-cu{driver}")
    return needed


def how_to_bring(packages: list[str]) -> str:
    """Return the commands that fetch wheels for this Python elsewhere, and install them here."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    names = " ".join(f"'{name}'" if "*" in name else name for name in packages)
    platforms = " ".join(f"--platform {name}" for name in PLATFORMS)
    return (
        f"make gpu needs packages that are not here: {', '.join(packages)}\n"
        f"where there is a network: python -m pip download --dest wheels --only-binary=:all:"
        f" --python-version {version} {platforms} {names}\n"
        f"here: {sys.executable} -m pip install --no-index --find-links wheels {names}"
    )


def absent(modules: Iterable[str]) -> list[str]:
    """Return which of these modules are not installed."""
    return [module for module in modules if find_spec(module) is None]


def profiler_path() -> str | None:
    """Return where Nsight Compute is, None where it is not."""
    folders = [str(place) for pattern in PROFILERS for place in sorted(Path("/").glob(pattern.lstrip("/")))]
    return shutil.which("ncu") or shutil.which("ncu", path=os.pathsep.join(folders))


def _driver() -> ctypes.CDLL | None:
    for name in DRIVERS:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None
