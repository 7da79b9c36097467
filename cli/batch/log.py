"""What a batch says while it works, on stderr: lines for people, or one JSON object a line."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cli.progress import HEARTBEAT_S


class Log:
    """Lines, and a heartbeat every `HEARTBEAT_S` seconds of `clock`."""

    def __init__(self, *, as_json: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._as_json = as_json
        self._clock = clock
        self._start = self._last = clock()

    def say(self, message: str) -> None:
        """Report what goes on."""
        self._write("info", message)

    def warn(self, message: str) -> None:
        """Report what is accepted, but worth knowing."""
        self._write("warning", message)

    def error(self, message: str) -> None:
        """Report what went wrong."""
        self._write("error", message)

    def progress(self, done: int, total: int) -> None:
        """Report paths done and in all, of the run in hand, when the last message was long ago."""
        if self._clock() - self._last >= HEARTBEAT_S:
            elapsed = self._clock() - self._start
            self._write("heartbeat", f"{done:,} of {total:,} paths after {elapsed:.0f} s", done=done, total=total)

    def _write(self, level: str, message: str, **others: int) -> None:
        self._last = self._clock()
        if not self._as_json:
            text = f"{level}: {message}" if level in ("error", "warning") else message
        else:
            time_utc = datetime.now(UTC).isoformat(timespec="milliseconds")
            text = json.dumps({"time": time_utc, "level": level, "message": message, **others}, ensure_ascii=False)
        print(text, file=sys.stderr, flush=True)
