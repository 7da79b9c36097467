"""A task whose worker dies while its result is fetched is given up, and a stop is heard meanwhile.

Tasks on real clusters: `tests/engine/batch/blocks/test_dask.py` and `tests/engine/backtest/walk/test_dask_days.py`.
"""

import time
from threading import Event

import pytest

from engine.sharing.task_loop import GATHER_S, TaskLoop


class DyingFuture:
    """A future whose worker dies while its result is fetched, and that nobody computes again."""

    status = "finished"

    def __init__(self) -> None:
        self.ended = Event()

    def result(self, timeout: float) -> None:
        """Wait, as dask does, for the result to be computed again."""
        self.status = "pending"
        assert self.ended.wait(timeout)

    def cancel(self) -> None:
        """End the wait."""
        self.ended.set()

    release = cancel


def test_a_worker_that_dies_while_its_block_is_fetched_is_not_waited_for():
    future = DyingFuture()
    loop = TaskLoop(None, "tcp://127.0.0.1:1", gpu=False, check=lambda: None, say=print)
    start = time.monotonic()
    assert loop._result(future) is None
    assert time.monotonic() - start < GATHER_S / 10
    assert future.ended.is_set()


def test_a_stop_is_heard_while_a_block_is_fetched():
    def stop() -> None:
        raise KeyboardInterrupt

    future = DyingFuture()
    future.result = lambda timeout: future.ended.wait(timeout)  # of a worker that sends slowly
    loop = TaskLoop(None, "tcp://127.0.0.1:1", gpu=False, check=stop, say=print)
    with pytest.raises(KeyboardInterrupt):
        loop._result(future)
    assert future.ended.is_set()
