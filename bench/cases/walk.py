"""The daily walk of 16 correlated factors on one core, beside what others would write; then on two cores."""

import hashlib
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from bench import loops, sample
from bench.peers import jax_walk, numba_walk, numpy_walk, quantlib_walk, torch_walk
from bench.peers.walk_law import Walk, WalkLaw
from bench.records import CaseResult
from bench.timing import PROCESSOR, WALL, Work, interleave, rows, times
from engine.law.law import law_of
from kernels.base import PathRange, Program
from kernels.law_layout import ModelArrays, plain_model
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

N_STEPS = 252
N_PATHS = 8192
CHUNKS = (256, 512, 1024, 2048)  # of the tuned numpy, which gets the fastest
OURS = {"float64": "ours float64", "float32": "ours float32"}
ERRORS = 6.0  # standard errors that a peer's horizon may be away from the law


def measure() -> CaseResult:
    """See the module."""
    law, model, usdjpy = _law()
    programs = {name: _program(model, usdjpy, name) for name in OURS}
    numba.set_num_threads(1)
    work, absent = _peers(law)
    units = float(N_STEPS * law.n_factors * N_PATHS)
    work = {OURS[name]: Work(call=_walk(program, N_PATHS), units=units) for name, program in programs.items()} | work
    seconds = interleave(work, rounds=9, limit_s=9.0, clock=PROCESSOR)
    cores, core_seconds, asserted = _cores(programs)
    timed = (
        *rows(work, seconds, "factor-steps"),
        *rows(cores, core_seconds, "factor-steps"),
    )
    figures = {"float32_over_float64": 1.0 / times(work, seconds, OURS["float32"], OURS["float64"])}
    figures |= {
        f"two_cores_over_one_{name}": 1.0 / times(cores, core_seconds, f"two cores {name}", f"one core {name}")
        for name in programs
        if cores
    }
    return CaseResult(
        name="walk",
        clock="processor; wall for one core against two",
        title=f"Daily walk with Cholesky: {law.n_factors} factors, {N_STEPS} steps, one core",
        rows=timed,
        figures=figures,
        asserted=(*asserted, _assert_oracle(model, usdjpy), _assert_law(law, work)),
        absent=tuple(absent),
    )


def _law() -> tuple[WalkLaw, ModelArrays, float]:
    market = sample.market_of_16()
    step = law_of(market, N_STEPS, N_STEPS)
    law = WalkLaw(
        decay=step.decay,
        drift=step.drift[0],
        chol=step.chol[0],
        vols=market.vols,
        correlation=market.correlation,
        n_steps=N_STEPS,
        std=step.std(N_STEPS),
    )
    return law, plain_model(decay=step.decay[None], drift=step.drift, chol=step.chol), market.usdjpy


def _program(model: ModelArrays, usdjpy: float, precision: str) -> Program:
    book = sample.dollar_book(model.decay.shape[1], usdjpy, N_STEPS)
    single = precision == "float32"
    return NumbaBackend().prepare(model, book, seed=1, n_steps=N_STEPS, float32=single, centre=np.zeros(2))


def _walk(program: Program, n_paths: int) -> Callable[[], Any]:
    return lambda: NumbaBackend().pnl(program, PathRange(first=0, n=n_paths))


