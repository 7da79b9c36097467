"""How a command ends: every failure becomes a line on stderr and an exit code (0 complete, 1 failed, 2 bad input,
75 try again, 130 and 143 interrupted)."""

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from cli.machine import log
from engine.errors import BusyError, RiskError

FAILED = 1
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class _Terminated(BaseException):
    """SIGTERM came. Not an Exception, so that nothing on the way swallows it."""


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _end(found: RiskError | str, code: int) -> NoReturn:
    log.error(found)
    raise SystemExit(code)


def _interrupted(what: str, code: int) -> NoReturn:
    log.write("info", "interrupted", what)
    raise SystemExit(code)


def exit_code_of(error: OSError) -> int:
    """Return what a command ends with that a file or a stream failed: no room is worth another try."""
    return BusyError.exit_code if error.errno in NO_ROOM else FAILED


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn what went wrong inside into one message on stderr and the exit code that belongs to it."""
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except RiskError as error:
        _end(error, error.exit_code)
    except OSError as error:
        _end(str(error), exit_code_of(error))
    except MemoryError as error:
        _end(
            f"out of memory{f' ({error})' if str(error) else ''}; a smaller book or fewer books need less",
            FAILED,
        )
    except KeyboardInterrupt:
        _interrupted("interrupted", INTERRUPTED)
    except _Terminated:
        _interrupted("terminated", TERMINATED)
    finally:
        signal.signal(signal.SIGTERM, before)
