"""Far paths: those on which a factor moves by more than its limit, `inverse_limit` of `kernels.layout.Run`."""

from typing import NamedTuple

import numpy as np

from kernels.types import F64, I64, U64

N_NAMED = 3  # farthest paths of a cell that keep their numbers


class Far(NamedTuple):
    """The far paths of consecutive cells. A ratio is a factor's deviation at the horizon over its limit, signed."""

    far_counts: I64  # (n_dynamics, n_cells)
    far_paths: U64  # (n_dynamics, n_cells, N_NAMED) the farthest first; of equal ones the first
    far_ratios: F64  # (n_dynamics, n_cells, N_NAMED) 0 where there is none


def no_far_paths(n_dynamics: int, n_cells: int) -> Far:
    """Return that no path of so many cells is far."""
    named = (n_dynamics, n_cells, N_NAMED)
    return Far(np.zeros(named[:2], np.int64), np.zeros(named, np.uint64), np.zeros(named))


def far_paths(ratios: F64, first: int, n_cells: int, cell: int) -> Far:
    """Find the far paths among consecutive ones.

    ratios  (n_dynamics, n) each path's farthest
    first   the global index of the first path, which begins a cell
    cell    paths of one
    """
    found = no_far_paths(len(ratios), n_cells)
    for d, row in enumerate(ratios):
        far = np.flatnonzero(np.abs(row) > 1.0)
        for c in np.unique(far // cell).tolist():
            own = far[far // cell == c]
            named = own[np.argsort(-np.abs(row[own]), kind="stable")][:N_NAMED]
            found.far_counts[d, c] = own.size
            found.far_paths[d, c, : named.size] = first + named
            found.far_ratios[d, c, : named.size] = row[named]
    return found
