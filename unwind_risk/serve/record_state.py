"""The record as it is on disk: read once, and again when a file of it was changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from engine.errors import InputError, did_you_mean
from engine.record.read import Night, RunRecord, night_folder, nights, read_night, run_folder
from engine.record.tables import NIGHT
from unwind_risk.api.given import day_of

R = TypeVar("R")

KEPT = 64  # nights and answers of them in memory
Stamp = tuple[tuple[str, int, int], ...]  # of files: name, nanoseconds of the last change, bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChosenRun:
    """One run of one night."""

    night: Night
    record: RunRecord
    folder: Path
    stamp: Stamp  # of the night: another one is another night

    @property
    def key(self) -> Hashable:
        """Return what stands for it among answers."""
        return str(self.folder), self.stamp


@dataclass(slots=True, eq=False)
class RecordState:
    """A record, whose nights are kept in memory as long as their files stay as they are."""

    folder: Path
    _kept: "OrderedDict[Hashable, Any]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def days(self) -> tuple[date, ...]:
        """Return the dates of closed nights, ascending, as they are now."""
        return nights(self.folder)

    def night(self, day: date) -> tuple[Night, Stamp]:
        """Return a night. Raises InputError where a byte of it is not as it was written."""
        stamp = self._stamp(day)
        return self.kept(("night", day, stamp), lambda: read_night(self.folder, day)), stamp

    def chosen(self, text: str = "", run: str = "") -> ChosenRun:
        """Return the run that an address names: of the last night, the night's first, where it names none.

        Raises InputError where there is no such night or run.
        """
        day = self._day(text)
        night, stamp = self.night(day)
        names = [each.name for each in night.runs]
        if not names:
            raise InputError(f"no run of the night of {day} is recorded")
        if run and run not in names:
            raise InputError(
                f"the night of {day} has no run {run!r}{did_you_mean(run, names)}; it has {', '.join(names)}"
            )
        record = night.runs[names.index(run) if run else 0]
        return ChosenRun(night=night, record=record, folder=run_folder(self.folder, day, record.name), stamp=stamp)

    def kept(self, key: Hashable, make: Callable[[], R]) -> R:
        """Return what is kept under a key, made where nothing is."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(R, self._kept[key])
        found = make()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _day(self, text: str) -> date:
        """Return the date of a closed night: what an address says is a date, and never a part of a path."""
        found = self.days
        if not found:
            raise InputError(f"{str(self.folder)!r} holds no closed night any more")
        if text in ("", "last"):
            return found[-1]
        day = day_of("night", text)
        if day not in found:
            near = sorted(sorted(found, key=lambda each: abs(each - day))[:3])
            raise InputError(f"there is no night of {day}; the nearest are {', '.join(map(str, near))}")
        return day

    def _stamp(self, day: date) -> Stamp:
        """Return when the files of a night were changed last: every reader checks their digests, where they did."""
        home = night_folder(self.folder, day)
        files = [home / NIGHT, *sorted(home.glob("run=*/*"))]
        found = []
        for path in files:
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((path.name, status.st_mtime_ns, status.st_size))
        return tuple(found)
