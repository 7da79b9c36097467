"""How far a run is, on stderr: a bar on a terminal, else a line every 30 seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEARTBEAT_S = 30.0

Progress = Callable[[int, int], None]  # paths done, paths in all


@contextmanager
def on_stderr() -> Iterator[Progress]:
    """Yield what a run calls after each block."""
    if sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield heartbeat(time.monotonic)


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("paths"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("paths", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def heartbeat(clock: Callable[[], float]) -> Progress:
    """Say how far it is every `HEARTBEAT_S` seconds of `clock`, at the calls that come."""
    start = last = clock()

    def report(done: int, total: int) -> None:
        nonlocal last
        now = clock()
        if now - last < HEARTBEAT_S:
            return
        last = now
        print(f"{done:,} of {total:,} paths after {now - start:.0f} s", file=sys.stderr, flush=True)

    return report
