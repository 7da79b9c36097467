"""What a batch says while it works: as every command, and of which date and run it is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from cli.machine import log
from cli.progress import HEARTBEAT_S
from engine.errors import RiskError


class Log:
    """Lines, and a heartbeat every `HEARTBEAT_S` seconds of `clock`."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = self._last = clock()

    def say(self, message: str) -> None:
        """Report what goes on."""
        self._write("info", "note", message)

    def warn(self, message: str) -> None:
        """Report what is accepted, but worth knowing."""
        self._write("warning", "warning", message)

    def error(self, found: RiskError | str) -> None:
        """Report what went wrong."""
        self._last = self._clock()
        log.error(found)

    @contextmanager
    def about(self, day: date, run: str | None) -> Iterator[None]:
        """Say of all lines within which date and run they are about, and when these began and ended."""
        what, begin = "run" if run else "night", self._clock()
        with log.about(date=str(day), run=run):
            log.record(f"{what}_started", f"{what} {run or day} begins")
            try:
                yield
            finally:
                log.record(f"{what}_ended", f"{what} {run or day} ends", took_s=round(self._clock() - begin, 3))

    def progress(self, done: int, total: int) -> None:
        """Report paths done and in all, of the run in hand, when the last message was long ago."""
        if self._clock() - self._last >= HEARTBEAT_S or (log.is_json() and done == total):
            elapsed = self._clock() - self._start
            message = f"{done:,} of {total:,} paths after {elapsed:.0f} s"
            self._write("info", "progress", message, done=done, total=total, counted="paths")

    def _write(self, level: str, event: str, message: str, **fields: int | str) -> None:
        self._last = self._clock()
        log.write(level, event, message, **fields)
