"""Tasks on the workers of a dask cluster: sent, lost with a worker and sent again, held against what is known of them.

What all tasks need is the result of a task of its own, so that the scheduler makes it again when every worker that held
it is gone. Workers may come, go and die; a task that was lost is sent again. When the scheduler dies the work stops.

A worker computes only where its program, versions and settings are those of this process, and its first task, and every
sixteenth of all, are looked at more closely.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from engine.errors import BusyError, RiskError
from engine.sharing.crew import Crew
from engine.sharing.worker_facts import DifferentWorkerError
from kernels.cuda.host.device import DeviceError

POLL_S = 0.01
WAIT_MESSAGE_S = 30.0
GATHER_S = 120.0
MOST_LOSSES = 10  # of one task, before it is held to be the cause
CHECK_EVERY = 16  # tasks, of which one is looked at more closely

one_at_a_time = Lock()  # of a worker's threads: a task uses all its cores

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Done(Generic[R]):
    """A task's result, and who computed it."""

    worker: str  # its address
    result: R


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job(Generic[T, R]):
    """A piece of work in tasks."""

    problem: object  # what any of them needs
    compute: Callable[..., Done[R]]  # called on a worker with the problem, a task and its arguments
    tasks: Sequence[T]
    arguments: Callable[[T], tuple[Any, ...]]  # asked for when a task is sent
    name: Callable[[T], str]  # "block of cell 0"
    wrong: Callable[[T, tuple[Any, ...], R, bool], str | None]  # what is wrong with a result; looked at closely or not
    kept_in: str  # where results lie that must not be trusted when a worker turns out bad: "the folder ..., which ..."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Flight(Generic[T]):
    """A task that is being computed."""

    task: T
    arguments: tuple[Any, ...]  # that it was sent with
    workers: frozenset[str]  # that may compute it


