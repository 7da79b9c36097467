"""A run block by block with checkpoints: stopped anywhere and started again, it gives the same bits.

A block's result is a function of the problem and of its brackets; the accumulator's figures are a function of the
results, not of their order. So a run is whatever blocks are on disk, and those that are missing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.batch.blocks.checkpoints import Checkpoints, blocks_of, trimmed
from engine.batch.blocks.workers import AbstractWorkers
from engine.errors import RiskError
from engine.risk.accumulate import BracketMissError, TailAccumulator
from engine.risk.plan import TailMode, TailPlan
from engine.risk.ranks import MARGIN_SE
from engine.run.backend import device_errors
from engine.run.blocks import Progress, block_cells, estimates
from engine.run.prepared import Prepared
from engine.sharing.stop import Stop
from kernels.base import CELL, CellRange
from kernels.types import F64

ONE_STEP_CELLS = 32  # cells of a block of one step: about a second on one core; fewer where more steps are walked

Share = tuple[int, int]  # k of n, from 1


class MissingBlocksError(RiskError):
    """Shards have not computed everything yet."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How a run is worked through."""

    workers: AbstractWorkers | None  # None: only what is on disk is taken together
    share: Share | None  # None: all of it
    stop: Stop
    progress: Progress  # paths done and in all
    block_cells: int | None  # None: by the number of steps and rows


def cells_of_block(prepared: Prepared, wanted: int | None) -> int:
    """Return the cells between two checkpoints: a function of the run alone, so that all shards agree."""
    most = block_cells(prepared.program.n_rows)
    return min(most, wanted or max(1, ONE_STEP_CELLS // prepared.packed.n_steps))


def run_blocks(prepared: Prepared, plan: TailPlan, size: int) -> tuple[Sequence[CellRange], Sequence[CellRange]]:
    """Return the blocks that keep the smallest P&L, and those after the pilot."""
    first = blocks_of(0, plan.pilot_cells, size, plan.n_paths)
    return first, blocks_of(plan.pilot_cells, plan.n_cells, size, plan.n_paths)


def simulate(prepared: Prepared, plan: TailPlan, kept: Checkpoints, work: Work) -> TailAccumulator | None:
    """Take what is on disk, compute and keep what is missing; None when this was one share of it.

    Raises
    ------
    StoppedWorkError
        A stop was asked for; all finished blocks are kept.
    MissingBlocksError
        Nothing may be computed, and blocks are missing.
    RiskError
        The run failed.
    """
    margin_se = kept.margin(MARGIN_SE)
    tails = TailAccumulator(plan, prepared.program.centre, margin_se=margin_se)
    first, later = run_blocks(prepared, plan, cells_of_block(prepared, work.block_cells))
    fold = _Fold(prepared, plan, kept, work)
    with device_errors():
        if plan.mode is TailMode.WHOLE:
            fold.add(tails, _own(first, work.share), None)
            return None if work.share else tails
        for part in (_own(first, work.share), _others(first, work.share)):  # every shard needs the pilot
            fold.add(tails, part, None)
        while True:
            fold.add(tails, _own(later, work.share), tails.margin_se)
            if work.share:
                return None
            try:
                for row in range(plan.n_rows):
                    estimates(tails, row)
                return tails
            except BracketMissError as miss:
                tails = miss.retry
                kept.begin_margin(tails.margin_se)
                fold.again(plan.pilot_cells)


class _Fold:
    """Blocks into an accumulator, from disk or from the workers."""

    def __init__(self, prepared: Prepared, plan: TailPlan, kept: Checkpoints, work: Work) -> None:
        self.prepared = prepared
        self.plan = plan
        self.kept = kept
        self.work = work
        self.cells_done = 0

    def again(self, cells_done: int) -> None:
        """Count from here: the cells after the pilot come once more."""
        self.cells_done = cells_done

    def add(self, tails: TailAccumulator, blocks: Iterable[CellRange], margin_se: float | None) -> None:
        """Bring blocks in; those on disk first, so that the thresholds are low for the others."""
        blocks = list(blocks)
        fixed = tails.brackets() if margin_se is not None and blocks else None
        missing = []
        for block in blocks:
            found = self.kept.load(block, margin_se, fixed)
            if found is None:
                missing.append(block)
            else:
                tails.add(found)
                self._count(block)
        if missing and self.work.workers is None:
            raise MissingBlocksError(f"{len(missing)} of {len(blocks)} blocks are not there yet: {_named(missing)}")
        self.work.stop.check()
        if missing and self.work.workers is not None:
            results = self.work.workers.reduce(self.prepared, missing, _now(tails, fixed), self.plan.keep)
            for block, result in results:
                kept = trimmed(result, self.plan.keep) if fixed is None else result
                tails.add(kept)
                self.kept.save(block, margin_se, fixed, kept)
                self._count(block)
                self.work.stop.check()

    def _count(self, block: CellRange) -> None:
        self.cells_done += block.n
        self.work.progress(min(self.cells_done * CELL, self.plan.n_paths), self.plan.n_paths)


def _now(tails: TailAccumulator, fixed: F64 | None) -> Callable[[], F64]:
    return tails.brackets if fixed is None else lambda: fixed


def _own(blocks: Sequence[CellRange], share: Share | None) -> Sequence[CellRange]:
    return blocks if share is None else [block for i, block in enumerate(blocks) if i % share[1] == share[0] - 1]


def _others(blocks: Sequence[CellRange], share: Share | None) -> Sequence[CellRange]:
    return [] if share is None else [block for i, block in enumerate(blocks) if i % share[1] != share[0] - 1]


def _named(blocks: Sequence[CellRange]) -> str:
    shown = ", ".join(f"cells {block.first} to {block.first + block.n - 1}" for block in blocks[:3])
    return shown if len(blocks) <= 3 else f"{shown} and more"
