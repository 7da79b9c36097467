"""Full revaluation of 12,000 distinct flows on one core: polynomials, flow by flow, numpy, QuantLib's objects."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from bench import sample
from bench.peers.flow_values import numpy_values, quantlib_values
from bench.records import CaseResult
from bench.timing import PROCESSOR, Work, interleave, rows, times
from engine.pack.pack import Packed
from kernels.base import PathRange, Program
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend

N_COMPRESSED = 2**18
N_DIRECT = 4096
N_NUMPY = 512
N_QUANTLIB = 2
COMPRESSED, DIRECT, DRAWS = "ours compressed, with its draws", "ours direct, with its draws", "ours, the draws alone"


def measure() -> CaseResult:
    """See the module."""
    numba.set_num_threads(1)
    market = sample.market_of_16()
    compressed, direct = (sample.packed_book(market, direct=direct) for direct in (False, True))
    programs = {COMPRESSED: program_of(compressed), DIRECT: program_of(direct)}
    dollar = sample.dollar_book(len(market.factors), market.usdjpy)
    nothing = NumbaBackend().prepare(compressed.model, dollar, seed=1, n_steps=1, float32=False, centre=np.zeros(2))
    ids = np.arange(N_NUMPY, dtype=np.uint64)
    levels: Any = NumbaBackend().levels(programs[COMPRESSED], ids)
    deviations = levels[0, -1, : -len(PATH_SERIES)]  # (n_factors, n_paths)
    by_numpy = numpy_values(direct.book, np.ascontiguousarray(deviations))
    by_quantlib = quantlib_values(sample.book_of_12000(market), market, deviations[:, :N_QUANTLIB])
    work = {
        COMPRESSED: Work(call=pnl_of(programs[COMPRESSED], N_COMPRESSED), units=N_COMPRESSED),
        DRAWS: Work(call=pnl_of(nothing, N_COMPRESSED), units=N_COMPRESSED, ours=COMPRESSED),
        DIRECT: Work(call=pnl_of(programs[DIRECT], N_DIRECT), units=N_DIRECT, ours=COMPRESSED),
        "numpy": Work(call=by_numpy, units=N_NUMPY, ours=COMPRESSED),
        "QuantLib, 400 objects": Work(call=by_quantlib, units=N_QUANTLIB, ours=COMPRESSED),
    }
    seconds = interleave(work, rounds=9, limit_s=12.0, clock=PROCESSOR)
    asserted = _assert_equal(compressed, programs, by_numpy(), by_quantlib())
    return CaseResult(
        name="revaluation",
        clock="processor",
        title=f"Revaluation of {compressed.book.flows.value.shape[1]:,} distinct flows on two curves, one core",
        rows=rows(work, seconds, "paths"),
        figures=_figures(work, seconds, compressed),
        asserted=asserted,
    )


def program_of(packed: Packed) -> Program:
    """Return one step of a packed book, made ready."""
    return NumbaBackend().prepare(
        packed.model, packed.book, seed=1, n_steps=packed.n_steps, float32=False, centre=packed.shock_pnl.ravel()
    )


def pnl_of(program: Program, n_paths: int) -> Callable[[], Any]:
    """Return a call that values so many paths."""
    return lambda: NumbaBackend().pnl(program, PathRange(first=0, n=n_paths))


def _figures(work: dict[str, Work], seconds: dict[str, list[float]], packed: Packed) -> dict[str, Any]:
    """Return revaluation alone: what the draws take, taken off."""
    drawn = times(work, seconds, DRAWS, COMPRESSED)
    alone = 1.0 - drawn  # of compressed with its draws
    per_path = float(np.median(seconds[COMPRESSED])) / work[COMPRESSED].units * alone
    over = {name: times(work, seconds, name, COMPRESSED) for name in work}
    return {
        "compressed_alone_paths_per_s": 1.0 / per_path,
        "direct_alone_over_compressed_alone": (over[DIRECT] - drawn) / alone,
        "numpy_over_compressed_alone": over["numpy"] / alone,
        "quantlib_over_compressed_alone": over["QuantLib, 400 objects"] / alone,
        "quantlib_over_compressed_with_draws": over["QuantLib, 400 objects"],
        "degree": packed.book.flows.degree,
        "n_segments": packed.book.flows.segments.size,
        "bound": packed.bounds.flows,
    }


def _assert_equal(packed: Packed, programs: dict[str, Program], by_numpy: Any, by_quantlib: Any) -> tuple[str, ...]:
    """Check that all four value the same paths alike, in parts of gross value."""
    gross = float(packed.base_values[0])  # nothing is owed in this book
    exact = pnl_of(programs[DIRECT], N_NUMPY)()[0]
    short = pnl_of(programs[COMPRESSED], N_NUMPY)()[0]
    values = exact + gross
    # the bound covers the polynomials; summing 12,000 flows in another order rounds otherwise, by 1e-13 at most
    np.testing.assert_allclose(short, exact, rtol=0.0, atol=(packed.bounds.flows + 1e-13) * gross)
    np.testing.assert_allclose(by_numpy, values, rtol=1e-13)
    np.testing.assert_allclose(by_quantlib, values[:N_QUANTLIB], rtol=1e-12)
    return (
        f"compressed equals direct on {N_NUMPY} paths within its bound, {packed.bounds.flows:.1e} of gross value",
        f"numpy equals direct on {N_NUMPY} paths within 1e-13",
        f"QuantLib equals direct on {N_QUANTLIB} paths within 1e-12",
    )
