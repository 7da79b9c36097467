"""Errors that reach a user. Each says what came, what was wanted and the way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from engine.sheet_path import line_word

MOST_LINES = 200  # of a message; the others are counted
LONGEST_LINE = 1000  # characters; what is longer is cut
LONGEST_MESSAGE = 16_000  # characters
LONGEST_WORD = 64  # characters of what may be mistyped: nothing that is known is longer
_CLOSE = 0.65  # likeness, 0 to 1, from which a word counts as mistyped: 'mkt' for 'market', not 'trader' for 'rate'


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean 'JGB_10Y'?` when a known word is like this one, in either case; else nothing."""
    if len(word) > LONGEST_WORD:
        return ""
    close = get_close_matches(word.lower(), [name.lower() for name in known], n=1, cutoff=_CLOSE)
    return next((f"; did you mean {name!r}?" for name in known if close and name.lower() == close[0]), "")


def counted(n: int, noun: str) -> str:
    """Return `1 set`, `2,000 sets`: a number of things whose plural takes an s."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


class RiskError(Exception):
    """A run that cannot go on. `exit_code` is what the command ends with (DESIGN: 1 run failed)."""

    exit_code = 1

    def __init__(self, message: object = "") -> None:
        super().__init__(bounded(str(message)))


class InputError(RiskError):
    """Bad usage, configuration or input. Nothing was computed from it."""

    exit_code = 2


class BusyError(RiskError):
    """A temporary lack: a device without free memory, a lock that is held. Trying again may help."""

    exit_code = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a file, in the user's words."""

    message: str  # what came, what was wanted, the way out
    line: int | None = None  # 1-based, in the file as an editor shows it
    where: str | None = None  # column name or dotted key

    def __str__(self) -> str:
        return self.words()

    def words(self, line: str = "line") -> str:
        """Return place and message; `line` is what the file's lines are called."""
        place = ", ".join(part for part in (f"{line} {self.line}" if self.line else "", self.where or "") if part)
        return f"{place}: {self.message}" if place else self.message


class FileFaults(InputError):
    """Everything wrong with one file, reported at once."""

    def __init__(self, path: Path | str, faults: Sequence[Fault]) -> None:
        self.path = str(path)
        self.faults = tuple(faults)
        line = line_word(path)
        super().__init__("\n".join(f"{self.path}: {fault.words(line)}" for fault in self.faults))


def bounded(message: str) -> str:
    """Return a message that a person can still read: long lines cut, and of many the first and the last one."""
    if len(message) <= LONGEST_LINE:
        return message
    lines = message.split("\n")
    shown: list[str] = []
    room = LONGEST_MESSAGE
    for short in map(_short, lines[:MOST_LINES]):
        room -= len(short) + 1
        if room < 0:
            break
        shown.append(short)
    if (n_more := len(lines) - len(shown)) > 0:
        shown += [f"and {n_more:,} lines more", _short(lines[-1])]  # the last one may count what is not even here
    return "\n".join(shown)


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}..."
