"""Years of a walk shared out to processes of one thread each: any number of them makes the same rows."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized

from engine.backtest.walk.day_rows import DayRows, rows_of
from engine.backtest.walk.walk_days import BookWalk, Row, forecasts_of, walk_day
from kernels.select import select_backend

LOOK_S = 0.5  # seconds between two looks at how far the processes are
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")  # read when numpy is loaded

Done = Callable[[int], None]  # told how many dates are done

_worker: "tuple[BookWalk, Synchronized[int]] | None" = None  # of this process, where it is a worker


def walk_year(walk: BookWalk, places: Sequence[int], done: Callable[[], None], backend_name: str = "numba") -> DayRows:
    """Return the rows of some dates, in their order."""
    backend, forecasts = select_backend(backend_name), forecasts_of(walk)
    rows: list[Row] = []
    for place in places:
        rows += walk_day(walk, forecasts, place, backend)
        done()
    return rows_of(rows)


def walk_years(
    walk: BookWalk, years: Mapping[int, Sequence[int]], n_workers: int, done: Done
) -> Iterator[tuple[int, DayRows]]:
    """Yield each year with its rows as they come; `years` has the places of the dates of each."""
    if n_workers == 1 or len(years) < 2:
        yield from _alone(walk, years, done)
        return
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", 0)
    with _single_threads(), context.Pool(min(n_workers, len(years)), _start, (walk, counter)) as pool:
        waiting = {year: pool.apply_async(_work, (list(places),)) for year, places in years.items()}
        while waiting:
            next(iter(waiting.values())).wait(LOOK_S)
            done(counter.value)
            for year in [year for year, result in waiting.items() if result.ready()]:
                yield year, waiting.pop(year).get()


def _alone(walk: BookWalk, years: Mapping[int, Sequence[int]], done: Done) -> Iterator[tuple[int, DayRows]]:
    n = 0

    def one_more() -> None:
        """Count a date."""
        nonlocal n
        n += 1
        done(n)

    for year, places in years.items():
        yield year, walk_year(walk, places, one_more)


def _start(walk: BookWalk, counter: "Synchronized[int]") -> None:
    """Make a process a worker: one thread, and an interrupt is the parent's affair."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["NUMBA_NUM_THREADS"] = "1"
    _worker = walk, counter


def _work(places: list[int]) -> DayRows:
    assert _worker is not None
    walk, counter = _worker

    def one_more() -> None:
        """Count a date for all processes."""
        with counter.get_lock():
            counter.value += 1

    return walk_year(walk, places, one_more)


@contextmanager
def _single_threads() -> Iterator[None]:
    """Have processes that start within it load numpy with one thread."""
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
