"""Full revaluation of 12,000 flows and 1,000 FX options over 24 expiries on one core: compressed against one by one."""

import numba
import numpy as np

from bench import sample
from bench.cases.revaluation import pnl_of, program_of
from bench.records import CaseResult
from bench.timing import PROCESSOR, Work, interleave, rows, times
from engine.inputs.market.load import bundled_market_path, load_market
from kernels.layout import FxOptions
from kernels.numba.backend import NumbaBackend

N_COMPRESSED = 2**16
N_DIRECT = 2048
COMPRESSED, DIRECT, DRAWS = "ours compressed, with its draws", "ours direct, with its draws", "ours, the draws alone"


def measure() -> CaseResult:
    """See the module."""
    numba.set_num_threads(1)
    market = load_market(bundled_market_path())
    book = sample.book_with_options(market)
    compressed, direct = (sample.pack_once(book, market, direct=direct) for direct in (False, True))
    programs = {COMPRESSED: program_of(compressed), DIRECT: program_of(direct)}
    nothing = NumbaBackend().prepare(
        compressed.model,
        sample.dollar_book(len(market.factors), market.usdjpy),
        seed=1,
        n_steps=1,
        float32=False,
        centre=np.zeros(2),
    )
    work = {
        COMPRESSED: Work(call=pnl_of(programs[COMPRESSED], N_COMPRESSED), units=N_COMPRESSED),
        DRAWS: Work(call=pnl_of(nothing, N_COMPRESSED), units=N_COMPRESSED, ours=COMPRESSED),
        DIRECT: Work(call=pnl_of(programs[DIRECT], N_DIRECT), units=N_DIRECT, ours=COMPRESSED),
    }
    seconds = interleave(work, rounds=9, limit_s=8.0, clock=PROCESSOR)
    drawn = times(work, seconds, DRAWS, COMPRESSED)
    per_path = float(np.median(seconds[COMPRESSED])) / N_COMPRESSED * (1.0 - drawn)
    short, exact = pnl_of(programs[COMPRESSED], N_DIRECT)()[0], pnl_of(programs[DIRECT], N_DIRECT)()[0]
    bound = float(compressed.bounds.pnl[0, 0])
    np.testing.assert_allclose(short, exact, rtol=0.0, atol=bound)
    tables = compressed.book.of(FxOptions).terms.shape
    return CaseResult(
        name="options",
        clock="processor",
        title=f"12,000 flows and {sample.N_OPTIONS:,} options over {sample.N_EXPIRIES} expiries, one core",
        rows=rows(work, seconds, "paths"),
        figures={
            "compressed_alone_paths_per_s": 1.0 / per_path,
            "direct_over_compressed_with_draws": times(work, seconds, DIRECT, COMPRESSED),
            "direct_alone_over_compressed_alone": (times(work, seconds, DIRECT, COMPRESSED) - drawn) / (1.0 - drawn),
            "n_tables": tables[1],
            "table_terms": tables[2] * tables[3],
            "flow_bound": compressed.bounds.flows,
            "option_bound": compressed.bounds.payoffs["fx_options"],
            "pnl_bound_jpy": bound,
            "largest_difference_jpy": float(np.abs(short - exact).max()),
        },
        asserted=(f"compressed equals direct on {N_DIRECT} paths within its bound, {bound:,.0f} JPY",),
    )
