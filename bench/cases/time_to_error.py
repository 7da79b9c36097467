"""Seconds to a given error of VaR and ES of 12,000 flows over 10 days in one step, on one core: by four ways."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import numba
import numpy as np

from bench import sample
from bench.growth.walks import program_of
from bench.peers.flow_values import numpy_values, quantlib_values
from bench.records import CaseResult
from bench.timing import PROCESSOR, Work, interleave, rows
from engine.market.market import Market
from engine.pack.pack import Packed
from engine.risk.estimate import Estimate
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.plan import plan_tails
from engine.risk.sampling.one_step import PLAIN_PART, one_step_of, sampler_for
from engine.risk.sampling.weighted_tail import Replicates, weighted_tail
from engine.risk.tail import estimate_sample
from engine.run.blocks import simulate
from engine.run.sampling.sampled_scenarios import REPLICATES
from engine.run.start import TAIL_BYTES
from kernels.base import Program
from kernels.numba.backend import NumbaBackend
from kernels.types import F64

MEASURES: Mapping[str, tuple[TailMeasure, float]] = {
    "VaR 99 %": (VALUE_AT_RISK, 0.99),
    "ES 97.5 %": (EXPECTED_SHORTFALL, 0.975),
}
CONFIDENCES = tuple(confidence for _, confidence in MEASURES.values())
TARGETS = (0.01, 0.001, 0.0001)  # standard errors over the measure
N_PLAIN = 2**20  # whose errors tell how many paths a target takes
N_NUMPY, N_QUANTLIB = 2**14, 4
LOG2_POINTS = range(8, 17)  # of a replicate's tilted paths
APART = 4.0  # combined standard errors that two ways may be apart
PLAIN, NUMPY, QUANTLIB = "ours plain", "numpy", "QuantLib, 400 objects"
SEED = 1
TOTAL = 0  # row of the only book's P&L

Found = dict[str, Estimate]  # by the names of MEASURES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ways:
    """The book, and how each way values and estimates it."""

    market: Market
    packed: Packed
    direct: Packed
    program: Program

    def plain(self, n_paths: int) -> Found:
        """Estimate from independent paths, from constants to VaR and ES."""
        plan = plan_tails(self.program.n_rows, n_paths, CONFIDENCES, TAIL_BYTES)
        tails = simulate(NumbaBackend(), self.program, plan, lambda *_: None)
        return {name: tails.result(TOTAL, confidence).of(each) for name, (each, confidence) in MEASURES.items()}

    def is_sobol(self, log2_points: int) -> Found:
        """Estimate from 16 replicates of tilted quasi-random paths, the tilt made anew."""
        sampler = sampler_for(one_step_of(self.packed.model, None), lambda moves: -self._pnl(moves), SEED)
        drawn = [sampler.replicate(number, log2_points) for number in range(REPLICATES)]
        losses = np.stack([-self._pnl(moves) for moves, _ in drawn])
        sample_of_all = Replicates(losses=losses, weights=np.stack([weights for _, weights in drawn]))
        tails = {confidence: weighted_tail(sample_of_all, confidence, 0.0) for confidence in CONFIDENCES}
        return {name: tails[confidence].estimates[each.key] for name, (each, confidence) in MEASURES.items()}

    def numpy(self, n_paths: int) -> Found:
        """Estimate from numpy's own draws and exponentials."""
        values = numpy_values(self.direct.book, self._numpys_moves(n_paths))()
        pnl = values - float(self.direct.base_values[0])
        tails = {confidence: estimate_sample(pnl, confidence) for confidence in CONFIDENCES}
        return {name: tails[confidence].of(each) for name, (each, confidence) in MEASURES.items()}

    def quantlib(self, n_paths: int) -> Callable[[], F64]:
        """Return a call that values so many paths with objects."""
        return quantlib_values(sample.book_of_12000(self.market), self.market, self._numpys_moves(n_paths))

    def _pnl(self, moves: F64) -> F64:
        return np.asarray(NumbaBackend().pnl_of_moves(self.packed.book, moves)[TOTAL])

    def _numpys_moves(self, n_paths: int) -> F64:
        model = self.packed.model
        normals = np.random.Generator(np.random.SFC64(SEED)).standard_normal((model.decay.shape[1], n_paths))
        return np.ascontiguousarray(model.drift[0, 0][:, None] + model.chol[0, 0] @ normals)


