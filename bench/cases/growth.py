"""How times grow with paths, factors, steps, positions, books, scenarios, threads and workers: exponents of fits."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numba

from bench.growth.books import book_ladders
from bench.growth.ladder import Ladder, climbed, slope_figures
from bench.growth.walks import factors_ladder, paths_ladder, scenarios_ladder, steps_ladder, threads_ladder
from bench.growth.workers import workers_ladder
from bench.machine import n_cores
from bench.records import CaseResult, Row
from bench.timing import PROCESSOR
from engine.errors import InputError

ROUNDS, LIMIT_S = 9, 4.0  # of a ladder
PATHS = (2**10, 2**12, 2**14, 2**16, 2**18)
FACTORS = (4, 8, 16, 32, 64)
STEPS = (1, 4, 16, 64, 256)
POSITIONS = (100, 400, 1_600, 6_400)
BOOKS = (1, 4, 16, 64)
OF_A_BOOK = 50  # positions
SCENARIOS = (1, 2, 4, 8)
WORKERS_PATHS = 4_000_000


def measure() -> CaseResult:
    """See the module."""
    numba.set_num_threads(1)
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    asserted: list[str] = []
    absent: list[str] = []

    def climb(ladder: Ladder) -> None:
        seconds = climbed(ladder, rounds=ROUNDS, limit_s=LIMIT_S)
        figures[ladder.name] = slope_figures(seconds)
        asserted.append(ladder.asserted)
        rows.extend(_row(ladder, size, each) for size, each in seconds.items())

    for make in _kernels():
        climb(make())
    with tempfile.TemporaryDirectory() as name:
        positions = {n: (n, 1) for n in POSITIONS}
        books = {n: (n * OF_A_BOOK, n) for n in BOOKS}
        for what, sizes in (("positions", positions), ("books", books)):
            for ladder in book_ladders(Path(name), what, sizes, 4_096):
                climb(ladder)
    _climb_cores(climb, absent)
    return CaseResult(
        name="growth",
        clock="processor; wall for threads and workers",
        title="Times by size: the exponent of a fit, and of the two largest sizes",
        rows=tuple(rows),
        figures=figures,
        asserted=tuple(asserted),
        absent=tuple(absent),
    )


def _kernels() -> tuple[Callable[[], Ladder], ...]:
    return (
        lambda: paths_ladder(PATHS),
        lambda: factors_ladder(FACTORS, n_steps=252, n_paths=512),
        lambda: steps_ladder(STEPS, n_factors=16, n_paths=4_096),
        lambda: scenarios_ladder(SCENARIOS, n_paths=2**16),
    )


def _climb_cores(climb: Callable[[Ladder], None], absent: list[str]) -> None:
    """Climb what needs more than one core; say what is not there."""
    cores = sorted({2**k for k in range(n_cores().bit_length()) if 2**k <= n_cores()} | {n_cores()})
    if len(cores) < 2:
        absent.append("threads and workers: there is one core")
        return
    climb(threads_ladder(cores, n_paths=2**19))
    try:
        with workers_ladder(cores, WORKERS_PATHS) as ladder:
            climb(ladder)
    except InputError as error:
        absent.append(f"workers: {error}")


def _row(ladder: Ladder, size: int, seconds: list[float]) -> Row:
    work = ladder.rungs[size]
    unit = "calls" if work.units == 1.0 else "units"
    return Row(
        name=f"{ladder.name}, {size:,}",
        unit=unit,
        work=work.units,
        median_s=median(seconds),
        best_s=min(seconds),
        note="" if ladder.clock is PROCESSOR else "wall",
        seconds=tuple(seconds),
    )
