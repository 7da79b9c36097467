"""Blocks on the workers of a dask cluster.

A block is a task; the arrays of a run are sent once. When the scheduler dies the batch stops, and goes on from its
checkpoints. Of a worker's first block, and of every sixteenth after it, one cell is computed here as well.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.batch.blocks.block_check import wrong_cell, wrong_shape
from engine.batch.blocks.checkpoints import trimmed
from engine.batch.blocks.workers import AbstractWorkers
from engine.run.prepared import Prepared
from engine.sharing.dask_client import dask_client, this_worker
from engine.sharing.task_loop import Done, Job, TaskLoop, one_at_a_time
from engine.sharing.worker_facts import Facts, worker_facts
from kernels.base import AbstractBackend, CellRange, Program, Reduction
from kernels.law_layout import ModelArrays
from kernels.layout import Book
from kernels.select import select_backend
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What a worker needs for any block of a run."""

    backend: str
    model: ModelArrays
    book: Book
    seed: int
    n_steps: int
    float32: bool
    centre: F64
    facts: Facts  # of the client: a worker of others may give other bits


@contextmanager
def dask_workers(
    address: str, *, insecure: bool, gpu: bool, check: Callable[[], None], say: Callable[[str], None]
) -> Iterator["DaskWorkers"]:
    """Connect to a scheduler, as `engine.sharing.dask_client.dask_client` does.

    gpu     send blocks to workers with the resource GPU, which compute with CUDA
    check   called while waiting; raises when a stop was asked for
    """
    with dask_client(address, insecure=insecure, say=say) as client:
        yield DaskWorkers(client, address, gpu=gpu, check=check, say=say)


def reduce_block(problem: Problem, block: CellRange, brackets: F64, keep: int) -> Done[Reduction]:
    """Compute one block, as a worker does, with `brackets` (n_rows, n_brackets, 2) [P&L] and `keep` of a row's P&L.

    Raises DifferentWorkerError where this process is not as the client.
    """
    address = this_worker(problem.facts)
    with one_at_a_time:
        backend, program = _program(problem)
        return Done(worker=address, result=trimmed(backend.reduce(program, block, brackets), keep))


@lru_cache(maxsize=2)
def _program(problem: Problem) -> tuple[AbstractBackend, Program]:
    """Return the problem made ready, once a worker."""
    backend = select_backend(problem.backend)
    program = backend.prepare(
        problem.model,
        problem.book,
        seed=problem.seed,
        n_steps=problem.n_steps,
        float32=problem.float32,
        centre=problem.centre,
    )
    return backend, program


class DaskWorkers(AbstractWorkers):
    """Workers of one cluster."""

    def __init__(
        self, client: Any, address: str, *, gpu: bool, check: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._address = address
        self._gpu = gpu
        self._loop = TaskLoop(client, address, gpu=gpu, check=check, say=say)

    def description(self) -> str:
        """Say which cluster they are."""
        return f"dask at {self._address}{' with GPUs' if self._gpu else ''}, {self._loop.n_workers} workers at last"

    def reduce(
        self, prepared: Prepared, blocks: Sequence[CellRange], brackets: Callable[[], F64], keep: int
    ) -> Iterator[tuple[CellRange, Reduction]]:
        """Compute every block, and give each as it is finished; `brackets` (n_rows, n_brackets, 2) [P&L].

        Raises BusyError when the scheduler is gone, RiskError when a block fails.
        """

        def wrong(block: CellRange, sent: tuple[Any, ...], found: Reduction, closely: bool) -> str | None:
            """Say what is wrong with a block; looked at closely, one cell of it is computed here."""
            why = wrong_shape(prepared, block, found)
            same_bits = not self._gpu or prepared.backend.name != "numpy"
            return wrong_cell(prepared, block, sent[0], keep, found) if why is None and same_bits and closely else why

        yield from self._loop.results(
            Job(
                problem=self._problem(prepared),
                compute=reduce_block,
                tasks=blocks,
                arguments=lambda _: (brackets(), keep),
                name=lambda block: f"block of cell {block.first}",
                wrong=wrong,
                kept_in="the folder .work in `out`, which holds its blocks",
            )
        )

    def _problem(self, prepared: Prepared) -> Problem:
        config, packed = prepared.config, prepared.packed
        return Problem(
            backend="cuda" if self._gpu else prepared.backend.name,
            model=packed.model,
            book=packed.book,
            seed=config.seed,
            n_steps=packed.n_steps,
            float32=config.precision == "float32",
            centre=prepared.program.centre,
            facts=worker_facts(),
        )
