"""Paths of a run's books and of one lot of each hedge beside them, walked once and kept."""

from dataclasses import dataclass

import numpy as np

from engine.analysis.whatif.pnl_vectors import scenario_rows
from engine.run.backend import device_errors
from engine.run.blocks import Progress, block_cells
from engine.run.prepared import Prepared
from kernels.base import CELL, PathRange
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WalkedPaths:
    """P&L of all scenarios on the same paths [currency], gains positive."""

    before: F64  # (n_scenarios, n_paths) of the books
    lots: F64  # (n_scenarios, n_hedges, n_paths) of one lot of each hedge, before its cost

    def mix(self, s: int, lots: F64, lot_costs: F64) -> F64:
        """Return the P&L of lots (n_hedges,) in a scenario, their costs included: (n_paths,)."""
        found = np.full(self.before.shape[1], -float(lot_costs @ lots))
        for paid, n in zip(self.lots[s], lots.tolist(), strict=True):
            if n:
                found += n * paid
        return found


def walked(drawn: Prepared, n_hedges: int, n_paths: int, progress: Progress) -> WalkedPaths:
    """Walk the first paths of all scenarios; the last `n_hedges` books are the hedges.

    Memory: 8 bytes a path, scenario and hedge, and a block of all rows at a time.
    """
    n_scenarios = len(drawn.inputs.names)
    before, lots = np.empty((n_scenarios, n_paths)), np.empty((n_scenarios, n_hedges, n_paths))
    at_once = block_cells(drawn.program.n_rows) * CELL
    with device_errors():
        for first in range(0, n_paths, at_once):
            columns = slice(first, min(first + at_once, n_paths))
            pnl = drawn.backend.pnl(drawn.program, PathRange(first=first, n=columns.stop - first))
            for s in range(n_scenarios):
                books = pnl[scenario_rows(drawn, s)][1:]
                before[s, columns] = books[:-n_hedges].sum(axis=0)
                lots[s, :, columns] = books[-n_hedges:]
            progress(columns.stop, n_paths)
    return WalkedPaths(before=before, lots=lots)