def measure() -> CaseResult:
    """See the module."""
    numba.set_num_threads(1)
    ways = ways_of_12000()
    plain, by_numpy = ways.plain(N_PLAIN), ways.numpy(N_NUMPY)
    sampled: dict[int, Found] = {}
    while len(sampled) < len(LOG2_POINTS) and any(least_points(sampled, *goal) is None for goal in goals()):
        log2 = LOG2_POINTS[len(sampled)]
        sampled[log2] = ways.is_sobol(log2)
    asserted = (
        *(_assert_close("is_sobol", sampled[max(sampled)], plain), _assert_close("numpy", by_numpy, plain)),
        _assert_values(ways),
    )
    chosen = {goal: least_points(sampled, *goal) for goal in goals()}
    reached = sorted({each for each in chosen.values() if each is not None})
    work = {
        PLAIN: Work(call=lambda: ways.plain(N_PLAIN), units=N_PLAIN),
        **{sobol_name(k): Work(call=partial(ways.is_sobol, k), units=n_sampled(k)) for k in reached},
        NUMPY: Work(call=lambda: ways.numpy(N_NUMPY), units=N_NUMPY, ours=PLAIN),
        QUANTLIB: Work(call=ways.quantlib(N_QUANTLIB), units=N_QUANTLIB, ours=PLAIN),
    }
    seconds = interleave(work, rounds=9, limit_s=12.0, clock=PROCESSOR)
    return CaseResult(
        name="time_to_error",
        clock="processor",
        title="VaR and ES of 12,000 flows over 10 days, from constants to the figure and its error, one core",
        rows=rows(work, seconds, "paths"),
        figures={
            f"{name} to {100 * target:g} %": _figures(work, seconds, plain[name], target, chosen[name, target])
            for name, target in goals()
        },
        asserted=asserted,
    )


def ways_of_12000() -> Ways:
    """Pack the book of 12,000 flows, compressed as ours and one by one for the peers."""
    market = sample.market_of_16()
    packed, direct = (sample.packed_book(market, direct=each) for each in (False, True))
    return Ways(market=market, packed=packed, direct=direct, program=program_of(packed))


def goals() -> Iterator[tuple[str, float]]:
    """Give each measure with each error that is to be reached."""
    return ((name, target) for name in MEASURES for target in TARGETS)


def plain_paths(estimate: Estimate, n_paths: int, target: float) -> int:
    """Return how many independent paths bring an error over its figure to `target`: it falls with their root."""
    return round(n_paths * (estimate.se / estimate.value / target) ** 2)


def least_points(sampled: Mapping[int, Found], name: str, target: float) -> int | None:
    """Return the least logarithm of points whose error is within `target`; None: of these none is."""
    return next((k for k in sorted(sampled) if sampled[k][name].se <= target * sampled[k][name].value), None)


def n_sampled(log2_points: int) -> int:
    """Return the paths of all replicates, a quarter as many plain ones beside the tilted."""
    tilted = 1 << log2_points
    return REPLICATES * (tilted + (tilted >> PLAIN_PART))


def sobol_name(log2_points: int) -> str:
    """Return what a row of is_sobol is called."""
    return f"ours is_sobol, {n_sampled(log2_points):,} paths"


def _figures(
    work: Mapping[str, Work], seconds: Mapping[str, list[float]], plain: Estimate, target: float, log2: int | None
) -> dict[str, Any]:
    """Return paths and seconds to the target: of is_sobol as timed, of the others by their rates."""
    n = plain_paths(plain, N_PLAIN, target)
    each = {name: median(seconds[name]) / work[name].units for name in (PLAIN, NUMPY, QUANTLIB)}
    return {
        "plain_paths": n,
        "is_sobol_paths": None if log2 is None else n_sampled(log2),
        "is_sobol_s": None if log2 is None else median(seconds[sobol_name(log2)]),
        "plain_s": n * each[PLAIN],
        "numpy_s": n * each[NUMPY],
        "quantlib_s": n * each[QUANTLIB],
    }


def _assert_close(way: str, found: Found, plain: Found) -> str:
    for name, mine in found.items():
        apart, allowed = mine.value - plain[name].value, APART * float(np.hypot(mine.se, plain[name].se))
        if not abs(apart) <= allowed:
            raise AssertionError(f"{way}: {name} is {apart:,.0f} off the plain one, {allowed:,.0f} are allowed")
    return f"{way}: VaR and ES are the plain ones within {APART:g} combined standard errors"


def _assert_values(ways: Ways) -> str:
    """Hold QuantLib's values to ours on the same moves: compressed flows within their bound."""
    gross = float(ways.packed.base_values[0])
    ours = ways._pnl(ways._numpys_moves(N_QUANTLIB)) + gross
    allowed = (ways.packed.bounds.flows + 1e-12) * gross
    np.testing.assert_allclose(ways.quantlib(N_QUANTLIB)(), ours, rtol=0.0, atol=allowed)
    return f"QuantLib's values of {N_QUANTLIB} paths are ours within the bound of compression and 1e-12 of gross value"
