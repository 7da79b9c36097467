"""How far a run is, on stderr: a bar on a terminal, else a line every 30 seconds."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.machine import log
from cli.terminal import styled

HEARTBEAT_S = 30.0
COMPILING_BEAT_S = 10.0
COMPILING = "compiling kernels, once, some 40 s; `unwind warm` does it beforehand"
STILL_COMPILING = "still compiling kernels after {seconds:.0f} s"

Progress = Callable[[int, int], None]  # done, in all: paths, or what the caller counts


@contextmanager
def on_stderr(counted: str = "paths") -> Iterator[Progress]:
    """Yield what a run calls after each block of what is `counted`; before the first, say what is waited for."""
    with _while_compiling() as first:
        if sys.stderr.isatty():
            with _bar(counted) as report:
                yield _after(first, report)
        else:
            yield _after(first, heartbeat(time.monotonic, counted))


def _after(first: Callable[[], None], report: Progress) -> Progress:
    """Return what ends the wait, and then reports."""

    def call(done: int, total: int) -> None:
        first()
        report(done, total)

    return call


@contextmanager
def _while_compiling() -> Iterator[Callable[[], None]]:
    """Say that kernels are compiled where none is kept, and go on saying so; yield what ends it."""
    from engine.run.warm import kept_kernels  # here, so that --help stays quick

    is_over = threading.Event()
    try:
        are_kept = kept_kernels().n_files > 0
    except ValueError:  # of UNWIND_CPU: the run says it, with the way out
        are_kept = True
    if are_kept:
        yield is_over.set
        return
    log.write("info", "compiling", COMPILING)
    start = time.monotonic()

    def beat() -> None:
        while not is_over.wait(COMPILING_BEAT_S):
            log.write("info", "compiling", STILL_COMPILING.format(seconds=time.monotonic() - start))

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield is_over.set
    finally:
        is_over.set()


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
