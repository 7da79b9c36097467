"""What commands say while they work, on stderr: lines for people, or a JSON object a line for machines.

Each object has `ts` (UTC), `level` (info, warning, error), `event` and `message`, and what is known of `date`, `run`,
`seconds` since the command began, `done` and `total` of what is `counted`, and of an error in a file `file`, `line`,
`where` and `value`.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cli.machine.log_style import JSON, TEXT
from engine.errors import FileFaults, InputError, RiskError

_VALUE = re.compile(r"\bgot ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s;,]+)")  # as errors here say what came
_MARKED = {"warning": "warning: ", "error": "error: "}  # before a message for people


class _Style:
    """How this process says things, and what it is about now."""

    as_json = False
    start = time.monotonic()
    about: dict[str, Any] = {}  # noqa: RUF012  # replaced, never changed


def choose(style: str, source: str = "--log") -> None:
    """Write text or JSON from now on. Raises InputError for another `style`; `source` says who asked for it."""
    if style not in (TEXT, JSON):
        raise InputError(f"{source}: must be {TEXT} or {JSON}, got {style!r}")
    _Style.as_json = style == JSON
    if _Style.as_json and not isinstance(sys.stderr, _Wrapped):
        sys.stderr = _Wrapped(sys.stderr)


def is_json() -> bool:
    """Return whether lines are JSON."""
    return _Style.as_json


def write(level: str, event: str, message: str, **fields: Any) -> None:
    """Write one line; `fields` show in JSON alone."""
    if not _Style.as_json:
        print(f"{_MARKED.get(level, '')}{message}", file=sys.stderr, flush=True)
        return
    said = {
        "ts": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "event": event,
        **_Style.about,
        "seconds": round(time.monotonic() - _Style.start, 3),
        **{name: value for name, value in fields.items() if value is not None},
        "message": message,
    }
    line = json.dumps(said, ensure_ascii=False, default=str)
    if isinstance(sys.stderr, _Wrapped):
        sys.stderr.write_object(line)
        return
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def record(event: str, message: str, **fields: Any) -> None:
    """Write what only machines wait for: in text nothing is written."""
    if _Style.as_json:
        write("info", event, message, **fields)


def error(found: RiskError | str) -> None:
    """Write an error; as JSON a line for each thing that is wrong with a file."""
    if not isinstance(found, FileFaults):
        write("error", "error", str(found), **_value_of(str(found)))
        return
    if not _Style.as_json:
        from cli.output import code_frame, page  # here, so that --help stays quick

        write("error", "error", code_frame.framed(found, page.of_stderr().width))
        return
    for fault in found.faults:
        place = {"file": found.path, "line": fault.line, "where": fault.where}
        write("error", "error", fault.message, **place, **_value_of(fault.message))


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Lay `fields` on every line that is written within."""
    before = _Style.about
    _Style.about = {**before, **{name: value for name, value in fields.items() if value is not None}}
    try:
        yield
    finally:
        _Style.about = before


def _value_of(message: str) -> dict[str, str]:
    found = _VALUE.search(message)
    return {"value": found[1].strip("'\"")} if found else {}


class _Wrapped:
    """Stderr on which every line is a JSON object: what others print, usage and tracebacks, becomes a message."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._part = ""

    def write(self, text: str) -> int:
        *lines, self._part = (self._part + text).split("\n")
        for line in filter(None, lines):
            self._stream.write(f"{_said(line)}\n")
        return len(text)

    def write_object(self, line: str) -> None:
        """Write an object of ours as it is, after what others began.

        At one go: another thread's line comes before or after it, and not between it and its end.
        """
        self.flush()
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def flush(self) -> None:
        if self._part:  # a last line without an end is one, too
            self.write("\n")
        self._stream.flush()

    def isatty(self) -> bool:
        return False  # a bar would be no JSON

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _said(line: str) -> str:
    ts = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"ts": ts, "level": "error", "event": "text", "message": line}, ensure_ascii=False)
