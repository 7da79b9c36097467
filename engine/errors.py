"""Errors that reach a user. Each says what came, what was wanted and the way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

_CLOSE = 0.65  # likeness, 0 to 1, from which a word counts as mistyped: 'mkt' for 'market', not 'trader' for 'rate'


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean 'JGB_10Y'?` when a known word is like this one, in either case; else nothing."""
    close = get_close_matches(word.lower(), [name.lower() for name in known], n=1, cutoff=_CLOSE)
    return next((f"; did you mean {name!r}?" for name in known if close and name.lower() == close[0]), "")


class RiskError(Exception):
    """A run that cannot go on. `exit_code` is what the command ends with (DESIGN: 1 run failed)."""

    exit_code = 1


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
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.where or "") if part)
        return f"{place}: {self.message}" if place else self.message


class FileFaults(InputError):
    """Everything wrong with one file, reported at once."""

    def __init__(self, path: Path | str, faults: Sequence[Fault]) -> None:
        self.path = str(path)
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{self.path}: {fault}" for fault in self.faults))
