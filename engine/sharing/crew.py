"""The workers of a dask cluster that may compute: each is asked what it is before it gets a block."""

import time
from collections.abc import Callable
from typing import Any

from engine.errors import BusyError
from engine.sharing.worker_facts import differences, worker_facts

ASK_S = 1.0  # between two looks at which workers there are
NONE_FITS_S = 60.0  # after which a cluster whose every worker differs is given up


class Crew:
    """Who may compute, by address. Workers come and go; one that differs is named once, and gets no block."""

    def __init__(self, client: Any, address: str, say: Callable[[str], None], resources: dict[str, int] | None) -> None:
        self._client = client
        self._address = address
        self._say = say
        self._resources = resources  # that a worker must have: one without never answers
        self._here = worker_facts()
        self._there: set[str] = set()  # connected now
        self._asked: dict[str, Any] = {}  # futures of what they are
        self._fit: set[str] = set()
        self._unfit: dict[str, str] = {}  # and what differs
        self._looked = -ASK_S
        self._last_fit = time.monotonic()
        self.checked: set[str] = set()  # of which a block was computed here too

    def fit(self) -> tuple[str, ...]:
        """Return the workers that may compute now, in order.

        Raises
        ------
        BusyError
            There are workers, and for a minute none that fits.
        """
        if time.monotonic() - self._looked >= ASK_S:
            self._looked = time.monotonic()
            self._look()
        self._hear()
        found = tuple(sorted(self._fit & self._there))
        if found or self._asked or not self._unfit.keys() & self._there:
            self._last_fit = time.monotonic()
        elif time.monotonic() - self._last_fit > NONE_FITS_S:
            raise BusyError(
                f"every worker of {self._address} differs from this process, so that none may compute: "
                f"{'; '.join(f'{name}: {why}' for name, why in sorted(self._unfit.items()))}"
            )
        return found

    def refuse(self, worker: str, why: str) -> None:
        """Give a worker no more blocks, and say so once."""
        self._fit.discard(worker)
        if worker not in self._unfit:
            self._say(f"worker {worker} gets no block: {why}")
        self._unfit[worker] = why

    def _look(self) -> None:
        """See who is there, and ask those that are new."""
        try:
            self._there = set(self._client.nthreads())
        except Exception as error:  # the scheduler may be going: the next look at the client's status tells
            self._say(f"the scheduler does not answer: {error!r}")
            return
        for gone in self._asked.keys() - self._there:
            self._asked.pop(gone).release()
        for new in sorted(self._there - self._asked.keys() - self._fit - self._unfit.keys()):
            self._asked[new] = self._client.submit(
                worker_facts,
                workers=[new],
                allow_other_workers=False,
                pure=False,
                priority=10,
                resources=self._resources,
            )

    def _hear(self) -> None:
        for worker, future in list(self._asked.items()):
            if future.status == "pending":
                continue
            del self._asked[worker]
            try:
                why = differences(self._here, future.result(timeout=ASK_S))
            except Exception as error:  # of another version: it has no such function, or no such module
                why = f"it cannot say what it is: {error!r}"
            finally:
                future.release()
            if why:
                self.refuse(worker, why)
            else:
                self._fit.add(worker)

    def close(self) -> None:
        """Take back what was asked and not answered."""
        for future in self._asked.values():
            future.release()
        self._asked.clear()
