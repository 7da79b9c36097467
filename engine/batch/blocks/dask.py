"""Blocks on the workers of a dask cluster. The only module that imports dask's `distributed`.

A block is a task; the arrays are the result of a task of their own, so that the scheduler makes them again when every
worker that held them is gone. Workers may come, go and die; a block that was lost is sent again. When the scheduler
dies the batch stops, and goes on from its checkpoints.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import kernels
from engine.batch.blocks.checkpoints import trimmed
from engine.batch.blocks.problem import sources_sha256
from engine.batch.blocks.workers import AbstractWorkers
from engine.errors import BusyError, InputError, RiskError
from engine.run.start import Prepared
from kernels.base import AbstractBackend, CellRange, Program, Reduction
from kernels.cuda.host.device import DeviceError
from kernels.law_layout import ModelArrays
from kernels.layout import Book
from kernels.select import select_backend
from kernels.types import F64

SECURE = ("tls", "wss")
CONNECT_S = 20.0
POLL_S = 0.01
ASK_S = 1.0  # between two looks at how many workers there are
WAIT_MESSAGE_S = 30.0
GATHER_S = 120.0
MOST_LOSSES = 10  # of one block, before it is held to be the cause

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
    sources_sha256: str  # of the kernels: a worker with others would give other bits


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
        client.close(timeout=5)


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


def reduce_block(problem: Problem, block: CellRange, brackets: F64, keep: int) -> Reduction:
    """Compute one block, as a worker does, with `brackets` (n_rows, n_brackets, 2) [P&L] and `keep` of a row's P&L."""
    with _one_at_a_time:
        backend, program = _program(problem)
        return trimmed(backend.reduce(program, block, brackets), keep)


def held(problem: Problem) -> Problem:
    """Return the problem, as a task's result that workers pass on to each other."""
    return problem


@lru_cache(maxsize=2)
def _program(problem: Problem) -> tuple[AbstractBackend, Program]:
    """Return the problem made ready, once a worker."""
    if sources_sha256(Path(kernels.__path__[0])) != problem.sources_sha256:
        raise RiskError("a worker has other kernels than the client: install the same version of unwind-risk on both")
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
        self._workers, self._asked = 0, -ASK_S
        self._last_message = time.monotonic()

    def description(self) -> str:
        """Say which cluster they are."""
        return f"dask at {self._address}{' with GPUs' if self._gpu else ''}, {self._workers} workers at last"

    def reduce(
        self, prepared: Prepared, blocks: Sequence[CellRange], brackets: Callable[[], F64], keep: int
    ) -> Iterator[tuple[CellRange, Reduction]]:
        """Compute every block, and give each as it is finished; `brackets` (n_rows, n_brackets, 2) [P&L].

        Raises BusyError when the scheduler is gone, RiskError when a block fails.
        """
        problem = self._send(prepared)
        waiting, losses = list(reversed(blocks)), dict.fromkeys([block.first for block in blocks], 0)
        flying: dict[Any, CellRange] = {}
        try:
            while waiting or flying:
                self._check()
                self._check_scheduler()
                while waiting and len(flying) < 2 * self._n_workers():
                    block = waiting.pop()
                    flying[self._submit(reduce_block, problem, block, brackets(), keep)] = block
                landed = [future for future in flying if future.status != "pending"]
                if not landed:
                    self._wait(len(flying))
                for future in landed:
                    block = flying.pop(future)
                    result = self._result(future)
                    if result is None:
                        losses[block.first] += 1
                        if losses[block.first] > MOST_LOSSES:
                            raise RiskError(f"cells {block.first} to {block.first + block.n - 1} killed every worker")
                        self._say(f"block of cell {block.first} was lost with its worker; it is sent again")
                        problem = self._alive(problem, prepared)
                        waiting.append(block)
                        continue
                    self._last_message = time.monotonic()
                    yield block, result
        finally:
            for future in [*flying, problem]:
                future.release()

    def _send(self, prepared: Prepared) -> Any:
        config, packed = prepared.config, prepared.packed
        problem = Problem(
            backend="cuda" if self._gpu else prepared.backend.name,
            model=packed.model,
            book=packed.book,
            seed=config.seed,
            n_steps=packed.n_steps,
            float32=config.precision == "float32",
            centre=prepared.program.centre,
            sources_sha256=sources_sha256(Path(kernels.__path__[0])),
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            return self._submit(held, problem)

    def _alive(self, problem: Any, prepared: Prepared) -> Any:
        """Return the problem's future, sent anew where it was lost too."""
        if problem.status in ("pending", "finished"):
            return problem
        problem.release()
        return self._send(prepared)

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        resources = {"GPU": 1} if self._gpu else None
        return self._client.submit(function, *arguments, pure=False, resources=resources)

    def _result(self, future: Any) -> Reduction | None:
        """Return what a future brought; None when it was lost on the way. Its memory on the cluster is released."""
        try:
            if future.status == "finished":
                found = future.result(timeout=GATHER_S)
                return found if isinstance(found, Reduction) else None
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
        if isinstance(error, RiskError | DeviceError):
            raise error
        raise RiskError(f"a worker failed: {error!r}")

    def _check_scheduler(self) -> None:
        if self._client.status not in ("running", "newly-created"):
            raise BusyError(
                f"the scheduler at {self._address} is gone; all finished blocks are kept: start again when it is back"
            )

    def _n_workers(self) -> int:
        """Return how many workers there are now; looked up once in a while."""
        if time.monotonic() - self._asked >= ASK_S:
            self._asked = time.monotonic()
            try:
                self._workers = len(self._client.nthreads())
            except Exception as error:  # the scheduler may be going: the next look at the client's status tells
                self._say(f"the scheduler does not answer: {error!r}")
        return self._workers

    def _wait(self, n_flying: int) -> None:
        if time.monotonic() - self._last_message > WAIT_MESSAGE_S:
            self._last_message = time.monotonic()
            self._say(f"waiting for {n_flying} blocks on {self._workers} workers of {self._address}")
        time.sleep(POLL_S)


def _scheme(address: str) -> str:
    return urlsplit(address).scheme if "://" in address else "tcp"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
