"""Several runs at once: while kernels walk one, which leave the interpreter to others, Python makes the next ready."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kernels.base import AbstractBackend

AT_ONCE = 4  # with two, both are made ready or both are walked half of the time

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def side_by_side(work: Callable[[Asked], Answer], asked: Iterable[Asked], backend: AbstractBackend) -> Iterator[Answer]:
    """Yield what `work` makes of each, in their order; several at once where the backend's kernels are the CPU's.

    Raises whatever `work` raises of the first that fails.
    """
    if backend.name == "cuda":  # several would share its memory, which was planned for one
        yield from map(work, asked)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield from pool.map(work, asked)
        finally:
            pool.shutdown(cancel_futures=True)  # after one that failed, or Ctrl-C, the others are not waited for
