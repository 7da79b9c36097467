"""The ladder of workers: blocks of one run on dask workers of one core each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np

from bench.growth.cluster import local_cluster
from bench.growth.ladder import Ladder
from bench.timing import WALL, Work
from engine.batch.blocks.dask import dask_workers
from engine.batch.blocks.workers import AbstractWorkers, ThisProcess
from engine.inputs.run import RunConfig
from engine.run.load import load_inputs
from engine.run.prepared import Prepared, prepare
from kernels.base import CELL, CellRange

BLOCK_CELLS = 4


@contextmanager
def workers_ladder(sizes: Sequence[int], n_paths: int) -> Iterator[Ladder]:
    """Give the ladder of one run of the sample books, its clusters running. Raises InputError without `distributed`."""
    config = RunConfig.model_validate({"scenario": "base", "paths": n_paths, "backend": "numba"})
    prepared = prepare(config, load_inputs(config), lambda _: None).drawn
    if prepared is None:
        raise AssertionError("the scenario base is drawn")
    cells = -(-n_paths // CELL)
    blocks = [
        CellRange(first=first, n=min(BLOCK_CELLS, cells - first), n_paths=n_paths)
        for first in range(0, cells, BLOCK_CELLS)
    ]
    with ExitStack() as stack:
        workers = {
            n: stack.enter_context(
                dask_workers(
                    stack.enter_context(local_cluster(n)),
                    insecure=False,
                    gpu=False,
                    check=lambda: None,
                    say=lambda _: None,
                )
            )
            for n in sizes
        }
        calls = {n: _call(prepared, each, blocks) for n, each in workers.items()}
        here = _call(prepared, ThisProcess(), blocks)()
        if any(call() != here for call in calls.values()):
            raise AssertionError("workers give other digests than this process")
        rungs = {n: Work(call=call, units=float(n_paths)) for n, call in calls.items()}
        asserted = f"workers: digests of {n_paths:,} paths are those of this process"
        yield Ladder(name="workers", rungs=rungs, clock=WALL, asserted=asserted)


def _call(prepared: Prepared, workers: AbstractWorkers, blocks: Sequence[CellRange]) -> Callable[[], bytes]:
    """Return a call that has all blocks computed; it returns the digests of their cells, in order."""
    none = np.empty((prepared.program.n_rows, 0, 2))

    def call() -> bytes:
        found = sorted(workers.reduce(prepared, blocks, lambda: none, 0), key=lambda pair: pair[0].first)
        return b"".join(reduction.digests.tobytes() for _, reduction in found)

    return call
