"""Cost against the number of paths: numba, cuda and numpy in turns, and where one overtakes another."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.contender import Contender, shared_work
from bench.crossings import KINDS, Seconds, crossings
from bench.lone_contender import LoneTimes, measure_in_a_process
from bench.machine import n_cores
from bench.records import CaseResult, Row
from bench.timing import WALL, Work, interleave, times
from engine.errors import RiskError
from engine.run.backend import choose_backend
from kernels.base import AbstractBackend, PathRange, Program

SIZES = (100, 1000, 10_000, 100_000, 1_000_000, 4_000_000)
LONGEST_S = 0.5  # a contender takes no more part where its call would take longer, by the last size's rate
ROUNDS = 7
ROUNDS_S = 0.7  # of a size: no further round after this long
CONTENDERS = (
    ("numba", "float64"),
    ("numba", "float32"),
    ("cuda", "float64"),
    ("cuda", "float32"),
    ("numpy", "float64"),
)
ALONE_PATHS = {"numba": 1_000_000, "cuda": 1_000_000, "numpy": 1000}
N_COMPARED = 256  # with numpy, path by path


def measure() -> CaseResult:
    """See the module."""
    backends, absent = _backends()
    names = [(backend, precision) for backend, precision in CONTENDERS if backend in backends]
    cold, warm = _alone(names)
    packed = shared_work()
    contenders = [
        Contender(backend=backends[backend], precision=precision, packed=packed) for backend, precision in names
    ]
    return compare(contenders, SIZES, cold, warm, absent)


def compare(
    contenders: Sequence[Contender],
    sizes: Sequence[int],
    cold: Mapping[str, LoneTimes],
    warm: Mapping[str, LoneTimes],
    absent: Sequence[str],
) -> CaseResult:
    """Time contenders in turns at each number of paths; `cold` and `warm` are what each measured alone."""
    programs = {each.name: each.prepare() for each in contenders}
    asserted = *_assert_same_bits(contenders, cold, warm, sizes[-1]), *_assert_close(contenders, programs)
    seconds = {kind: _timed(kind, contenders, programs, sizes) for kind in KINDS}
    alone = {name: _figures(cold.get(name), each) for name, each in warm.items()}
    return CaseResult(
        name="crossover",
        clock="wall",
        title="12,000 flows over 10 days in one step: seconds against paths, all cores",
        rows=tuple(row for kind in KINDS for row in _rows(kind, seconds[kind])),
        figures=alone | crossings(seconds, cold, warm),
        asserted=asserted,
        absent=tuple(absent),
    )


def _backends() -> tuple[dict[str, AbstractBackend], tuple[str, ...]]:
    """Return the backends that work here, and why others do not."""
    found: dict[str, AbstractBackend] = {}
    absent = []
    for name in dict.fromkeys(name for name, _ in CONTENDERS):
        try:
            found[name] = choose_backend(name, lambda _: None)
        except RiskError as error:
            absent.append(str(error))
    return found, tuple(absent)


def _alone(names: Sequence[tuple[str, str]]) -> tuple[dict[str, LoneTimes], dict[str, LoneTimes]]:
    """Measure each contender in processes of its own: with nothing compiled, then with what that one compiled.

    Where there are two cores, two compile at once, which takes one core each; what is warm runs by itself.
    """
    with tempfile.TemporaryDirectory() as folder:
        caches = {" ".join(name): Path(folder) / "-".join(name) for name in names}

        def alone(name: tuple[str, str]) -> LoneTimes:
            return measure_in_a_process(*name, ALONE_PATHS[name[0]], caches[" ".join(name)])

        compiled = [name for name in names if name[0] != "numpy"]
        with ThreadPoolExecutor(min(2, n_cores())) as pool:
            cold = dict(zip(map(" ".join, compiled), pool.map(alone, compiled), strict=True))
        return cold, {" ".join(name): alone(name) for name in names}


def _timed(
    kind: str, contenders: Sequence[Contender], programs: Mapping[str, Program], sizes: Sequence[int]
) -> Seconds:
    found: Seconds = {}
    rate: dict[str, float] = {}  # seconds a path at the last size
    for n in sizes:
        racing = [each for each in contenders if n * rate.get(each.name, 0.0) <= LONGEST_S]
        works = {each.name: Work(call=_call(kind, each, programs[each.name], n), units=n) for each in racing}
        found[n] = interleave(works, rounds=ROUNDS, limit_s=ROUNDS_S, clock=WALL)
        rate |= {name: min(each) / n for name, each in found[n].items()}
    return found


def _call(kind: str, contender: Contender, program: Program, n: int) -> Callable[[], object]:
    return partial(contender.end_to_end, n) if kind == "end to end" else partial(contender.kernel, program, n)


def _rows(kind: str, found: Seconds) -> list[Row]:
    rows = []
    for n, seconds in found.items():
        works = {name: Work(call=lambda: None, units=n) for name in seconds}
        for name, each in seconds.items():
            other = "numba float64" if name in ("numba float32", "numpy float64") else name.replace("cuda", "numba")
            is_compared = other != name and other in seconds
            rows.append(
                Row(
                    name=row_name(name, n, kind),
                    unit="paths",
                    work=n,
                    median_s=median(each),
                    best_s=min(each),
                    times_ours=times(works, seconds, name, other) if is_compared else None,
                    ours=row_name(other, n, kind) if is_compared else None,
                    note=kind,
                    seconds=tuple(each),
                )
            )
    return rows


def row_name(contender: str, n: int, kind: str) -> str:
    """Return what a row is called; the contender ends at the first comma."""
    return f"{contender}, {n:,} paths, {kind}"


def _figures(cold: LoneTimes | None, warm: LoneTimes) -> dict[str, Any]:
    """Return what a contender measured alone, the times of nothing compiled beside those of kernels kept."""
    kept = asdict(warm)
    del kept["sha256"]
    if cold is None:
        return kept
    return {
        "compile_cold_s": cold.compile_s,
        "compile_cold_processor_s": cold.compile_processor_s,
        "first_call_cold_s": cold.first_call_s,
        **kept,
    }


def _assert_same_bits(
    contenders: Sequence[Contender], cold: Mapping[str, LoneTimes], warm: Mapping[str, LoneTimes], n_paths: int
) -> list[str]:
    """Hold numba and cuda to the last bit, in processes of their own and here, over whole runs."""
    findings = []
    exact = [each for each in contenders if each.backend.name != "numpy"]
    for precision in dict.fromkeys(each.precision for each in exact):
        racing = [each for each in exact if each.precision == precision]
        alone = {each.sha256 for found in (cold, warm) for name, each in found.items() if name in _names(racing)}
        here = {each.end_to_end(n_paths) for each in racing}
        if len(alone) != 1 or len(here) != 1:
            raise AssertionError(f"{precision}: P&L differs between {' and '.join(_names(racing))}")
        who = " and ".join(each.backend.name for each in racing)
        findings.append(f"{precision}: {who}, compiled anew and kept: one sha256 of {n_paths:,} paths, {here.pop()[0]}")
    return findings


def _names(contenders: Sequence[Contender]) -> list[str]:
    return [each.name for each in contenders]


def _assert_close(contenders: Sequence[Contender], programs: Mapping[str, Program]) -> list[str]:
    """Hold numba and numpy to the polynomials' bound and their own rounding."""
    by_name = {each.name: each for each in contenders}
    if "numpy float64" not in by_name:
        return []
    paths = PathRange(first=0, n=N_COMPARED)
    ours, theirs = (by_name[name].backend.pnl(programs[name], paths) for name in ("numba float64", "numpy float64"))
    packed = by_name["numba float64"].packed
    gross = float(packed.base_values[0])  # nothing is owed in this book
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=(packed.bounds.flows + 1e-13) * gross)
    return [f"numba equals numpy on {N_COMPARED} paths within {packed.bounds.flows:.1e} of gross value"]
