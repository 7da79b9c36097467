"""`make gpu`: all that waits for a CUDA device, in one go: identity, tests, benchmarks, a file under bench/results/.

Starts with the standard library alone, so that a bare machine gets a list of what to bring instead of a traceback.
"""

import ctypes
import json
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# What `make gpu` imports -> what brings it
MODULES = {
    "numpy": "numpy",
    "numba": "numba",
    "scipy": "scipy",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "pydantic": "pydantic",
    "QuantLib": "QuantLib",
    "typer": "typer",
    "rich": "rich",
    "pytest": "pytest",
    "hypothesis": "hypothesis",
}
FACTORS, STEPS, PATHS = 16, 252, 1_000_000
# Of PATHS walked on an H200 (132 multiprocessors at 1.98 GHz), by the instructions that sm_90 issues for a step
COUNTED_MS = {"float64": 10.8, "float32": 6.7}
# A step under the mixture over one without an unwind, by the same instructions
COUNTED_RATIO = {"float64": 1.3, "float32": 2.0}
ROUNDS = 7


def main() -> int:
    """Run it all; the exit code says whether it all held."""
    driver = newest_cuda()
    absent = missing(driver)
    if absent:
        print(f"make gpu needs packages that are not here: {', '.join(absent)}", file=sys.stderr)
        print(
            f"bring them: pip download --dest wheels {' '.join(absent)}   (where there is a network)", file=sys.stderr
        )
        print("            pip install --no-index --find-links wheels " + " ".join(absent), file=sys.stderr)
        return 1
    from kernels.cuda_check import cuda_fault

    fault = cuda_fault()
    if fault:
        print(f"no GPU can run here: {fault.message}", file=sys.stderr)
        return 75 if fault.is_temporary else 1
    tests = subprocess.run([sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-k", "not every_number"], cwd=ROOT)
    if tests.returncode:
        return tests.returncode
    walks = [timed for precision in COUNTED_MS for timed in (walk(precision), *unwinds(precision))]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bench.json"
        benchmarks = subprocess.run([sys.executable, "-m", "bench", "--out", str(out)], cwd=ROOT)
        if benchmarks.returncode:
            return benchmarks.returncode
        result = json.loads(out.read_text(encoding="utf-8"))
    print(f"wrote {write(result, walks)}", file=sys.stderr)
    return 0


def newest_cuda() -> int:
    """Major version of CUDA that the driver runs; 0 where there is no driver."""
    for name in ("libcuda.so.1", "nvcuda.dll"):
        try:
            version = ctypes.c_int()
            if ctypes.CDLL(name).cuDriverGetVersion(ctypes.byref(version)) == 0:
                return version.value // 1000
        except OSError:
            continue
    return 0


def missing(driver: int) -> list[str]:
    """Packages to bring; those of CUDA only where there is a driver for them."""
    absent = [package for module, package in MODULES.items() if find_spec(module) is None]
    if not driver:
        return absent
    if find_spec("cupy") is None:
        absent.append(f"cupy-cuda{min(driver, 13)}x")
    if not absent:
        from kernels.nvrtc import load_nvrtc

        if load_nvrtc(driver) is None:
            absent.append(f"nvidia-cuda-nvrtc=={driver}.*" if driver >= 13 else f"nvidia-cuda-nvrtc-cu{driver}")
    return absent


def walk(precision: str) -> dict[str, Any]:
    """Time PATHS x STEPS x FACTORS on the first GPU: kernel, reduction, and what travels home."""
    import numpy as np

    from kernels.base import plain_model

    model = plain_model(
        decay=np.full((1, FACTORS), 0.999),
        drift=np.zeros((1, FACTORS)),
        chol=np.tril(np.full((1, FACTORS, FACTORS), 1e-3)),
    )
    timed = _timed("plain", model, precision)
    counted = {"counted_ms_of_an_h200": COUNTED_MS[precision]}
    return {**timed, **counted, "share_of_counted": COUNTED_MS[precision] / timed["median_ms"]}


def unwinds(precision: str) -> list[dict[str, Any]]:
    """The bundled market's walk, plain and under the mixture of regimes and feedback, as `walk` times it."""
    from engine.dynamics.apply import apply
    from engine.inputs.market import bundled_market_path, load_market
    from engine.inputs.scenario import load_scenario
    from engine.run.law import law_of
    from engine.run.model import model_arrays

    market = load_market(bundled_market_path())
    laws = {"bundled market": None, "mixture": apply(load_scenario("mixture"), market).unwind}
    found = [
        _timed(name, model_arrays([law_of(market, STEPS, STEPS, unwind)])[1], precision)
        for name, unwind in laws.items()
    ]
    ratio = found[1]["median_ms"] / found[0]["median_ms"]
    return [found[0], {**found[1], "over_plain": ratio, "counted_over_plain": COUNTED_RATIO[precision]}]


def _timed(name: str, model: Any, precision: str) -> dict[str, Any]:
    import numpy as np

    from engine.run.walk import no_positions
    from kernels.base import CELL, CellRange
    from kernels.cuda_backend import CudaBackend

    backend, n_factors = CudaBackend(), model.decay.shape[1]
    book = no_positions(n_factors, STEPS)
    program = backend.prepare(model, book, seed=1, n_steps=STEPS, float32=precision == "float32", centre=np.zeros(2))
    cells = CellRange(first=0, n=-(-PATHS // CELL), n_paths=PATHS)
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        backend.reduce(program, cells, np.empty((2, 0, 2)))
        seconds.append(time.perf_counter() - start)
    return {
        "device": backend.device(),
        "law": name,
        "precision": precision,
        "work": f"{PATHS} paths x {STEPS} steps x {n_factors} factors, and the reduction of 2 rows",
        "compile_s": program.compile_s,
        "cold_ms": 1e3 * seconds[0],
        "median_ms": 1e3 * statistics.median(seconds[1:]),
    }


def write(result: dict[str, Any], walks: list[dict[str, Any]]) -> Path:
    """Put the GPU's walks beside the benchmarks' result."""
    device = walks[0]["device"].split(" (")[0].lower().replace(" ", "-")
    path = ROOT / "bench" / "results" / f"{time.strftime('%Y-%m-%d')}-{device}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**result, "gpu_walks": walks}, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
