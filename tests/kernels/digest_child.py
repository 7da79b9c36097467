"""Run in a process of its own: print, as JSON, digests of a small run's P&L and how its kernels were compiled."""

import hashlib
import json
import runpy
import sys
from pathlib import Path

import numpy as np
from numba import config, njit

from kernels.base import CellRange, PathRange
from kernels.numba.backend import NumbaBackend
from kernels.numba.settings import BLOCK, STRICT
from kernels.numba.steps.step import correlate_and_step

HERE = Path(__file__).parent
make = runpy.run_path(str(HERE / "laws.py")) | runpy.run_path(str(HERE / "books.py"))


def digests(float32: bool) -> list[str]:
    """Of the P&L vectors, the replayed levels, and what cells reduce to."""
    rng = np.random.default_rng(12)
    model, backend = make["random_model"](rng, 11, 2), NumbaBackend()
    book = make["random_book"](rng, 11, n_scenarios=3, n_dynamics=2, degree=8, half_width=0.08)
    program = backend.prepare(model, book, seed=2**40 + 3, n_steps=3, float32=float32, centre=np.zeros(9))
    pnl = backend.pnl(program, PathRange(first=2**32 - 5_000, n=10_001))
    levels = backend.levels(program, np.arange(1_000, dtype=np.uint64) * np.uint64(2**50 + 1))
    cells = backend.reduce(program, CellRange(first=0, n=1, n_paths=20_000), np.zeros((9, 1, 2)))
    arrays = (pnl, levels, cells.sums, cells.squares, cells.digests)
    return [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays]


def assembly() -> str:
    """Of one kernel, compiled afresh: from a cache numba has none."""
    fresh = njit(**{**STRICT, "cache": False})(correlate_and_step.py_func)
    rows = np.zeros(BLOCK * 4)
    fresh(np.ones(1), np.ones(1), np.ones((1, 1)), rows, rows.copy())
    return "".join(fresh.inspect_asm().values())


json.dump(
    {
        **{precision: digests(precision == "float32") for precision in sys.argv[1:]},
        "zmm": "zmm" in assembly(),
        "block": BLOCK,
        "cpu": config.CPU_NAME,
    },
    sys.stdout,
)
