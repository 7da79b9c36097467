"""Errors and notes about a scenario, gathered so that all of them are reported at once, each at its line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from engine.conventions.currencies import currency_of_factor
from engine.errors import Fault, FileFaults, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The file that a scenario was read from, so that what is found wrong later can still name its line."""

    path: str
    lines: Mapping[str, int]  # 1-based, by place: "shocks[2].size", elements counted from 1
    files: Mapping[str, str] = field(default_factory=dict)  # of the places that other files gave, which it extends


class Findings:
    """Errors and notes with their places: line and key of a file, or the key alone."""

    def __init__(self, whose: str, origin: Origin | None = None) -> None:
        self._origin = origin
        self._whose = origin.path if origin else whose
        self._faults: list[Fault] = []
        self._notes: list[str] = []

    def refuse(self, where: str, message: str) -> None:
        """Add an error at a place such as `shocks[2].size`."""
        self._faults.append(self._fault(where, message))

    def note(self, where: str, message: str) -> None:
        """Add a thing that is allowed but worth knowing."""
        self._notes.append(f"{self._whose}: {self._fault(where, message)}")

    def notes(self) -> tuple[str, ...]:
        """Return the notes; raise FileFaults with every error, in the order of the file, when there are any."""
        if self._faults:
            raise FileFaults(self._whose, sorted(self._faults, key=lambda fault: fault.line or 0))
        return tuple(self._notes)

    def _fault(self, where: str, message: str) -> Fault:
        if self._origin is None:
            return Fault(message=message, where=where)
        return fault_at(self._origin, where, message)


def fault_at(origin: Origin, where: str, message: str) -> Fault:
    """Return an error at a place of a scenario's file, or of one that it extends: the line is of the nearest key."""
    known = where
    while known and known not in origin.lines:
        known = re.sub(r"(\.[^.\[\]]*|\[[0-9]+\]|^[^.\[\]]*)$", "", known)
    line = origin.lines.get(known)
    if (file := origin.files.get(known)) is None:
        return Fault(message=message, where=where or None, line=line)
    return Fault(message=message, where=f"{where} ({file}, line {line})")


def refuse_unmatched(globs: Sequence[tuple[str, str]], names: Sequence[str], findings: Findings) -> None:
    """Refuse each glob that matches no factor, where it stands first, with the nearest name; the market's once."""
    missing: dict[str, list[str]] = {}
    for where, glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            missing.setdefault(glob, []).append(where)
    for i, (glob, places) in enumerate(missing.items()):
        again = f", here and in {n} more place{'s' * (n > 1)}" if (n := len(places) - 1) else ""
        there_are = f"; the market has {', '.join(names)}" if i == 0 else ""
        findings.refuse(places[0], f"no factor matches {glob!r}{again}{_hint(glob, names)}{there_are}")


def _hint(glob: str, names: Sequence[str]) -> str:
    """Return what a glob that matches nothing may be about: a currency that the market lacks, or a word mistyped."""
    if (code := currency_of_factor(glob)) is not None:
        return f"; the market has no {code}: it needs [fx.rates.{code}]"
    return did_you_mean(glob, names)


def key_of(at: str, key: str) -> str:
    """Return the place of a key in the table at `at`, quoted as in the file where it is no bare key."""
    return f"{at}.{key if re.fullmatch(r'[A-Za-z0-9_-]+', key) else repr(key)}"
