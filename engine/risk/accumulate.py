"""The mergeable tail of a run: blocks in, in any order and from any worker; tail measures and moments out.

A plan (`plan.plan_tails`) covers both modes. The first `pilot_cells` cells keep the smallest P&L of each row, the
threshold falling as they come; in mode WHOLE those are all cells. In mode BRACKETS the pilot then fixes brackets
around the quantiles, and later cells keep P&L inside these and sums between them. Every figure is a function of what
the paths gave, not of how they were cut: kept P&L is sorted before use, and sums are taken by cell index in one tree.
"""

import numpy as np

from engine.errors import RiskError
from engine.risk.brackets import Beyond, OutsideBracketsError, fix_brackets
from engine.risk.buffers import Smallest
from engine.risk.moments import CellTable, Moments
from engine.risk.ordered_tail import OrderedTail, SortedTail
from engine.risk.plan import WIDEST_SE, TailMode, TailPlan
from engine.risk.ranks import MARGIN_SE, Confidence, exact_confidence
from engine.risk.tail import TailEstimate, estimate_tail
from kernels.base import Reduction
from kernels.types import F64


class TailAccumulator:
    """All rows' tails and moments of the cells added so far."""

    def __init__(self, plan: TailPlan, centre: F64, *, margin_se: float = MARGIN_SE) -> None:
        """Start empty. `centre` (n_rows,) [P&L] is what the backend takes moments about."""
        if centre.shape != (plan.n_rows,):
            raise ValueError(f"`centre` must have shape {(plan.n_rows,)}, got {centre.shape}")
        self.plan = plan
        self.centre = centre
        self.margin_se = margin_se  # standard errors of the pilot's ranks on either side of a bracket
        self.cells = CellTable(plan.n_rows, plan.n_paths)
        self._smallest = [Smallest(plan.keep, plan.slack) for _ in range(plan.n_rows)]
        self._beyond: Beyond | None = None
        self._latest: tuple[int, OrderedTail] | None = None  # one row, for its next confidence

    @property
    def cells_until(self) -> int:
        """Return the cell before which the present brackets hold; a block must not cross it."""
        return self.plan.pilot_cells if self._in_pilot() else self.plan.n_cells

    def brackets(self) -> F64:
        """Return what the next block should keep: (n_rows, n_brackets, 2) [currency], ends included.

        While the pilot runs, any earlier brackets of the same run serve too: thresholds only fall.
        """
        if self._in_pilot():
            thresholds = np.nextafter([smallest.threshold for smallest in self._smallest], -np.inf)
            lows = np.full(self.plan.n_rows, -np.inf)
            return np.stack([lows, thresholds], axis=-1)[:, None, :]
        return self._after_pilot().brackets

    def add(self, reduction: Reduction) -> None:
        """Take in a block.

        Raises
        ------
        RiskError
            P&L is not finite.
        ValueError
            A cell came twice, crosses `cells_until`, or was reduced with other brackets.
        """
        first, last = reduction.first_cell, reduction.first_cell + reduction.sums.shape[1]
        pilot_cells = self.plan.pilot_cells
        if first < pilot_cells < last:
            raise ValueError(f"a block of cells {first} to {last - 1} crosses the pilot's end, {pilot_cells}")
        beyond = self._after_pilot() if first >= pilot_cells else None
        self.cells.add(reduction)
        self._latest = None
        if beyond is not None:
            beyond.add(reduction)
            return
        for row, smallest in enumerate(self._smallest):
            smallest.add(reduction.kept_pnl[reduction.kept_rows[row] : reduction.kept_rows[row + 1]])

    def fork(self) -> "TailAccumulator":
        """Return an empty accumulator of the same run and brackets, for another worker; `merge` brings it back."""
        empty = TailAccumulator(self.plan, self.centre, margin_se=self.margin_se)
        if self._beyond is not None:
            empty._beyond = Beyond(self.plan, self._beyond.brackets)
        return empty

    def merge(self, other: "TailAccumulator") -> None:
        """Take in the cells of another part of the same run. The order of merges leaves no trace.

        Raises
        ------
        ValueError
            Another plan, a cell that both hold, or other brackets.
        """
        if other.plan != self.plan or not np.array_equal(other.centre, self.centre):
            raise ValueError("cannot merge tails of runs that were planned differently")
        if (self._beyond is None) is not (other._beyond is None):
            raise ValueError("cannot merge a part of the pilot with a part that comes after it")
        self.cells.merge(other.cells)
        self._latest = None
        for mine, theirs in zip(self._smallest, other._smallest, strict=True):
            mine.merge(theirs)
        if self._beyond is not None and other._beyond is not None:
            self._beyond.merge(other._beyond)

    def result(self, row: int, confidence: Confidence) -> TailEstimate:
        """Estimate all measures of a row, at one of the plan's confidences.

        Raises
        ------
        BracketMissError
            The pilot's brackets hold not all that is needed; it carries the accumulator to go on with.
        ValueError
            Cells are missing, or the plan has no such confidence.
        """
        self._check_complete()
        if float(exact_confidence(confidence)) not in self.plan.confidences:
            raise ValueError(f"the run was planned for {self.plan.confidences}, not {confidence}")
        if self._latest is None or self._latest[0] != row:
            self._latest = row, self._tail(row)
        try:
            return estimate_tail(self._latest[1], confidence)
        except OutsideBracketsError as miss:
            raise self._missed(row, confidence) from miss

    def moments(self, row: int) -> Moments:
        """Return the mean and spread of a row."""
        self._check_complete()
        return self.cells.moments(row, float(self.centre[row]))

    def pnl_sha256(self, row: int) -> str:
        """Return the hex digest of a row's P&L vector."""
        self._check_complete()
        return self.cells.sha256(row)

    def _in_pilot(self) -> bool:
        done = bool(self.cells.seen[: self.plan.pilot_cells].all())
        return self._beyond is None and (self.plan.mode is TailMode.WHOLE or not done)

    def _after_pilot(self) -> Beyond:
        if self._beyond is None:
            if self._in_pilot():
                raise ValueError(f"cells after the pilot need its {self.plan.pilot_cells} cells first")
            indices = self.plan.bracket_indices(self.margin_se)
            brackets = fix_brackets([smallest.sorted() for smallest in self._smallest], indices)
            self._beyond = Beyond(self.plan, brackets)
        return self._beyond

    def _check_complete(self) -> None:
        if not self.cells.complete:
            raise ValueError(f"{int((~self.cells.seen).sum())} of {self.plan.n_cells} cells are missing")

    def _tail(self, row: int) -> OrderedTail:
        values = self._smallest[row].sorted()
        if self._beyond is None:
            return SortedTail(values, self.plan.n_paths)
        return self._beyond.tail(row, values, float(self.centre[row]), self.plan.n_paths)

    def _missed(self, row: int, confidence: Confidence) -> RiskError:
        """Return the miss, with the pilot kept and brackets twice as wide; a plain failure if they are widest."""
        miss = f"row {row}: the quantile at {confidence} lies outside its bracket of {self.margin_se:g} standard errors"
        if self.margin_se * 2.0 > WIDEST_SE:
            return RiskError(f"{miss}: the first {self.plan.pilot_cells} cells do not stand for the run; allow memory")
        retry = TailAccumulator(self.plan, self.centre, margin_se=self.margin_se * 2.0)
        pilot = np.arange(self.plan.n_cells) < self.plan.pilot_cells
        retry.cells.take(self.cells, pilot)
        for mine, theirs in zip(retry._smallest, self._smallest, strict=True):
            mine.merge(theirs)
        return BracketMissError(miss, retry)


class BracketMissError(RiskError):
    """A bracket was too narrow. Run the cells from `retry.plan.pilot_cells` on again, into `retry`."""

    def __init__(self, message: str, retry: TailAccumulator) -> None:
        super().__init__(message)
        self.retry = retry  # holds the pilot; its brackets are twice as wide