class TaskLoop:
    """The workers of one cluster."""

    def __init__(
        self, client: Any, address: str, *, gpu: bool, check: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        """Take a client of the scheduler at `address`; `gpu`: tasks go to workers with the resource GPU alone.

        `check` is called while waiting, and raises when a stop was asked for.
        """
        self._client = client
        self._address = address
        self._check = check
        self._say = say
        self._resources = {"GPU": 1} if gpu else None
        self._crew = Crew(client, address, say, self._resources)
        self.n_workers = 0
        self._n_checked = 0
        self._last_message = time.monotonic()

    def results(self, job: Job[T, R]) -> Iterator[tuple[T, R]]:
        """Compute every task, and yield each with its result as it is finished.

        Raises BusyError when the scheduler is gone, RiskError when a task fails.
        """
        waiting, losses = list(reversed(job.tasks)), dict.fromkeys(map(job.name, job.tasks), 0)
        flying: dict[Any, _Flight[T]] = {}
        problem: Any = None
        holders: frozenset[str] = frozenset()
        try:
            while waiting or flying:
                self._check()
                self._check_scheduler()
                fit = frozenset(self._crew.fit())
                self.n_workers = len(fit)
                if problem is None or not holders & fit or problem.status not in ("pending", "finished"):
                    waiting += _taken_back(flying, frozenset())
                    problem, holders = self._sent(job.problem, problem, fit), fit
                waiting += _taken_back(flying, fit)
                while problem is not None and waiting and len(flying) < 2 * len(fit):
                    flight = _Flight(task=waiting[-1], arguments=job.arguments(waiting.pop()), workers=fit)
                    flying[self._submit(job.compute, fit, problem, flight.task, *flight.arguments)] = flight
                landed = [future for future in flying if future.status != "pending"]
                if not landed:
                    self._wait(len(flying))
                for future in landed:
                    flight = flying.pop(future)
                    done = self._result(future)
                    if done is None or not self._is_right(job, flight, done):
                        waiting.append(flight.task)
                        losses[job.name(flight.task)] += 1
                        self._check_losses(job.name(flight.task), losses)
                        continue
                    self._last_message = time.monotonic()
                    yield flight.task, done.result
        finally:
            self._crew.close()
            for future in [*flying, *([] if problem is None else [problem])]:
                future.release()

    def _check_losses(self, name: str, losses: dict[str, int]) -> None:
        if losses[name] > MOST_LOSSES:
            raise RiskError(f"{name} killed every worker")
        self._say(f"{name} was lost with its worker; it is sent again")

    def _is_right(self, job: Job[T, R], flight: _Flight[T], done: Done[R]) -> bool:
        """Hold a result against what is known of it, some of them against what is computed here.

        Raises RiskError where a worker that was right before is not any more: what it gave before is in doubt.
        """
        is_first = done.worker not in self._crew.checked
        self._n_checked += 1
        why = job.wrong(flight.task, flight.arguments, done.result, is_first or self._n_checked % CHECK_EVERY == 0)
        if why is None:
            self._crew.checked.add(done.worker)
            return True
        self._crew.refuse(done.worker, f"its {job.name(flight.task)} is wrong: {why}")
        if is_first:
            return False
        raise RiskError(
            f"worker {done.worker} gave right results before and now a wrong one: {why}. It cannot be trusted: remove "
            f"{job.kept_in}, and start again without it"
        )

    def _sent(self, what: object, before: Any, fit: frozenset[str]) -> Any:
        """Send the problem to workers that fit, in place of a future that was lost; None where there are none."""
        if before is not None:
            before.release()
        if not fit:
            return None
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            return self._submit(held, fit, what)

    def _submit(self, function: Callable[..., Any], workers: frozenset[str], *arguments: Any) -> Any:
        return self._client.submit(
            function,
            *arguments,
            pure=False,
            resources=self._resources,
            workers=sorted(workers),
            allow_other_workers=False,
        )

    def _result(self, future: Any) -> Any:
        """Return what a future brought; None when it was lost on the way. Its memory on the cluster is released."""
        try:
            if future.status == "finished":
                return self._fetched(future)
            if future.status != "error":
                return None
            error = future.exception(timeout=GATHER_S)
        except Exception as lost:  # whatever a broken connection raises: the task is computed again
            self._say(f"a result was lost: {lost!r}")
            return None
        finally:
            future.release()
        if type(error).__name__ in ("KilledWorker", "FutureCancelledError", "CommClosedError"):
            return None
        if isinstance(error, DifferentWorkerError):
            self._crew.refuse(error.worker, error.why)
            return None
        if isinstance(error, RiskError | DeviceError):
            raise error
        raise RiskError(f"a worker failed: {error!r}")

    def _fetched(self, future: Any) -> Any:
        """Fetch a finished task's `Done`; None where its worker dies on the way.

        dask would wait until the task is computed again, which may be never: the workers that may compute it are
        those of when it was sent. So it is fetched beside this thread, which gives up when the future is not
        finished any more, and may be stopped meanwhile.
        """
        fetching = ThreadPoolExecutor(max_workers=1)
        try:
            fetched = fetching.submit(future.result, GATHER_S)
            while not fetched.done():
                if future.status != "finished":
                    future.cancel()  # ends the fetching too
                    return None
                self._check()
                wait([fetched], timeout=POLL_S)
            found = fetched.result()
            return found if isinstance(found, Done) else None
        finally:
            fetching.shutdown(wait=False)

    def _check_scheduler(self) -> None:
        if self._client.status not in ("running", "newly-created"):
            raise BusyError(
                f"the scheduler at {self._address} is gone; what was finished is kept: start again when it is back"
            )

    def _wait(self, n_flying: int) -> None:
        if time.monotonic() - self._last_message > WAIT_MESSAGE_S:
            self._last_message = time.monotonic()
            self._say(f"waiting for {n_flying} blocks on {self.n_workers} workers of {self._address}")
        time.sleep(POLL_S)


def held(problem: object) -> object:
    """Return the problem, as a task's result that workers pass on to each other."""
    return problem


def _taken_back(flying: dict[Any, _Flight[T]], fit: frozenset[str]) -> list[T]:
    """Take back the tasks that are on their way to workers none of which is fit any more; return them."""
    lost = [future for future, each in flying.items() if future.status == "pending" and not each.workers & fit]
    tasks = [flying.pop(future).task for future in lost]
    for future in lost:
        future.release()
    return tasks
