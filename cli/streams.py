"""Stdout and stderr that outlive their readers: `unwind ... | head -1` ends as the command would without `head`."""

import io
import os
import sys
from typing import Any

from cli.terminal import HarmlessStream


class _Forgiving(io.FileIO):
    """A stream whose reader may leave: what is written from then on goes nowhere."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return len(data)


def forgive() -> None:
    """Let both streams outlive their readers, and spell or replace what they cannot show: neither fails a command."""
    sys.stdout, sys.stderr = _forgiving(sys.stdout), _forgiving(sys.stderr)


def _forgiving(stream: object) -> io.TextIOWrapper:
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # type: ignore[return-value]  # a test's own, or None: nothing to outlive
    stream.flush()
    raw = _Forgiving(stream.fileno(), "w", closefd=False)
    return HarmlessStream(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
