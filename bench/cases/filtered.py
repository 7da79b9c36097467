"""The daily walk by rows of the past, without and with regimes, against the plain walk of as many factors: one core."""

import hashlib
from dataclasses import replace
from typing import Any

import numba
import numpy as np

from bench.records import CaseResult
from bench.timing import PROCESSOR, Work, interleave, rows, times
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from kernels.base import AbstractBackend, PathRange, Program
from kernels.law_layout import N_SPEEDS
from kernels.numba.backend import NumbaBackend
from kernels.numba.settings import BLOCK
from kernels.numpy.backend import NumpyBackend
from kernels.payoffs import empty_book

BY_ROWS, WITH_REGIMES = Unwind(law="filtered"), Unwind(law="filtered-regimes")
WALKS = ("plain", "filtered", "filtered-regimes")
PRECISIONS = {"float64": 8, "float32": 4}  # bytes of a number
DAYS = {10: 32_768, 250: 2_048}  # horizon -> paths of a call
ORACLE_PATHS, ORACLE_DAYS = 256, 8


def measure() -> CaseResult:
    """See the module."""
    market = load_market(bundled_market_path())
    numba.set_num_threads(1)
    work = {}
    for precision in PRECISIONS:
        for n_days in DAYS:
            plain, filtered, regimes = (f"{name}, {n_days} days, {precision}" for name in WALKS)
            work[plain] = _work(market, None, n_days, precision)
            work[filtered] = replace(_work(market, BY_ROWS, n_days, precision), ours=plain)
            work[regimes] = replace(_work(market, WITH_REGIMES, n_days, precision), ours=filtered)
    seconds = interleave(work, rounds=9, limit_s=20.0, clock=PROCESSOR)
    figures: dict[str, Any] = {}
    for precision in PRECISIONS:
        for n_days, n_paths in DAYS.items():
            plain, mine, regimes = (f"{name}, {n_days} days, {precision}" for name in WALKS)
            figures[f"over_plain_{n_days}_days_{precision}"] = times(work, seconds, mine, plain)
            figures[f"regimes_over_filtered_{n_days}_days_{precision}"] = times(work, seconds, regimes, mine)
            each = float(np.median(seconds[mine])) / (n_days * n_paths)
            figures[f"ns_per_step_and_path_{n_days}_days_{precision}"] = 1e9 * each
    return CaseResult(
        name="filtered",
        clock="processor",
        title=f"Daily walk of {len(market.factors)} factors, plain and by rows of the past, one core",
        rows=rows(work, seconds, "factor-steps"),
        figures=figures | _memory(market),
        asserted=(*(_assert_oracle(market, unwind) for unwind in (BY_ROWS, WITH_REGIMES)), _assert_threads(market)),
    )


def _memory(market: Market) -> dict[str, float]:
    """Return what the table takes, and what the paths of a block carry, in KiB."""
    _, model = model_arrays([law_of(market, 1, 1, BY_ROWS)])
    n_factors, n_leaders = len(market.factors), model.leader.shape[1]
    carried = n_factors * N_SPEEDS + n_leaders + 1
    found = {}
    for precision, size in PRECISIONS.items():
        found[f"table_kib_{precision}"] = model.residuals.size * size / 1024
        found[f"carried_kib_a_block_{precision}"] = carried * BLOCK * size / 1024
    return found


def _work(market: Market, unwind: Unwind | None, n_days: int, precision: str) -> Work:
    backend, n_paths = NumbaBackend(), DAYS[n_days]
    program = _program(backend, market, unwind, n_days, precision)
    return Work(
        call=lambda: backend.pnl(program, PathRange(first=0, n=n_paths)),
        units=float(n_days * len(market.factors) * n_paths),
    )


def _program(
    backend: AbstractBackend, market: Market, unwind: Unwind | None, n_days: int, precision: str = "float64"
) -> Program:
    _, model = model_arrays([law_of(market, n_days, n_days, unwind)])
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=len(market.factors), n_steps=n_days)
    single = precision == "float32"
    return backend.prepare(model, book, seed=1, n_steps=n_days, float32=single, centre=np.zeros(2))


def _assert_oracle(market: Market, unwind: Unwind) -> str:
    ids = np.arange(ORACLE_PATHS, dtype=np.uint64)
    ours, plain = (
        backend.levels(_program(backend, market, unwind, ORACLE_DAYS), ids)
        for backend in (NumbaBackend(), NumpyBackend())
    )
    np.testing.assert_allclose(ours, plain, rtol=0.0, atol=1e-13)
    return f"{unwind.law}: levels of {ORACLE_PATHS} paths over {ORACLE_DAYS} days equal plain numpy's within 1e-13"


def _assert_threads(market: Market) -> str:
    ids, backend = np.arange(8_192, dtype=np.uint64), NumbaBackend()
    program = _program(backend, market, BY_ROWS, 10)
    digests = set()
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        digests.add(hashlib.sha256(backend.levels(program, ids).tobytes()).hexdigest())
    numba.set_num_threads(1)
    if len(digests) != 1:
        raise AssertionError("levels by rows differ between one thread and all")
    return f"levels of {ids.size:,} paths on one thread and on all have the same sha256, {digests.pop()}"
