"""Long work in one thread: what waits for it, what is shared, and when patience ends.

Kernels take all cores by themselves, so that two runs at once would only make both late: one thread walks, others
wait in line. Whoever asks for what is being made already waits for the same.
"""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from engine.errors import BusyError

R = TypeVar("R")

MOST_WAITING = 64  # questions in line
PATIENCE_S = 60.0  # that a request waits for its answer
KEPT = 128  # answers that the next to ask finds ready


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work: its answer, or how far it is."""

    future: "Future[Any]"
    started: float = field(default_factory=time.monotonic)
    done: int = 0
    total: int = 0

    def progress(self, done: int, total: int) -> None:
        """Say how far it is, in paths or runs."""
        self.done, self.total = done, total

    @property
    def is_done(self) -> bool:
        """Return whether an answer or an error is there."""
        return self.future.done()

    @property
    def words(self) -> str:
        """Return how far it is, for a person."""
        share = f", {100 * self.done // self.total} %" if self.total else ""
        return f"{time.monotonic() - self.started:.0f} s{share}"


class Work:
    """Jobs by what they answer."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="unwind-work")
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._lock = threading.Lock()

    def job(self, key: Hashable, make: Callable[[Job], R]) -> Job:
        """Return the job of a key, which is begun where nobody has asked yet; one that failed is tried again.

        Raises BusyError where too many wait.
        """
        with self._lock:
            found = self._jobs.get(key)
            if found is not None and not (found.is_done and found.future.exception() is not None):
                self._jobs.move_to_end(key)
                return found
            if sum(not each.is_done for each in self._jobs.values()) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} questions are waiting already; ask again in a few seconds")
            found = Job(future=Future())
            self._jobs[key] = found
            self._jobs.move_to_end(key)
            self._forget()
        self._pool.submit(_run, found, make)
        return found

    async def answer(self, key: Hashable, make: Callable[[Job], R]) -> R:
        """Wait for the answer of a job. Raises what it raises, and BusyError where it takes too long."""
        job = self.job(key, make)
        try:
            found = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(job.future)), PATIENCE_S)
        except TimeoutError:
            raise BusyError(
                f"no answer within {PATIENCE_S:.0f} s ({job.words}); it is being made: ask again in a minute"
            ) from None
        return cast(R, found)

    def close(self) -> None:
        """Begin no more work."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        """Drop the answers that were asked for longest ago."""
        ready = [key for key, each in self._jobs.items() if each.is_done]
        for key in ready[: max(len(self._jobs) - KEPT, 0)]:
            del self._jobs[key]


def _run(job: Job, make: Callable[[Job], Any]) -> None:
    job.started = time.monotonic()
    try:
        job.future.set_result(make(job))
    except BaseException as error:
        job.future.set_exception(error)
