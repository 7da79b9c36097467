"""Stdout and stderr that outlive their readers: `unwind ... | head -1` ends as the command would without `head`."""

import io
import os
import select
import sys
from typing import Any

from cli.terminal import HarmlessStream


class _Forgiving(io.FileIO):
    """A stream whose reader may leave: what is written from then on goes nowhere."""

    forgiven: type[OSError] = BrokenPipeError

    def write(self, data: Any, /) -> int:
        try:
            while (n := super().write(data)) is None:  # a pipe that does not block, and is full
                select.select([], [self.fileno()], [])
            return n
        except self.forgiven:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return len(data)


class _ForgivingAll(_Forgiving):
    """As `_Forgiving`, also where there is no room: what is said of the work must never stop the work."""

    forgiven = OSError


def forgive() -> None:
    """Let both streams outlive their readers, and spell or replace what they cannot show: neither fails a command.

    Where a stream was closed before the command began, its number goes nowhere: no file of ours may be given it.
    """
    closed = _filled()
    sys.stdout = _forgiving(sys.stdout, 1, _Forgiving, is_closed=1 in closed)
    sys.stderr = _forgiving(sys.stderr, 2, _ForgivingAll, is_closed=2 in closed)


def _filled() -> list[int]:
    """Open the null device under each of the numbers 0, 1 and 2 that is closed; return these."""
    closed = []
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            closed.append(number)
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
    return closed


def _forgiving(stream: object, number: int, kind: type[_Forgiving], *, is_closed: bool) -> io.TextIOWrapper:
    if stream is None and is_closed:
        return io.TextIOWrapper(io.BufferedWriter(kind(number, "w", closefd=False)), encoding="utf-8", errors="replace")
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # type: ignore[return-value]  # a test's own, or None: nothing to outlive
    stream.flush()
    return HarmlessStream(
        io.BufferedWriter(kind(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
