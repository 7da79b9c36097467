"""Run cases, each in a process of its own, so that none inherits another's caches, threads or memory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.machine import ROOT
from bench.records import CaseResult, case_of_json
from engine.errors import InputError, RiskError

CASES = {  # name -> what it times
    "normals": "standard normals on one core, against numpy's ziggurat",
    "walk": "the daily walk with Cholesky, against numpy, numba path by path, QuantLib, torch, jax; two cores",
    "stages": "bits, transform, step and walk of 4 to 64 factors, each alone",
    "revaluation": "12,000 flows: polynomials, flow by flow, numpy, QuantLib's objects",
    "options": "12,000 flows and 1,000 options over 24 expiries: compressed against one by one",
    "end_to_end": "10^7 paths from a cold process to VaR and ES, with peak memory",
    "start_up": "from a cold process to the first answer; compile time apart",
    "unwind": "the daily walk with regimes and feedback against the plain one; what each mechanism costs",
    "filtered": "the daily walk by rows of the past, without and with regimes, against the plain one",
    "growth": "by which exponent times grow with paths, factors, steps, positions, books, scenarios, threads, workers",
    "time_to_error": "seconds to an error of 1 % and less of VaR and ES: plain, is_sobol, numpy, QuantLib",
    "crossover": "cost against the number of paths: numba, cuda and numpy, in both precisions",
    "loading": "100 books of 1,000 positions up to the first path, stage by stage",
    "books": "all kinds of positions: 10, 1,000 and 100,000 of them; 1, 10 and 100 books",
}
LONG = ("books", "loading")  # minutes: only when named
# Peers on one thread, as ours are in those cases; numba's threads are its own.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names asked for, or all but the long ones; InputError for one that is no case."""
    wanted = tuple(names)
    if wrong := [name for name in wanted if name not in CASES]:
        raise InputError(f"there is no case {wrong[0]!r}; there are {', '.join(CASES)}")
    return wanted or tuple(name for name in CASES if name not in LONG)


def run_cases(
    names: Iterable[str], say: Callable[[str], None], root: Path = ROOT
) -> tuple[dict[str, Any], tuple[CaseResult, ...]]:
    """Run the named cases (none named: as `check_names`); return facts of the machine and results, reported to `say`.

    root    of the checkout whose code runs

    Raises
    ------
    InputError
        A name is no case.
    RiskError
        A case failed, or an equality that it asserts did not hold.
    """
    wanted = check_names(names)
    facts = answer_of("bench.child", "machine", root=root)
    results = []
    for name in wanted:
        say(f"{name}: {CASES[name]}")
        start = time.perf_counter()
        results.append(
            replace(case_of_json(answer_of("bench.child", name, root=root)), seconds=time.perf_counter() - start)
        )
    return facts, tuple(results)


def answer_of(module: str, *arguments: str, env: Mapping[str, str] | None = None, root: Path = ROOT) -> dict[str, Any]:
    """Run a module in a process of its own: the JSON object on its last line. RiskError with its words if it fails."""
    path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],  # -P: whatever stands in the current folder
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path, **(env or {})},
    )
    if done.returncode:
        raise RiskError(f"{' '.join((module, *arguments))} failed: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
