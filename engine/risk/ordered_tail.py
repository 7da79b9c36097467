"""The worst outcomes of a sample in order of P&L: what measures are estimated from."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from engine.errors import InputError
from engine.risk.moments import tree_sum
from engine.risk.ranks import Confidence, exact_confidence, order_statistics_needed
from kernels.types import F64


class OrderedTail(ABC):
    """The worst outcomes of a sample in ascending order of P&L, as far out as its owner kept them."""

    n_paths: int  # of the whole sample

    @abstractmethod
    def at(self, index: int) -> float:
        """Return the P&L at `index` of the ascending order."""

    @abstractmethod
    def excess(self, index: int) -> tuple[float, float]:
        """Sum, and sum the squares of, how far each path before `index` lies below the P&L at `index`."""


class SortedTail(OrderedTail):
    """A tail whose values are all in hand."""

    def __init__(self, values: F64, n_paths: int) -> None:
        """Hold `values` (n_kept,) [P&L], ascending: the n_kept smallest of `n_paths`."""
        self.values = values
        self.n_paths = n_paths

    def at(self, index: int) -> float:
        """Return the P&L at `index` of the ascending order."""
        return float(self.values[index])

    def excess(self, index: int) -> tuple[float, float]:
        """Sum, and sum the squares of, how far each path before `index` lies below the P&L at `index`."""
        below = self.values[index] - self.values[:index]
        return float(tree_sum(below)), float(tree_sum(below * below))


def worst_of(pnl: F64, confidences: Iterable[Confidence]) -> SortedTail:
    """Sort the worst paths of a P&L vector (n_paths,) [currency], as many as these quantiles and their errors need.

    Raises
    ------
    InputError
        A confidence is out of range, or `pnl` is empty or not finite.
    """
    confidences = tuple(confidences)
    for confidence in confidences:
        check_tail_inputs(pnl, confidence)
    n_kept = max(order_statistics_needed(confidence, pnl.size) for confidence in confidences)
    return SortedTail(np.sort(np.partition(pnl, n_kept - 1)[:n_kept]), pnl.size)


def check_tail_inputs(pnl: F64, confidence: Confidence) -> None:
    """Refuse P&L that is not a finite vector (n_paths,) [currency], or a confidence outside [0.5, 1), by InputError."""
    exact_confidence(confidence)
    if pnl.ndim != 1 or pnl.size == 0:
        raise InputError(f"`pnl` must be a vector of at least one P&L, got shape {pnl.shape}")
    bad = np.flatnonzero(~np.isfinite(pnl))
    if bad.size:
        raise InputError(f"`pnl` must be finite: {bad.size} of {pnl.size} are not, the first is path {bad[0]}")
