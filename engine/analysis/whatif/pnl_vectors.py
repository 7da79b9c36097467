"""P&L of a prepared run, path by path: the total's or the books' rows, of what is drawn and of what is exact."""

from collections.abc import Mapping
from enum import Enum

import numpy as np

from engine.errors import InputError
from engine.run.backend import device_errors
from engine.run.blocks import Progress, block_cells
from engine.run.prepared import Prepared, PreparedRun, scopes_of
from kernels.base import CELL, PathRange
from kernels.types import F64

MOST_BYTES = 2**31  # of P&L held at once


class Scopes(Enum):
    """Which rows of a scenario are wanted."""

    TOTAL = "total"  # the sum over the books, in their order, as kernels make it
    BOOKS = "books"


def pnl_vectors(prepared: PreparedRun, scopes: Scopes, n_paths: int, progress: Progress) -> Mapping[str, F64]:
    """Return P&L by scenario: (n_paths,) of the total or (n_books, n_paths) of the books [currency], gains positive.

    Of an exact scenario the paths are its moves, each once. Memory: 8 bytes a path, scenario and row wanted, and one
    block of all rows while it is cut.
    """
    found: dict[str, F64] = {}
    with device_errors():
        for part in prepared.parts:
            for n, wanted in _walks(part, n_paths):
                found |= _walked(part, scopes, wanted, n, progress)
    return found


def check_memory(n_vectors: int, n_paths: int) -> None:
    """Refuse more P&L than is held at once. Raises InputError with the number of paths that fit."""
    if 8 * n_vectors * n_paths > MOST_BYTES:
        most = MOST_BYTES // (8 * n_vectors)
        raise InputError(
            f"`paths` must be at most {most:,} here: {n_vectors} P&L vectors are held at once, in"
            f" {MOST_BYTES / 2**30:.0f} GiB; got {n_paths:,}"
        )


def scenario_rows(part: Prepared, s: int) -> slice:
    """Return the rows of a scenario in the part's program: its total, then its books."""
    n_scopes = len(scopes_of(part))
    return slice(s * n_scopes, (s + 1) * n_scopes)


def _walks(part: Prepared, n_paths: int) -> list[tuple[int, list[int]]]:
    """Return number of paths and scenarios of each walk: one for all that is drawn, one an exact law."""
    scenarios = range(len(part.inputs.names))
    dynamics = part.packed.book.run.dynamics
    if not part.n_moves.any():
        return [(n_paths, list(scenarios))]
    laws = range(part.n_moves.size)
    return [(int(part.n_moves[d]), [s for s in scenarios if dynamics[s] == d]) for d in laws]


def _walked(part: Prepared, scopes: Scopes, wanted: list[int], n: int, progress: Progress) -> Mapping[str, F64]:
    """Walk paths 0 to n and keep the wanted rows of some scenarios."""
    n_books = len(part.packed.books)
    shape = (n,) if scopes is Scopes.TOTAL else (n_books, n)
    found = {part.inputs.names[s]: np.empty(shape) for s in wanted}
    at_once = block_cells(part.program.n_rows) * CELL
    for first in range(0, n, at_once):
        columns = slice(first, min(first + at_once, n))
        pnl = part.backend.pnl(part.program, PathRange(first=first, n=columns.stop - first))
        for s in wanted:
            rows = pnl[scenario_rows(part, s)]
            found[part.inputs.names[s]][..., columns] = rows[0] if scopes is Scopes.TOTAL else rows[1:]
        progress(columns.stop, n)
    return found
