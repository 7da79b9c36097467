"""Ladders of the kernels: paths, factors, steps, scenarios, threads."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np

from bench import sample
from bench.cases.stages import Stages
from bench.growth.ladder import Ladder
from bench.timing import PROCESSOR, WALL, Work
from engine.conventions.currencies import HOME
from engine.pack.pack import Packed, pack
from kernels.base import PathRange, Program
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

PRECISION = "float64"
ASSERTED_STEPS, ASSERTED_PATHS = 3, 64
CLOSE = 1e-13  # numba's and numpy's sums round in another order


def paths_ladder(sizes: Sequence[int]) -> Ladder:
    """Time 12,000 flows in one step, on one core."""
    program = program_of(sample.packed_book(sample.market_of_16(), direct=False))
    few, many = (pnl_call(program, n)() for n in (sizes[0], sizes[-1]))
    if not np.array_equal(few, many[:, : sizes[0]]):
        raise AssertionError("few paths are not the first of many")
    rungs = {n: Work(call=pnl_call(program, n), units=float(n)) for n in sizes}
    return Ladder(name="paths", rungs=rungs, clock=PROCESSOR, asserted="paths: few are the first of many, bit for bit")


def factors_ladder(sizes: Sequence[int], n_steps: int, n_paths: int) -> Ladder:
    """Time the plain daily walk of so many factors, on one core."""
    rungs = {}
    for n in sizes:
        stages = Stages(n_factors=n, precision=PRECISION)
        ids = np.arange(ASSERTED_PATHS, dtype=np.uint64)
        ours, plain = (
            each.levels(stages.program(each, ASSERTED_STEPS), ids) for each in (NumbaBackend(), NumpyBackend())
        )
        np.testing.assert_allclose(ours, plain, rtol=0.0, atol=CLOSE)
        rungs[n] = Work(
            call=pnl_call(stages.program(NumbaBackend(), n_steps), n_paths), units=float(n * n_steps * n_paths)
        )
    asserted = f"factors: levels over {ASSERTED_STEPS} steps equal plain numpy's within {CLOSE:g}"
    return Ladder(name="factors", rungs=rungs, clock=PROCESSOR, asserted=asserted)


def steps_ladder(sizes: Sequence[int], n_factors: int, n_paths: int) -> Ladder:
    """Time the plain walk of so many steps, on one core."""
    stages = Stages(n_factors=n_factors, precision=PRECISION)
    programs = {n: stages.program(NumbaBackend(), n) for n in sizes}
    ids = np.arange(ASSERTED_PATHS, dtype=np.uint64)
    short, long = (NumbaBackend().levels(programs[n], ids) for n in (sizes[0], sizes[-1]))
    if not np.array_equal(short, long[:, : sizes[0]]):
        raise AssertionError("few steps are not the first of many")
    rungs = {
        n: Work(call=pnl_call(each, n_paths), units=float(n * n_factors * n_paths)) for n, each in programs.items()
    }
    return Ladder(name="steps", rungs=rungs, clock=PROCESSOR, asserted="steps: few are the first of many, bit for bit")


def scenarios_ladder(sizes: Sequence[int], n_paths: int) -> Ladder:
    """Time 12,000 flows in so many scenarios of one law on the same draws, on one core."""
    market = sample.market_of_16()
    book = sample.book_of_12000(market)
    rungs = {}
    for n in sizes:
        packed = pack(
            book,
            market,
            [market] * n,
            horizon_days=sample.HORIZON_DAYS,
            n_steps=1,
            currency=HOME,
            instantaneous=True,
            direct=False,
        )
        program = program_of(packed)
        pnl = pnl_call(program, ASSERTED_PATHS)().reshape(n, -1, ASSERTED_PATHS)
        if not (pnl == pnl[:1]).all():
            raise AssertionError("equal scenarios have different P&L")
        rungs[n] = Work(call=pnl_call(program, n_paths), units=float(n * n_paths))
    return Ladder(name="scenarios", rungs=rungs, clock=PROCESSOR, asserted="scenarios: equal ones have equal bits")


def threads_ladder(sizes: Sequence[int], n_paths: int) -> Ladder:
    """Time the same paths of 12,000 flows on so many threads, by the wall's clock."""
    program = program_of(sample.packed_book(sample.market_of_16(), direct=False))

    def on(threads: int) -> Callable[[], Any]:
        def call() -> Any:
            numba.set_num_threads(threads)
            pnl = pnl_call(program, n_paths)()
            numba.set_num_threads(1)
            return pnl

        return call

    calls = {n: on(n) for n in sizes}
    digests = {hashlib.sha256(call().tobytes()).hexdigest() for call in calls.values()}
    if len(digests) != 1:
        raise AssertionError("P&L differs by the number of threads")
    rungs = {n: Work(call=call, units=float(n_paths)) for n, call in calls.items()}
    return Ladder(
        name="threads", rungs=rungs, clock=WALL, asserted=f"threads: {n_paths:,} paths have one sha256, {digests.pop()}"
    )


def program_of(packed: Packed) -> Program:
    """Return a packed book of one step, made ready on numba."""
    return NumbaBackend().prepare(
        packed.model, packed.book, seed=1, n_steps=packed.n_steps, float32=False, centre=packed.shock_pnl.ravel()
    )


def pnl_call(program: Program, n_paths: int) -> Callable[[], Any]:
    """Return a call that walks and values so many paths."""
    return lambda: NumbaBackend().pnl(program, PathRange(first=0, n=n_paths))
