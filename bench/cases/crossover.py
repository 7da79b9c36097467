"""Cost against the number of paths on every backend that works here, and where one overtakes another."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from bench import sample
from bench.records import CaseResult, Row
from engine.errors import RiskError
from engine.run.backend import choose_backend
from engine.run.pack import Packed
from kernels.base import AbstractBackend, PathRange, Program

SIZES = (100, 1000, 10_000, 100_000, 1_000_000, 4_000_000)
LONGEST_S = 1.0  # a backend is not asked for more paths once a call took this long
SLOWEST_S = 4.0  # nor where they would take this long by the last size's rate
ROUNDS = 5
N_COMPARED = 4096


def measure() -> CaseResult:
    """See the module."""
    packed = sample.packed_book(sample.market_of_16(), direct=False)
    ready, absent = _ready(packed)
    timed = {name: _timed(backend, program) for name, (backend, program, _) in ready.items()}
    rows = tuple(_row(name, n, seconds) for name, sizes in timed.items() for n, seconds in sizes.items())
    starts = {f"{name}_start_s": start_s for name, (_, _, start_s) in ready.items()}
    figures = {**starts, **_crossovers(timed, starts)}
    return CaseResult(
        name="crossover",
        clock="wall",
        title="12,000 flows over 10 days in one step: seconds against paths, all cores",
        rows=rows,
        figures=figures,
        asserted=_assert_equal(ready, packed),
        absent=absent,
    )


Ready = dict[str, tuple[AbstractBackend, Program, float]]


def _ready(packed: Packed) -> tuple[Ready, tuple[str, ...]]:
    """Backends made ready, with the seconds that took: import, kernels from the cache, constants in place."""
    ready: Ready = {}
    absent = []
    for name in ("numba", "numpy", "cuda"):
        start = time.perf_counter()
        try:
            backend = choose_backend(name, lambda _: None)
            program = backend.prepare(
                packed.model,
                packed.book,
                seed=1,
                n_steps=packed.n_steps,
                float32=False,
                centre=packed.shock_pnl.ravel(),
            )
        except RiskError as error:
            absent.append(str(error))
            continue
        ready[name] = backend, program, time.perf_counter() - start
    return ready, tuple(absent)


def _timed(backend: AbstractBackend, program: Program) -> dict[int, list[float]]:
    sizes: dict[int, list[float]] = {}
    per_path = 0.0
    for n in SIZES:
        if n * per_path > SLOWEST_S:
            break
        call = _call(backend, program, n)
        call()
        sizes[n] = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            call()
            sizes[n].append(time.perf_counter() - start)
            if sizes[n][-1] > LONGEST_S:
                break
        per_path = sizes[n][-1] / n
        if sizes[n][-1] > LONGEST_S:
            break
    return sizes


def _call(backend: AbstractBackend, program: Program, n: int) -> Callable[[], Any]:
    return lambda: backend.pnl(program, PathRange(first=0, n=n))


def _row(name: str, n: int, seconds: list[float]) -> Row:
    return Row(name=f"{name}, {n:,} paths", unit="paths", work=n, median_s=median(seconds), best_s=min(seconds))


def _crossovers(timed: dict[str, dict[int, list[float]]], starts: dict[str, float]) -> dict[str, float | None]:
    """Fewest paths from which one backend is faster than another: once both are ready, and with the start counted."""
    found: dict[str, float | None] = {}
    lines = {name: line(sizes) for name, sizes in timed.items()}
    for fast, slow in (("numba", "numpy"), ("cuda", "numba")):
        if fast in lines and slow in lines:
            late = starts[f"{fast}_start_s"] - starts[f"{slow}_start_s"]
            found[f"{fast}_overtakes_{slow}_at_paths"] = crossing(lines[fast], lines[slow], 0.0)
            found[f"{fast}_overtakes_{slow}_at_paths_with_start"] = crossing(lines[fast], lines[slow], late)
    return found


def line(sizes: dict[int, list[float]]) -> tuple[float, float]:
    """Seconds as a fixed part and a part per path: from the fewest and the most paths."""
    few, many = min(sizes), max(sizes)
    low, high = median(sizes[few]), median(sizes[many])
    per_path = max(high - low, 0.0) / (many - few)
    return max(low - few * per_path, 0.0), per_path


def crossing(fast: tuple[float, float], slow: tuple[float, float], late: float) -> float | None:
    """Where the fast line, `late` seconds later, crosses the slow one; 0 if it starts below, None if it never does."""
    behind, gain = fast[0] + late - slow[0], slow[1] - fast[1]
    if behind <= 0.0:
        return 0.0
    return behind / gain if gain > 0.0 else None


def _assert_equal(ready: Ready, packed: Packed) -> tuple[str, ...]:
    """numba and cuda to the last bit, numpy within the polynomials' bound and its own rounding."""
    n = {name: min(N_COMPARED, 256 if name == "numpy" else N_COMPARED) for name in ready}
    pnl = {name: _call(backend, program, n[name])() for name, (backend, program, _) in ready.items()}
    said = []
    if "numpy" in pnl:
        gross = float(packed.base_values[0])  # nothing is owed in this book
        np.testing.assert_allclose(
            pnl["numba"][:, : n["numpy"]], pnl["numpy"], rtol=0.0, atol=(packed.bounds.flows + 1e-13) * gross
        )
        said.append(f"numba equals numpy on {n['numpy']} paths within {packed.bounds.flows:.1e} of gross value")
    if "cuda" in pnl:
        np.testing.assert_array_equal(pnl["cuda"].view(np.uint64), pnl["numba"].view(np.uint64))
        said.append(f"cuda equals numba on {N_COMPARED} paths to the last bit")
    return tuple(said)