def _peers(law: WalkLaw) -> tuple[dict[str, Work], list[str]]:
    """Return those that are installed, and why others are not; each with the paths that keep a call short."""
    makers: dict[str, tuple[Callable[[int], Walk], int, str]] = {
        "numpy tuned float64": (lambda n: _best_numpy(law, n, np.float64), 2048, "float64"),
        "numpy tuned float32": (lambda n: _best_numpy(law, n, np.float32), 2048, "float32"),
        "numpy naive": (lambda n: numpy_walk.naive(law, n), 512, "float64"),
        "numba path by path": (lambda n: numba_walk.per_path(law, n), 512, "float64"),
        "QuantLib multi-path": (lambda n: quantlib_walk.multi_path(law, n), 64, "float64"),
        "torch float64": (lambda n: torch_walk.torch_walk(law, n, "float64"), 2048, "float64"),
        "torch float32": (lambda n: torch_walk.torch_walk(law, n, "float32"), 2048, "float32"),
        "jax float64": (lambda n: jax_walk.jax_walk(law, n, "float64"), 2048, "float64"),
        "jax float32": (lambda n: jax_walk.jax_walk(law, n, "float32"), 2048, "float32"),
    }
    found: dict[str, Work] = {}
    absent: list[str] = []
    for name, (make, n_paths, precision) in makers.items():
        try:
            call = make(n_paths)
        except ImportError as error:
            absent.append(f"{name}: {error}")
            continue
        found[name] = Work(call=call, units=float(N_STEPS * law.n_factors * n_paths), ours=OURS[precision])
    return found, absent


def _best_numpy(law: WalkLaw, n_paths: int, kind: Any) -> Walk:
    """Return the tuned numpy with the chunk that is fastest here."""
    tried = {f"{chunk}": numpy_walk.tuned(law, n_paths, chunk, kind) for chunk in CHUNKS}
    work = {name: Work(call=call, units=1.0) for name, call in tried.items()}
    seconds = interleave(work, rounds=1, limit_s=0.0, clock=PROCESSOR)
    return tried[min(seconds, key=lambda name: min(seconds[name]))]


def _cores(programs: dict[str, Program]) -> tuple[dict[str, Work], dict[str, list[float]], tuple[str, ...]]:
    """Time one thread and two in turns, on the same paths: same bits."""
    if numba.config.NUMBA_NUM_THREADS < 2:
        return {}, {}, ()
    n_paths = 4 * N_PATHS
    units = float(N_STEPS * loops.N_FACTORS * n_paths)

    def on(threads: int, program: Program) -> Callable[[], Any]:
        def call() -> Any:
            numba.set_num_threads(threads)
            pnl = _walk(program, n_paths)()
            numba.set_num_threads(1)
            return pnl

        return call

    work, asserted = {}, []
    for name, program in programs.items():
        one, two = on(1, program), on(2, program)
        work[f"one core {name}"] = Work(call=one, units=units)
        work[f"two cores {name}"] = Work(call=two, units=units, ours=f"one core {name}")
        digests = {hashlib.sha256(call().tobytes()).hexdigest() for call in (one, two)}
        if len(digests) != 1:
            raise AssertionError(f"{name}: one core and two give different P&L")
        asserted.append(f"{name}: {n_paths:,} paths on one core and on two have the same sha256, {digests.pop()}")
    return work, interleave(work, rounds=5, limit_s=4.0, clock=WALL), tuple(asserted)


def _assert_oracle(model: ModelArrays, usdjpy: float) -> str:
    ids = np.arange(64, dtype=np.uint64)
    book = sample.dollar_book(model.decay.shape[1], usdjpy, 8)
    ours, plain = (
        kind().levels(kind().prepare(model, book, seed=1, n_steps=8, float32=False, centre=np.zeros(2)), ids)
        for kind in (NumbaBackend, NumpyBackend)
    )
    np.testing.assert_allclose(ours, plain, rtol=0.0, atol=1e-13)
    return "levels of 64 paths over 8 steps equal plain numpy's within 1e-13"


def _assert_law(law: WalkLaw, work: dict[str, Work]) -> str:
    """Check that every peer walked the same law: the spread of each factor at the horizon."""
    for name, peer in work.items():
        if name in OURS.values():
            continue
        horizon: Any = peer.call()
        found = np.sqrt(np.mean((horizon - np.mean(horizon, axis=1, keepdims=True)) ** 2, axis=1))
        allowed = ERRORS / np.sqrt(2.0 * horizon.shape[1])
        if np.any(np.abs(found / law.std - 1.0) > allowed):
            raise AssertionError(f"{name} walks another law: its spread is {found / law.std} of ours")
    return f"each peer's standard deviations at the horizon are the law's within {ERRORS:g} standard errors"
