"""The daily walk of the bundled market, plain and under three regimes with feedback, on one core."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import numba
import numpy as np

from bench.records import CaseResult
from bench.sample import THREE_REGIMES
from bench.timing import PROCESSOR, Work, interleave, rows, times
from engine.errors import RiskError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import read_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from kernels.base import AbstractBackend, PathRange, Program
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.payoffs import empty_book

PRECISIONS = ("float64", "float32")
DAYS = {10: 32_768, 252: 4_096}  # horizon -> paths of a call
MECHANISM_DAYS = 10
NU = 5.0  # degrees of freedom, for the cost of fat tails, which the mixture lacks
ORACLE_PATHS, ORACLE_DAYS = 256, 8


def measure() -> CaseResult:
    """See the module."""
    market = load_market(bundled_market_path())
    mixture = apply(read_scenario(THREE_REGIMES), market).unwind
    if mixture is None:
        raise RiskError("bench/three-regimes.toml has no unwind")
    numba.set_num_threads(1)
    n_factors = len(market.factors)
    work = {}
    for precision in PRECISIONS:
        for n_days in DAYS:
            plain, mixed = (f"{name}, {n_days} days, {precision}" for name in ("plain", "mixture"))
            work[plain] = _work(market, None, n_days, precision)
            work[mixed] = replace(_work(market, mixture, n_days, precision), ours=plain)
        for whole, parts in (("mixture", without(mixture)), ("plain", alone(mixture))):
            for name, variant in parts.items():
                made = _work(market, variant, MECHANISM_DAYS, precision)
                work[f"{whole} {name}, {precision}"] = replace(
                    made, ours=f"{whole}, {MECHANISM_DAYS} days, {precision}"
                )
    seconds = interleave(work, rounds=9, limit_s=25.0, clock=PROCESSOR)
    return CaseResult(
        name="unwind",
        clock="processor",
        title=f"Daily walk of {n_factors} factors, plain and with the mixture of regimes and feedback, one core",
        rows=rows(work, seconds, "factor-steps"),
        figures=_figures(work, seconds),
        asserted=(_assert_oracle(market, mixture), _assert_threads(market, mixture)),
    )


def without(mixture: Unwind) -> dict[str, Unwind]:
    """Return the mixture with one mechanism switched off."""
    return {
        "without intervention": replace(mixture, intervention=None),
        "without repatriation": replace(mixture, repatriation=None),
        "without repatriation, impact": replace(mixture, repatriation=None, impact=None),
        "without jumps": replace(mixture, jumps=()),
        "without regimes, hazards, jumps": replace(mixture, regimes=(), hazards=(), jumps=()),
    }


def alone(mixture: Unwind) -> dict[str, Unwind]:
    """Return the plain walk with one mechanism switched on."""
    return {
        "with intervention": Unwind(intervention=mixture.intervention),
        "with repatriation, impact": Unwind(repatriation=mixture.repatriation, impact=mixture.impact),
        "with regimes, hazards, jumps": replace(mixture, intervention=None, repatriation=None, impact=None),
        "with regimes, hazards": Unwind(regimes=mixture.regimes, hazards=mixture.hazards),
        "with multivariate t": Unwind(nu=NU),
    }


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


def _figures(work: Mapping[str, Work], seconds: Mapping[str, list[float]]) -> dict[str, Any]:
    """Return the mixture's time over the plain walk's, and by which fraction a mechanism changes the time."""
    found: dict[str, Any] = {
        f"mixture_over_plain_{n_days}_days_{precision}": times(
            work, seconds, f"mixture, {n_days} days, {precision}", f"plain, {n_days} days, {precision}"
        )
        for precision in PRECISIONS
        for n_days in DAYS
    }
    for name, each in work.items():
        if name.startswith(("plain, ", "mixture, ")):
            found[f"ns_a_step_and_factor_{name}"] = 1e9 * median(seconds[name]) / each.units
        if each.ours is not None and not name.startswith("mixture, "):
            found[f"changes_{name}"] = times(work, seconds, name, each.ours) - 1.0
    return found


def _assert_oracle(market: Market, mixture: Unwind) -> str:
    ids = np.arange(ORACLE_PATHS, dtype=np.uint64)
    ours, plain = (
        backend.levels(_program(backend, market, mixture, ORACLE_DAYS), ids)
        for backend in (NumbaBackend(), NumpyBackend())
    )
    np.testing.assert_allclose(ours, plain, rtol=1e-12, atol=1e-12)  # sums of hundreds of USD bn, and yields
    return f"levels, sales and regimes of {ORACLE_PATHS} paths over {ORACLE_DAYS} days equal plain numpy's within 1e-12"


def _assert_threads(market: Market, mixture: Unwind) -> str:
    ids = np.arange(DAYS[MECHANISM_DAYS] // 4, dtype=np.uint64)
    backend = NumbaBackend()
    program = _program(backend, market, mixture, MECHANISM_DAYS)
    digests = set()
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        digests.add(hashlib.sha256(backend.levels(program, ids).tobytes()).hexdigest())
    numba.set_num_threads(1)
    if len(digests) != 1:
        raise AssertionError("the mixture's levels differ between one thread and all")
    return f"the mixture's levels of {ids.size:,} paths on one thread and on all have the same sha256, {digests.pop()}"
