"""`make gpu`: all that waits for a CUDA device, in one go: identity, tests, benchmarks, a file under bench/results/.

Starts with the standard library alone, so that a bare machine gets a list of what to bring instead of a traceback.
"""

import ctypes
import json
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
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
GPU_TESTS = (
    "tests/kernels/cuda/host/test_backend.py",
    "tests/kernels/cuda/test_filtered.py",
    "tests/kernels/cuda/test_unwind.py",
)
GPU_CASE = "crossover"
COMMAND = ("QuantLib", "pandas", "rich", "typer")  # what the `unwind` command needs besides
# Cases without a GPU, which are left out where what they need is not there
OTHER_CASES: dict[str, tuple[str, ...]] = {
    "normals": (),
    "walk": ("QuantLib",),
    "stages": (),
    "revaluation": ("QuantLib",),
    "options": ("QuantLib",),
    "end_to_end": COMMAND,
    "start_up": COMMAND,
    "unwind": (),
    "filtered": ("QuantLib",),
}
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def main() -> int:
    """Run it all; the exit code says whether it all held."""
    driver = newest_cuda()
    absent = missing(driver)
    if absent:
        say(how_to_bring(absent))
        return 1
    from kernels.cuda.host.check import cuda_fault

    fault = cuda_fault()
    if fault:
        say(f"no GPU can run here: {fault.message}")
        return 75 if fault.is_temporary else 1
    tests = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-k", "not every_number", *GPU_TESTS]
    if code := subprocess.run(tests, cwd=ROOT).returncode:
        return code
    from bench.gpu_walk import walks

    timed = walks()
    code, result = benchmarks([GPU_CASE])
    if code:
        return code
    result["gpu_walks"] = timed
    path = ROOT / "bench" / "results" / f"{time.strftime('%Y-%m-%d')}-{file_name(timed[0]['device'])}.json"
    write(path, result)
    others = [name for name, needs in OTHER_CASES.items() if not _absent(needs)]
    for name in OTHER_CASES.keys() - set(others):
        say(f"case {name!r} is left out: {', '.join(_absent(OTHER_CASES[name]))} not installed")
    code, rest = benchmarks(others)
    if not code:
        result["cases"] += rest["cases"]
        write(path, result)
    return code


def say(line: str) -> None:
    """Print to stderr."""
    print(line, file=sys.stderr, flush=True)


def newest_cuda() -> int:
    """Return the major version of CUDA that the driver runs; 0 where there is no driver."""
    for name in ("libcuda.so.1", "nvcuda.dll"):
        try:
            version = ctypes.c_int()
            if ctypes.CDLL(name).cuDriverGetVersion(ctypes.byref(version)) == 0:
                return version.value // 1000
        except OSError:
            continue
    return 0


def missing(driver: int) -> list[str]:
    """Return the packages to bring; those of CUDA only where there is a driver for them."""
    absent = [MODULES[module] for module in _absent(MODULES)]
    if not driver:
        return absent
    if find_spec("cupy") is None:
        absent.append(f"cupy-cuda{min(driver, 13)}x")
    if not absent:
        from kernels.cuda.host.nvrtc import load_nvrtc

        if load_nvrtc(driver) is None:
            absent.append(f"nvidia-cuda-nvrtc=={driver}.*" if driver >= 13 else f"nvidia-cuda-nvrtc-cu{driver}")
    return absent


def how_to_bring(absent: list[str]) -> str:
    """Return the commands that fetch wheels for this Python elsewhere, and install them here."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    names = " ".join(f"'{name}'" if "*" in name else name for name in absent)
    platforms = " ".join(f"--platform {name}" for name in PLATFORMS)
    return (
        f"make gpu needs packages that are not here: {', '.join(absent)}\n"
        f"where there is a network: python -m pip download --dest wheels --only-binary=:all:"
        f" --python-version {version} {platforms} {names}\n"
        f"here: {sys.executable} -m pip install --no-index --find-links wheels {names}"
    )


def benchmarks(cases: list[str]) -> tuple[int, dict[str, Any]]:
    """Exit code and result of `python -m bench`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bench.json"
        code = subprocess.run([sys.executable, "-m", "bench", *cases, "--out", str(out)], cwd=ROOT).returncode
        return code, {} if code else json.loads(out.read_text(encoding="utf-8"))


def file_name(device: str) -> str:
    """Return `NVIDIA H200 (GPU 0), ...` as part of a file's name."""
    return device.split(" (")[0].lower().replace(" ", "-")


def write(path: Path, result: dict[str, Any]) -> None:
    """Put what there is so far into the file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    say(f"wrote {path}")


def _absent(modules: Any) -> list[str]:
    return [module for module in modules if find_spec(module) is None]


if __name__ == "__main__":
    sys.exit(main())
