"""Parts of a walk on the workers of a dask cluster, as batches are: the same bits on any number of them.

Of a worker's first part, and of every sixteenth part after it, one date is walked here as well.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.backtest.walk.day_rows import DayRows, parquet_bytes, rows_of_parquet
from engine.backtest.walk.parts import AbstractWalkers, Part, walk_part
from engine.backtest.walk.walk_days import BookWalk, asked
from engine.sharing.dask_client import dask_client, this_worker
from engine.sharing.stop import Stop
from engine.sharing.task_loop import Done, Job, TaskLoop, one_at_a_time
from engine.sharing.worker_facts import Facts, worker_facts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WalkProblem:
    """What a worker needs for any part of a walk."""

    walk: BookWalk
    facts: Facts  # of the client: a worker of others may give other bits


class DaskWalkers(AbstractWalkers):
    """Workers of one cluster."""

    def __init__(self, client: Any, address: str, check: Callable[[], None], say: Callable[[str], None]) -> None:
        self._loop = TaskLoop(client, address, gpu=False, check=check, say=say)

    def rows(self, walk: BookWalk, parts: Sequence[Part], stop: Stop) -> Iterator[tuple[Part, DayRows]]:
        """Walk every part. Raises BusyError when the scheduler is gone, RiskError when a part fails."""

        def wrong(part: Part, _: tuple[Any, ...], found: bytes, closely: bool) -> str | None:
            """Say what is wrong with a part; looked at closely, its first date is walked here."""
            return wrong_rows(walk, part, found, closely=closely)

        job: Job[Part, bytes] = Job(
            problem=WalkProblem(walk=walk, facts=worker_facts()),
            compute=walk_part_there,
            tasks=parts,
            arguments=lambda _: (),
            name=lambda part: f"block of {part.name}",
            wrong=wrong,
            kept_in="the folder of --out, which holds its months",
        )
        for part, data in self._loop.results(job):
            yield part, rows_of_parquet(data)
        stop.check()


@contextmanager
def dask_walkers(
    address: str, *, insecure: bool, check: Callable[[], None], say: Callable[[str], None]
) -> Iterator[DaskWalkers]:
    """Connect to a scheduler, as `engine.sharing.dask_client.dask_client` does; `check` raises at a stop."""
    with dask_client(address, insecure=insecure, say=say) as client:
        yield DaskWalkers(client, address, check, say)


def walk_part_there(problem: WalkProblem, part: Part) -> Done[bytes]:
    """Walk a part, as a worker does. Raises DifferentWorkerError where this process is not as the client."""
    address = this_worker(problem.facts)
    with one_at_a_time:
        return Done(worker=address, result=parquet_bytes(walk_part(problem.walk, part.places)))


def wrong_rows(walk: BookWalk, part: Part, found: object, *, closely: bool) -> str | None:
    """Say what of a part's rows cannot be its own; None where all can. `closely`: its first date is walked here too."""
    if not isinstance(found, bytes):
        return f"it is {type(found).__name__}, not the bytes of a Parquet file"
    try:
        rows = rows_of_parquet(found)
    except (OSError, ValueError, KeyError) as error:  # pyarrow's errors are of these kinds
        return f"it is no Parquet file of days: {error}"
    days = {np.datetime64(walk.history.day(place), "D") for place in part.places if asked(walk, place)}
    if set(rows.date) != days:
        return f"it has rows of {len(set(rows.date))} dates, and not of the {len(days)} that were asked for"
    if closely:
        first = walk_part(walk, part.places[:1])
        own = rows.where(rows.date == np.datetime64(walk.history.day(part.places[0]), "D"))
        if parquet_bytes(own) != parquet_bytes(first):
            return f"the rows of {walk.history.day(part.places[0])} are not those that this process makes"
    return None
