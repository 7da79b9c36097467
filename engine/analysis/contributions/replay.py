"""A run's first cells replayed after the simulation: the total's worst paths, with every book's P&L on them."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.risk.components import WorstPaths, cells_for, paths_for
from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from kernels.base import CellRange
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replayed:
    """What a run's first paths say when they are walked again."""

    first: F64  # (n_rows, n) [currency] P&L of the first cell
    worst: dict[tuple[int, float], WorstPaths]  # by scenario's number and confidence


def replay(prepared: Prepared, n_paths: int, check: Callable[[], None]) -> Replayed:
    """Walk the first cells of a run again. `check` is called before each: it may raise to stop.

    Raises
    ------
    RiskError
        The device failed.
    """
    confidences, n_scenarios = prepared.config.confidences, len(prepared.inputs.names)
    cells = {c: cells_for(c, n_paths) for c in confidences}
    n_scopes = prepared.program.n_rows // n_scenarios
    worst = {(s, c): WorstPaths(n_scopes - 1, c, paths_for(c, n_paths)) for s in range(n_scenarios) for c in cells}
    first = None
    for cell in range(max(cells.values())):
        check()
        with device_errors():
            pnl = prepared.backend.pnl(prepared.program, CellRange(first=cell, n=1, n_paths=n_paths).paths)
        first = pnl if first is None else first
        for (s, c), kept in worst.items():
            if cell < cells[c]:
                kept.add(pnl[s * n_scopes : (s + 1) * n_scopes])
    assert first is not None  # there is a cell for every confidence
    return Replayed(first=first, worst=worst)
