"""Work through a run block by block: nothing of the size of all paths is ever held."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from engine.risk.accumulate import BracketMissError, TailAccumulator
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.plan import TailPlan
from engine.risk.tail import TailEstimate
from kernels.base import CELL, AbstractBackend, CellRange, Program

Progress = Callable[[int, int], None]  # paths done, paths in all

BLOCK_S = 1.0  # a block's work, so that a stop request is honoured soon
BLOCK_BYTES = 2**26  # of a block's P&L at most, where one cell is less


def simulate(backend: AbstractBackend, program: Program, plan: TailPlan, progress: Progress) -> TailAccumulator:
    """Run all cells of the plan; the result does not depend on how they are cut into blocks.

    Should brackets miss a quantile, the cells after the pilot are run again with wider ones.
    """
    tails = TailAccumulator(plan, program.centre)
    first = 0
    while True:
        _add_cells(backend, program, tails, first, progress)
        try:
            _try_results(tails)
            return tails
        except BracketMissError as miss:
            tails, first = miss.retry, plan.pilot_cells


def estimates(tails: TailAccumulator, row: int) -> tuple[TailEstimate, ...]:
    """Estimate all measures of a row at every confidence of the plan."""
    return tuple(tails.result(row, confidence) for confidence in tails.plan.confidences)


def _try_results(tails: TailAccumulator) -> None:
    for row in range(tails.plan.n_rows):
        estimates(tails, row)


def _add_cells(
    backend: AbstractBackend, program: Program, tails: TailAccumulator, first: int, progress: Progress
) -> None:
    plan = tails.plan
    most = block_cells(plan.n_rows)
    cell, size = first, 1  # the first block has no thresholds yet and keeps all its P&L: let it be small
    while cell < plan.n_cells:
        size = min(size, most, tails.cells_until - cell)
        cells = CellRange(first=cell, n=size, n_paths=plan.n_paths)
        start = time.perf_counter()
        tails.add(backend.reduce(program, cells, tails.brackets()))
        per_cell = (time.perf_counter() - start) / size
        cell += size
        size = max(1, min(4 * size, int(BLOCK_S / max(per_cell, 1e-9))))
        progress(min(cell * CELL, plan.n_paths), plan.n_paths)


def relative_se(tails: TailAccumulator, rows: Sequence[int]) -> float:
    """Return the largest relative standard error of these rows' VaR at the highest confidence: `until_se` watches it.

    0 where nothing varies; infinite where a VaR is 0 but its error is not.
    """
    found = [tails.result(row, max(tails.plan.confidences)).of(VALUE_AT_RISK) for row in rows]
    return max(_ratio(each.se, abs(each.value)) for each in found)


def _ratio(error: float, value: float) -> float:
    if error == 0.0:
        return 0.0
    return error / value if value > 0.0 else float(np.inf)


def block_cells(n_rows: int) -> int:
    """Return the number of cells of a block at most."""
    return max(1, BLOCK_BYTES // (8 * CELL * n_rows))
