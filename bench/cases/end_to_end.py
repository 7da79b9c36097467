"""10^7 paths from a cold process to VaR and ES: the whole command, on one core and on all, with its peak memory."""

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench import sample
from bench.command import FinishedCommand, unwind
from bench.machine import n_cores
from bench.records import CaseResult, Row
from engine.book.store import write_compiled

N_PATHS = 10_000_000
RUN = ("run", "--scenario", "base", "--backend", "numba", "--json")


def measure() -> CaseResult:
    """See the module."""
    all_cores = n_cores()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.parquet"
        write_compiled(sample.book_of_12000(sample.market_of_16()), path)
        books = {"sample books": (), "12,000 flows": ("--book", str(path))}
        unwind(*RUN, "--paths", "1000")  # compiles, if nobody did
        ran: dict[str, list[FinishedCommand]] = {}
        for name, book in books.items():
            for cores in (all_cores, all_cores, 1):
                done = unwind(*RUN, "--paths", str(N_PATHS), *book, env={"NUMBA_NUM_THREADS": str(cores)})
                ran.setdefault(f"{name}, {cores} core{'s' if cores > 1 else ''}", []).append(done)
    return CaseResult(
        name="end_to_end",
        clock="wall",
        title=f"unwind run --scenario base --paths {N_PATHS:,}: 10 days in one step, VaR and ES at 97.5 % and 99 %",
        rows=tuple(_row(name, runs) for name, runs in ran.items()),
        figures={name: _figures(runs) for name, runs in ran.items()},
        asserted=tuple(_assert_equal(name, ran) for name in books),
    )


def _row(name: str, runs: list[FinishedCommand]) -> Row:
    walls = [run.wall_s for run in runs]
    return Row(name=name, unit="paths", work=N_PATHS, median_s=median(walls), best_s=min(walls), seconds=tuple(walls))


def _figures(runs: list[FinishedCommand]) -> dict[str, Any]:
    timing = [run.result["timing"] for run in runs]
    facts = runs[0].result["run"]["revaluation"]
    return {
        "wall_s": median(run.wall_s for run in runs),
        "processor_s": median(run.processor_s for run in runs),
        "peak_mib": max(run.peak_bytes for run in runs) / 2**20,
        "load_kernels_s": median(each["compile_s"] for each in timing),
        "simulate_s": median(each["simulate_s"] for each in timing),
        "simulated_paths_per_s": median(each["paths_per_s"] for each in timing),
        "degree": facts["degree"],
        "bound": facts["flow_bound"],
    }


def _assert_equal(book: str, ran: dict[str, list[FinishedCommand]]) -> str:
    found = {run.digests for name, runs in ran.items() if name.startswith(book) for run in runs}
    if len(found) != 1:
        raise AssertionError(f"{book}: runs of one seed differ: {found}")
    return f"{book}: the same sha256 on any number of cores, {found.pop()[0]}"
