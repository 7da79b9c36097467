"""Who computes blocks: this process, or others; the results are the same bits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

from engine.run.prepared import Prepared
from kernels.base import CellRange, Reduction
from kernels.types import F64


class AbstractWorkers(ABC):
    """Takes blocks of one run, gives back what they gave."""

    @abstractmethod
    def description(self) -> str:
        """Say who they are, in words."""

    @abstractmethod
    def reduce(
        self, prepared: Prepared, blocks: Sequence[CellRange], brackets: Callable[[], F64], keep: int
    ) -> Iterator[tuple[CellRange, Reduction]]:
        """Compute every block, in any order, and give each with what it gave.

        brackets   (n_rows, n_brackets, 2) [P&L], asked for when a block is begun: thresholds fall as results come in
        keep       number of the smallest P&L of each row that a result needs to hold; it may hold more
        """


class ThisProcess(AbstractWorkers):
    """Block after block, here."""

    def description(self) -> str:
        """Say that it is this process."""
        return "this process"

    def reduce(
        self, prepared: Prepared, blocks: Sequence[CellRange], brackets: Callable[[], F64], keep: int
    ) -> Iterator[tuple[CellRange, Reduction]]:
        """Compute every block, in order; `brackets` (n_rows, n_brackets, 2) [P&L]."""
        for block in blocks:
            yield block, prepared.backend.reduce(prepared.program, block, brackets())
