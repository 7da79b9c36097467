"""The JSON object with which `unwind batch run`, `resume` and `merge` end, last on stdout, whatever happens to them.

Imported before everything else, so that a signal during the other imports finds its handler: it imports nothing but
what imports Python's own alone.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import Any, NoReturn

from cli.machine.log_style import JSON, asked_style

COMMANDS = ("run", "resume", "merge")  # of `unwind batch`
SIGNALS = (signal.SIGTERM, signal.SIGINT)
FAILED = 1


class _Said:
    """Whether the line has been written, and what it is about."""

    is_said = False
    batch: str | None = None  # the batch file as the command names it
    style = ""  # in which stderr is asked for


def watch(words: Sequence[str]) -> bool:
    """Let a signal end a batch's command with its line, at once; return whether `words` are such a command."""
    _Said.style = asked_style(words, os.environ)
    words = _of_command(words)
    if len(words) < 2 or words[0] != "batch" or words[1] not in COMMANDS or {"--help", "--dry-run"} & {*words}:
        return False
    _Said.batch = next((word for word in words[2:] if word.endswith(".toml")), None)
    for number in SIGNALS:
        signal.signal(number, _stop_at_once)
    return True


def _of_command(words: Sequence[str]) -> Sequence[str]:
    """Return the words from the command on, without options of `unwind` itself: --log takes a word."""
    i = 0
    while i < len(words) and words[i].startswith("-"):
        i += 2 if words[i] == "--log" else 1
    return words[i:]


@contextmanager
def always(words: Sequence[str]) -> Iterator[None]:
    """See to it that a batch's command ends with its line: after bad usage, an error, or an unforeseen exception."""
    if not watch(words):
        yield
        return
    try:
        yield
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else FAILED if ended.code else 0
        if code and not _Said.is_said:
            end(ended_early(code, _why(code, ended.__context__)))
        raise
    except BaseException as error:
        traceback.print_exc()
        if not _Said.is_said:
            end(ended_early(FAILED, f"{type(error).__name__}: {error}"))
        raise SystemExit(FAILED) from None


def _why(code: int, cause: BaseException | None) -> str:
    """Say what a command ended with: a signal, an error of ours, or bad usage as the parser of commands words it."""
    for number in SIGNALS:
        if code == 128 + number:
            return _stopped_by(number)
    words = getattr(cause, "format_message", lambda: str(cause or ""))()
    return words or "bad usage: see stderr"


def _stopped_by(number: int) -> str:
    return f"{signal.Signals(number).name}: stopped at once; start the same batch again to begin it or to go on"


def ended_early(code: int, message: str) -> dict[str, Any]:
    """Return what the line says of a batch that did not begin, or ended before its nights were told."""
    return {
        "batch": _Said.batch,
        "out": None,
        "exit_code": code,
        "message": message,
        "elapsed_s": None,
        "faults": [],
        "nights": [],
    }


def end(found: dict[str, Any]) -> NoReturn:
    """Write the line, and end with its `exit_code`; a signal that comes from here on changes neither."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    _Said.is_said = True
    line = json.dumps(found, ensure_ascii=False, allow_nan=False)
    try:
        print(line, flush=True)
    except (OSError, ValueError) as error:  # no room, or closed meanwhile: the record stands, and so does the code
        from cli.streams import to_nowhere

        to_nowhere(sys.stdout)
        print(f"error: the last line cannot be written to stdout: {error}; it is: {line}", file=sys.stderr, flush=True)
    raise SystemExit(found["exit_code"])


def leave_at_once(code: int) -> None:
    """End the process here if the line is written, so that it ends with the code that stands in the line.

    While the interpreter takes itself apart a signal would kill it, and libraries' threads have aborted it.
    """
    if not _Said.is_said:
        return
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # whoever waited for signals has put back what was before
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)


def _stop_at_once(number: int, _frame: FrameType | None) -> None:
    """End here: before anything was begun, or because a second signal will not wait for the block in hand."""
    if _Said.is_said:
        return
    code, message = 128 + number, _stopped_by(number)
    told, line = f"error: {message}", json.dumps(ended_early(code, message), ensure_ascii=False)
    if _Said.style == JSON:
        ts = datetime.now(UTC).isoformat(timespec="milliseconds")
        told = json.dumps({"ts": ts, "level": "error", "event": "error", "message": message}, ensure_ascii=False)
    for descriptor, text in ((2, told), (1, line)):
        try:
            os.write(descriptor, f"{text}\n".encode(errors="backslashreplace"))
        except OSError:
            continue
    os._exit(code)
