"""Mean, spread and digest of each row from its cells, in an order that no split into blocks can change."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from engine.errors import RiskError
from kernels.base import CELL, Reduction
from kernels.far import N_NAMED, no_far_paths
from kernels.types import F64, Array, Bools


def tree_sum(values: F64) -> F64:
    """Add up the last axis of values of any shape, in their unit: neighbours in pairs, level by level, an odd one up.

    The order depends on the length alone, so the sum is a function of the values' sequence, bit for bit. An empty
    axis gives 0. The error grows with the logarithm of the length.
    """
    level = values
    while level.shape[-1] > 1:
        even = level.shape[-1] // 2 * 2
        pairs = level[..., 0:even:2] + level[..., 1:even:2]
        level = pairs if even == level.shape[-1] else np.concatenate([pairs, level[..., even:]], axis=-1)
    return level[..., 0] if level.shape[-1] else np.zeros(values.shape[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Of one row's P&L, in its currency."""

    mean: float
    mean_se: float  # std / sqrt(n_paths)
    std: float  # with n_paths - 1


class CellTable:
    """What every cell of a run says about itself, stored by cell index: the order of arrival leaves no trace."""

    def __init__(self, n_rows: int, n_paths: int) -> None:
        n_cells = -(-n_paths // CELL)
        self.n_paths = n_paths
        self.seen: Bools = np.zeros(n_cells, dtype=np.bool_)
        self.sums = np.zeros((n_rows, n_cells))
        self.squares = np.zeros((n_rows, n_cells))
        self.digests = np.zeros((n_rows, n_cells, 2), dtype=np.uint64)
        self.far = no_far_paths(0, n_cells)  # of as many laws as the first cells say

    def add(self, reduction: Reduction) -> None:
        """Take in a block's cells.

        Raises
        ------
        RiskError
            P&L of a cell is not finite.
        ValueError
            The rows or cells are not this run's, or a cell came twice.
        """
        first, n_cells = reduction.first_cell, reduction.sums.shape[1]
        if reduction.sums.shape[0] != self.sums.shape[0] or not 0 <= first <= self.seen.size - n_cells:
            raise ValueError(f"cells {first} + {n_cells} or rows {reduction.sums.shape[0]} are not this run's")
        if self.seen[first : first + n_cells].any():
            raise ValueError(f"a cell of {first} to {first + n_cells - 1} came twice")
        bad = np.argwhere(~np.isfinite(reduction.squares))
        if bad.size:
            row, cell = bad[0]
            first_path = (first + int(cell)) * CELL
            raise RiskError(
                f"P&L of row {row} is not finite in paths {first_path} to {first_path + CELL - 1}: a level or vol of "
                "the market or scenario drives it out of range; check the shocks and vol multipliers"
            )
        cells = slice(first, first + n_cells)
        self.sums[:, cells] = reduction.sums
        self.squares[:, cells] = reduction.squares
        self.digests[:, cells] = reduction.digests
        self._know_laws(len(reduction.far_counts))
        for name, mine in self.far._asdict().items():
            mine[:, cells] = getattr(reduction, name)
        self.seen[cells] = True

    def merge(self, other: "CellTable") -> None:
        """Take in the cells of another part of the same run; ValueError when both hold one."""
        if (self.seen & other.seen).any():
            raise ValueError("the two parts hold the same cell")
        self.take(other, other.seen)

    def take(self, other: "CellTable", which: Bools) -> None:
        """Copy the cells whose share of the run is marked in `which` (n_cells,)."""
        n_dynamics = max(len(self.far.far_counts), len(other.far.far_counts))
        self._know_laws(n_dynamics)
        other._know_laws(n_dynamics)
        pairs: tuple[tuple[Array, Array], ...] = (
            (self.sums, other.sums),
            (self.squares, other.squares),
            (self.digests, other.digests),
            *zip(self.far, other.far, strict=True),
        )
        for mine, theirs in pairs:
            mine[:, which] = theirs[:, which]
        self.seen |= which

    def _know_laws(self, n_dynamics: int) -> None:
        """Make room for the far paths of so many laws, where there is none yet."""
        if len(self.far.far_counts) == 0:
            self.far = no_far_paths(n_dynamics, self.seen.size)

    @property
    def complete(self) -> bool:
        """Return whether every cell of the run is in."""
        return bool(self.seen.all())

    def far_paths(self, dynamics: int) -> tuple[int, dict[int, float]]:
        """Return how many paths of a law are far, and of the farthest number and move over its limit, in that order."""
        paths, ratios = self.far.far_paths[dynamics].ravel(), self.far.far_ratios[dynamics].ravel()
        order = np.lexsort((paths, -np.abs(ratios)))[:N_NAMED]
        named = {int(paths[at]): float(ratios[at]) for at in order.tolist() if ratios[at] != 0.0}
        return int(self.far.far_counts[dynamics].sum()), named

    def moments(self, row: int, centre: float) -> Moments:
        """Return the mean and spread of a row whose sums were taken about `centre` [currency]; needs two paths."""
        n = self.n_paths
        first = float(tree_sum(self.sums[row]))
        second = float(tree_sum(self.squares[row]))
        variance = max(second - first * first / n, 0.0) / (n - 1)  # rounding alone can make it negative
        std = math.sqrt(variance)
        return Moments(mean=centre + first / n, mean_se=std / math.sqrt(n), std=std)

    def sha256(self, row: int) -> str:
        """Return the hex sha256 over the cells' digests in path order, each a pair of uint64, little endian."""
        return hashlib.sha256(self.digests[row].astype("<u8").tobytes()).hexdigest()
