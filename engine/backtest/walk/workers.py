"""Parts of a walk shared out to processes of one thread each."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from threading import Thread

from engine.backtest.walk.day_rows import DayRows
from engine.backtest.walk.parts import AbstractWalkers, Part, ThisProcess, walk_part
from engine.backtest.walk.walk_days import BookWalk
from engine.errors import RiskError
from engine.sharing.stop import SIGNALS, Stop

MOST = 256
LOOK_S = 0.5  # seconds between two looks at whether a stop was asked for
_ONE_THREAD = (  # read when numpy and numba are loaded
    "NUMBA_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
)

_walk: BookWalk | None = None  # of this process, where it is a worker


class Processes(AbstractWalkers):
    """Processes of this machine, which end with this one however it ends."""

    def __init__(self, n: int) -> None:
        self.n = n

    def rows(self, walk: BookWalk, parts: Sequence[Part], stop: Stop) -> Iterator[tuple[Part, DayRows]]:
        """Walk every part. Raises RiskError where a process is killed from outside."""
        if self.n == 1 or len(parts) < 2:
            yield from ThisProcess().rows(walk, parts, stop)
            return
        n = min(self.n, len(parts))
        context = multiprocessing.get_context("spawn")
        with _single_threads(), _shared(walk) as place, ProcessPoolExecutor(n, context, _start, (place,)) as pool:
            waiting = list(reversed(parts))
            flying: dict[Future[DayRows], Part] = {}
            try:
                while waiting or flying:
                    if stop.number is not None and not flying:
                        stop.check()
                    while waiting and len(flying) < n and stop.number is None:
                        part = waiting.pop()
                        flying[pool.submit(_work, part.places)] = part
                    for future in wait(flying, LOOK_S, FIRST_COMPLETED).done:
                        yield flying.pop(future), future.result()
            except BrokenProcessPool:
                raise RiskError(
                    "a process of the walk was killed, by the system perhaps, where memory ran out; what was finished"
                    " is kept with --out: start the same command again, with fewer --workers"
                ) from None
        stop.check()


def default_processes() -> int:
    """Return how many processes a walk takes: as many as the machine has cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _shared(walk: BookWalk) -> Iterator[tuple[str, int]]:
    """Lay a walk into memory that processes share; yield its name and size.

    Not among what a process is started with: one that is killed before it has read megabytes would leave its parent
    writing for ever. Where the parent is killed, Python's resource tracker gives the memory back.
    """
    data = pickle.dumps(walk, protocol=pickle.HIGHEST_PROTOCOL)
    memory = SharedMemory(create=True, size=len(data))
    try:
        _bytes_of(memory)[: len(data)] = data
        yield memory.name, len(data)
    finally:
        memory.close()
        memory.unlink()


def _bytes_of(memory: SharedMemory) -> memoryview:
    assert memory.buf is not None  # it is not closed
    return memory.buf


def _start(place: tuple[str, int]) -> None:
    """Make a process a worker: signals are the parent's affair, and it ends when the parent does, by kill -9 too."""
    global _walk
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    name, size = place
    memory = SharedMemory(name)
    _walk = pickle.loads(_bytes_of(memory)[:size])
    memory.close()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(places: Sequence[int]) -> DayRows:
    assert _walk is not None
    return walk_part(_walk, places)


@contextmanager
def _single_threads() -> Iterator[None]:
    """Have processes that start within it load numpy and numba with one thread."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
