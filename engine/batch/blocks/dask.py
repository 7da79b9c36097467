"""Blocks on the workers of a dask cluster. The only module that imports dask's `distributed`.

A block is a task; the arrays are the result of a task of their own, so that the scheduler makes them again when every
worker that held them is gone. Workers may come, go and die; a block that was lost is sent again. When the scheduler
dies the batch stops, and goes on from its checkpoints.

A worker computes only where its program, versions and settings are those of this process, and of its first block, and
of every sixteenth after it, one cell is computed here as well. Against a worker that means ill nothing of this helps:
dask executes what its peers send, and only TLS says who they are.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from engine.batch.blocks.block_check import wrong_cell, wrong_shape
from engine.batch.blocks.checkpoints import trimmed
from engine.batch.blocks.crew import Crew
from engine.batch.blocks.worker_facts import DifferentWorkerError, Facts, differences, worker_facts
from engine.batch.blocks.workers import AbstractWorkers
from engine.errors import BusyError, InputError, RiskError
from engine.run.prepared import Prepared
from kernels.base import AbstractBackend, CellRange, Program, Reduction
from kernels.cuda.host.device import DeviceError
from kernels.law_layout import ModelArrays
from kernels.layout import Book
from kernels.select import select_backend
from kernels.types import F64

SECURE = ("tls", "wss")
CONNECT_S = 20.0
POLL_S = 0.01
WAIT_MESSAGE_S = 30.0
GATHER_S = 120.0
MOST_LOSSES = 10  # of one block, before it is held to be the cause
CHECK_EVERY = 16  # blocks, of which one cell is computed here as well

_one_at_a_time = Lock()  # of a worker's threads: a block uses all its cores


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Done:
    """A block, and who computed it."""

    worker: str  # its address
    reduction: Reduction


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flight:
    """A block that is being computed."""

    block: CellRange
    brackets: F64  # that it was sent with
    workers: frozenset[str]  # that may compute it


@contextmanager
def dask_workers(
    address: str, *, insecure: bool, gpu: bool, check: Callable[[], None], say: Callable[[str], None]
) -> Iterator["DaskWorkers"]:
    """Connect to a scheduler.

    Parameters
    ----------
    address : "tls://host:8786"; certificates are those of dask's own configuration (DASK_DISTRIBUTED__COMM__TLS__...)
    insecure : allow a plain connection to another machine
    gpu : send blocks to workers with the resource GPU, which compute with CUDA
    check : called while waiting; raises when a stop was asked for

    Raises
    ------
    InputError
        A plain address of another machine, no `distributed` here, or TLS without its certificates.
    BusyError
        No scheduler answers.
    """
    check_address(address, insecure=insecure)
    if _scheme(address) not in SECURE:
        say(
            f"warning: the connection to {address} is neither encrypted nor authenticated, and dask executes what its "
            "peers send: whoever reaches its ports, users of this machine included, can run programs here and there"
        )
    try:
        from distributed import Client, Security
    except ImportError:
        raise InputError("--dask needs dask's distributed: pip install 'unwind-risk[dask]'") from None
    security = _security(Security) if _scheme(address) in SECURE else None
    try:
        connect: Any = Client
        client: Any = connect(address, security=security, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise BusyError(f"no scheduler answers at {address}: {error}; start again when it is there") from None
    try:
        yield DaskWorkers(client, address, gpu=gpu, check=check, say=say)
    finally:
        try:
            client.close(timeout=5)
        except Exception as error:  # the work is done, or stopped: a scheduler that is gone changes neither
            say(f"the connection to {address} was not closed: {error!r}")


def check_address(address: str, *, insecure: bool) -> None:
    """Refuse to send positions in the clear to another machine. Raises InputError."""
    host = urlsplit(address if "://" in address else f"tcp://{address}").hostname
    if not host:
        raise InputError(f"--dask must be a scheduler's address such as tls://host:8786, got {address!r}")
    if _scheme(address) in SECURE or insecure or _is_loopback(host):
        return
    raise InputError(
        f"--dask {address}: the connection is not encrypted and {host} is another machine; use a tls:// address, or "
        "--insecure where the network itself is trusted"
    )


def _security(kind: Any) -> Any:
    """Return what dask's configuration says of TLS. Raises InputError when no certificates are named, or none work."""
    try:
        security = kind(require_encryption=True)
        if security.get_connection_args("client")["ssl_context"] is not None:
            return security
        fault = "none are named"
    except (OSError, TypeError, ValueError) as error:
        fault = str(error)
    raise InputError(
        f"a tls:// address needs certificates: {fault}; dask's configuration names them, or "
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, __CLIENT__CERT and __CLIENT__KEY"
    )


def reduce_block(problem: Problem, block: CellRange, brackets: F64, keep: int) -> Done:
    """Compute one block, as a worker does, with `brackets` (n_rows, n_brackets, 2) [P&L] and `keep` of a row's P&L.

    Raises DifferentWorkerError where this process is not as the client.
    """
    from distributed import get_worker

    address = str(get_worker().address)
    if why := differences(problem.facts, worker_facts()):
        raise DifferentWorkerError(address, why)
    with _one_at_a_time:
        backend, program = _program(problem)
        return Done(worker=address, reduction=trimmed(backend.reduce(program, block, brackets), keep))


