"""P&L of paths taken apart by strands of market moves, so that the parts add up to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.explain.run.strands import Strand
from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from kernels.numpy.revalue import revalue
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attribution:
    """P&L of paths by strand; gains positive. `still` and the strands' add up to the paths' P&L."""

    still: float  # [currency] of the scenario's shock and the book's ageing, where nothing moves after it
    strands: F64  # (n_strands, n_paths) [currency]
    rest: F64  # (n_paths,) [currency] P&L less all of these: rounding, and what compression of the run leaves out


def values_of(part: Prepared, scenario: int, moves: F64) -> F64:
    """Return the P&L of the total, then of each book, after given moves: (1 + n_books, n) [the run's currency].

    moves   (n_observations, n_factors, n) deviations from the scenario's start, at each of the run's observations

    Gains positive. A book that is looked at before the horizon too is valued by numpy's formulas. Raises RiskError
    where the device fails.
    """
    book, n_scopes = part.packed.book, 1 + len(part.packed.books)
    if len(moves) == 1:
        with device_errors():
            return part.backend.pnl_of_moves(book, moves[0])[scenario * n_scopes : (scenario + 1) * n_scopes]
    books = revalue(book, scenario, moves)
    return np.vstack([books.sum(axis=0), books])


def attribute(part: Prepared, scenario: int, moves: F64, pnl: F64, strands: Sequence[Strand]) -> Attribution:
    """Take the P&L of paths apart by strands of moves.

    Parameters
    ----------
    part, scenario : of a run, and the scenario's number in it
    moves : (n_observations, n_factors, n_paths) deviations at each observation
    pnl : (n_paths,) [currency] of the paths in the run
    strands : that add up to all moves

    Notes
    -----
    The strands are moved one after the other, in their order and in the reverse one; what a strand adds is the mean of
    both. Where only pairs of strands interact this is the Shapley value, each taking half of what a pair makes: in one
    of the orders a strand comes before the other, in the other after it. Shapley (1953), "A value for n-person games".
    """
    parts = [strand.part(moves) for strand in strands]
    still = float(values_of(part, scenario, np.zeros_like(moves[:, :, :1]))[0, 0])
    forward = _added(part, scenario, parts, still)
    backward = _added(part, scenario, parts[::-1], still)[::-1]
    found = 0.5 * (forward + backward)
    return Attribution(still=still, strands=found, rest=pnl - (still + found.sum(axis=0)))


def _added(part: Prepared, scenario: int, parts: Sequence[F64], still: float) -> F64:
    """Return what each strand adds where those before it have moved: (n_strands, n_paths) [currency]."""
    moved, before, rows = np.zeros_like(parts[0]), still, []
    for each in parts:
        moved = moved + each
        after = values_of(part, scenario, moved)[0]
        rows.append(after - before)
        before = after
    return np.array(rows)
