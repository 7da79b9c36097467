"""How far a run is, on stderr: a bar on a terminal, else a line every 30 seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.machine import log
from cli.terminal import styled

HEARTBEAT_S = 30.0

Progress = Callable[[int, int], None]  # done, in all: paths, or what the caller counts


@contextmanager
def on_stderr(counted: str = "paths") -> Iterator[Progress]:
    """Yield what a run calls after each block of what is `counted`."""
    if sys.stderr.isatty():
        with _bar(counted) as report:
            yield report
    else:
        yield heartbeat(time.monotonic, counted)


@contextmanager
def _bar(counted: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn(counted), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(file=styled(sys.stderr)), transient=True) as bar:
        task = bar.add_task(counted, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def heartbeat(clock: Callable[[], float], counted: str = "paths") -> Progress:
    """Say how far it is every `HEARTBEAT_S` seconds of `clock`, at the calls that come.

    The first block may hold the loading or compiling of kernels: its time says nothing of those to come.
    """
    start = last = clock()
    is_first = True

    def report(done: int, total: int) -> None:
        nonlocal last, is_first
        now, first, is_first = clock(), is_first, False
        if now - last < HEARTBEAT_S and not (log.is_json() and done == total):
            return
        last = now
        took = (
            f"; the first took {now - start:.0f} s, with loading or compiling kernels"
            if first
            else f" after {now - start:.0f} s"
        )
        message = f"{done:,} of {total:,} {counted}{took}"
        log.write("info", "progress", message, done=done, total=total, counted=counted)

    return report