def held(problem: Problem) -> Problem:
    """Return the problem, as a task's result that workers pass on to each other."""
    return problem


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
        self._client = client
        self._address = address
        self._gpu = gpu
        self._check = check
        self._say = say
        self._resources = {"GPU": 1} if gpu else None
        self._crew = Crew(client, address, say, self._resources)
        self._n_workers = 0
        self._n_checked = 0
        self._last_message = time.monotonic()

    def description(self) -> str:
        """Say which cluster they are."""
        return f"dask at {self._address}{' with GPUs' if self._gpu else ''}, {self._n_workers} workers at last"

    def reduce(
        self, prepared: Prepared, blocks: Sequence[CellRange], brackets: Callable[[], F64], keep: int
    ) -> Iterator[tuple[CellRange, Reduction]]:
        """Compute every block, and give each as it is finished; `brackets` (n_rows, n_brackets, 2) [P&L].

        Raises BusyError when the scheduler is gone, RiskError when a block fails.
        """
        waiting, losses = list(reversed(blocks)), dict.fromkeys([block.first for block in blocks], 0)
        flying: dict[Any, Flight] = {}
        problem: Any = None
        holders: frozenset[str] = frozenset()
        try:
            while waiting or flying:
                self._check()
                self._check_scheduler()
                fit = frozenset(self._crew.fit())
                self._n_workers = len(fit)
                if problem is None or not holders & fit or problem.status not in ("pending", "finished"):
                    waiting += _taken_back(flying, frozenset())
                    problem, holders = self._sent(prepared, problem, fit), fit
                waiting += _taken_back(flying, fit)
                while problem is not None and waiting and len(flying) < 2 * len(fit):
                    flight = Flight(block=waiting.pop(), brackets=brackets(), workers=fit)
                    flying[self._submit(reduce_block, fit, problem, flight.block, flight.brackets, keep)] = flight
                landed = [future for future in flying if future.status != "pending"]
                if not landed:
                    self._wait(len(flying))
                for future in landed:
                    flight = flying.pop(future)
                    done = self._result(future)
                    if done is None or not self._is_right(prepared, flight, keep, done):
                        waiting.append(flight.block)
                        losses[flight.block.first] += 1
                        self._check_losses(flight.block, losses[flight.block.first])
                        continue
                    self._last_message = time.monotonic()
                    yield flight.block, done.reduction
        finally:
            self._crew.close()
            for future in [*flying, *([] if problem is None else [problem])]:
                future.release()

    def _check_losses(self, block: CellRange, n: int) -> None:
        if n > MOST_LOSSES:
            raise RiskError(f"cells {block.first} to {block.first + block.n - 1} killed every worker")
        self._say(f"block of cell {block.first} was lost with its worker; it is sent again")

    def _is_right(self, prepared: Prepared, flight: Flight, keep: int, done: Done) -> bool:
        """Hold a block against what is known of it, some of them against a cell that is computed here.

        Raises RiskError where a worker that was right before is not any more: what it gave before is in doubt.
        """
        why = wrong_shape(prepared, flight.block, done.reduction)
        is_first = done.worker not in self._crew.checked
        self._n_checked += 1
        same_bits = not self._gpu or prepared.backend.name != "numpy"
        if why is None and same_bits and (is_first or self._n_checked % CHECK_EVERY == 0):
            why = wrong_cell(prepared, flight.block, flight.brackets, keep, done.reduction)
        if why is None:
            self._crew.checked.add(done.worker)
            return True
        self._crew.refuse(done.worker, f"its block of cell {flight.block.first} is wrong: {why}")
        if is_first:
            return False
        raise RiskError(
            f"worker {done.worker} gave right blocks before and now a wrong one: {why}. It cannot be trusted: remove "
            "the folder .work in `out`, which holds its blocks, and start again without it"
        )

    def _sent(self, prepared: Prepared, before: Any, fit: frozenset[str]) -> Any:
        """Send the problem to workers that fit, in place of a future that was lost; None where there are none."""
        if before is not None:
            before.release()
        if not fit:
            return None
        config, packed = prepared.config, prepared.packed
        problem = Problem(
            backend="cuda" if self._gpu else prepared.backend.name,
            model=packed.model,
            book=packed.book,
            seed=config.seed,
            n_steps=packed.n_steps,
            float32=config.precision == "float32",
            centre=prepared.program.centre,
            facts=worker_facts(),
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            return self._submit(held, fit, problem)

    def _submit(self, function: Callable[..., Any], workers: frozenset[str], *arguments: Any) -> Any:
        return self._client.submit(
            function,
            *arguments,
            pure=False,
            resources=self._resources,
            workers=sorted(workers),
            allow_other_workers=False,
        )

    def _result(self, future: Any) -> Done | None:
        """Return what a future brought; None when it was lost on the way. Its memory on the cluster is released."""
        try:
            if future.status == "finished":
                return self._fetched(future)
            if future.status != "error":
                return None
            error = future.exception(timeout=GATHER_S)
        except Exception as lost:  # whatever a broken connection raises: the block is computed again
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

    def _fetched(self, future: Any) -> Done | None:
        """Fetch a finished block; None where its worker dies on the way.

        dask would wait until the block is computed again, which may be never: the workers that may compute it are
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
                f"the scheduler at {self._address} is gone; all finished blocks are kept: start again when it is back"
            )

    def _wait(self, n_flying: int) -> None:
        if time.monotonic() - self._last_message > WAIT_MESSAGE_S:
            self._last_message = time.monotonic()
            self._say(f"waiting for {n_flying} blocks on {self._n_workers} workers of {self._address}")
        time.sleep(POLL_S)


def _taken_back(flying: dict[Any, Flight], fit: frozenset[str]) -> list[CellRange]:
    """Take back the blocks that are on their way to workers none of which is fit any more; return them."""
    lost = [future for future, each in flying.items() if future.status == "pending" and not each.workers & fit]
    blocks = [flying.pop(future).block for future in lost]
    for future in lost:
        future.release()
    return blocks


def _scheme(address: str) -> str:
    return urlsplit(address).scheme if "://" in address else "tcp"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
