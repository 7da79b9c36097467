"""Exceptions that nobody foresaw, as faults: they cost the run or book in which they came, and are named."""

import traceback
from pathlib import Path
from types import TracebackType

from engine.errors import InputError
from engine.record.read import BatchFault

INTERNAL = "internal"  # kind of fault: the program's own, or an input of a kind that it does not know to refuse
_HOME = Path(__file__).resolve().parents[2]
_TRACE_LETTERS = 20_000  # of a traceback in a record: one of deep recursion is longer


class UnexpectedError(InputError):
    """Reading one input ended in an exception of no known kind; it is kept as the cause."""

    def __init__(self, subject: str, cause: Exception) -> None:
        super().__init__(f"{subject}: {described(cause)}")
        self.__cause__ = cause


def described(error: BaseException) -> str:
    """Return an exception's type and message, and the place in the program where it came, in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text or 'no message'} (at {_place(error.__traceback__)})"


def unexpected_fault(error: BaseException, *, subject: str, run: str | None) -> BatchFault:
    """Return an exception as a fault of kind "internal", with its traceback for the record."""
    cause = error.__cause__ if isinstance(error, UnexpectedError) and error.__cause__ is not None else error
    message = str(error) if isinstance(error, UnexpectedError) else described(error)
    lines = "".join(traceback.format_exception(cause))
    return BatchFault(kind=INTERNAL, subject=subject, run=run, message=message, traceback=lines[-_TRACE_LETTERS:])


def _place(trace: TracebackType | None) -> str:
    """Name the last line of this program that the exception passed; of another where it passed none."""
    found = "no line that is known"
    for frame in traceback.extract_tb(trace):
        path = Path(frame.filename)
        is_ours = path.is_relative_to(_HOME) and "site-packages" not in path.relative_to(_HOME).parts
        if is_ours or found.startswith("no line"):
            name = path.relative_to(_HOME).as_posix() if is_ours else path.name
            found = f"{name} line {frame.lineno}, {frame.name}"
    return found
