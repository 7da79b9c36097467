"""Stdout and stderr that outlive their readers and spell what they cannot show.

`unwind ... | head -1` ends as the command would without `head`. Where a console of code page 932 or 1252 lacks a sign,
a plain one stands for it, or what JSON writes: a figure never loses its minus.
"""

import codecs
import errno
import io
import os
import re
import select
import sys
from typing import Any

from cli.terminal import HarmlessStream, spelt

# What says the same where the terminal's code page lacks a sign.
PLAIN = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "…": "...",
    "±": "+/-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
}
SPELT = "unwind.spelt"  # the name of this way with what cannot be encoded


def _spell(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an encoding lacks: a plain one, or \\u and its number as in JSON."""
    assert isinstance(error, UnicodeEncodeError)  # it is named for writing alone
    missing = error.object[error.start : error.end]
    return "".join(PLAIN.get(each) or re.sub("(?s).", spelt, each) for each in missing), error.end


codecs.register_error(SPELT, _spell)


class _Forgiving(io.FileIO):
    """A stream whose reader may leave: what is written from then on goes nowhere."""

    forgiven: type[OSError] = BrokenPipeError

    def write(self, data: Any, /) -> int:
        try:
            while (n := super().write(data)) is None:  # a pipe that does not block, and is full
                select.select([], [self.fileno()], [])
            return n
        except OSError as error:
            # A pipe without a reader is an invalid argument on Windows.
            if not (isinstance(error, self.forgiven) or (os.name == "nt" and error.errno == errno.EINVAL)):
                raise
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


def finish() -> OSError | None:
    """Write out what both streams still hold; return what went wrong with stdout, if anything, and let the rest go."""
    lost = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            lost = error if stream is sys.stdout else lost
            to_nowhere(stream)
        except (ValueError, AttributeError):  # closed meanwhile, or none
            continue
    return lost


def to_nowhere(stream: Any) -> None:
    """Let what a stream still holds go nowhere, so that the interpreter's own flush at the end cannot fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
    except (OSError, ValueError, AttributeError):
        return


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
    raw = getattr(stream.buffer, "raw", None)
    # Windows' console takes text in UTF-8 through an object of Python's own, and bytes only in its code page.
    is_console = raw is not None and type(raw).__name__ == "_WindowsConsoleIO"
    return HarmlessStream(
        stream.buffer if is_console else io.BufferedWriter(kind(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=SPELT,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
