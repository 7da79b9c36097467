"""A night that takes the place of another: made whole beside it, then exchanged, so that one of the two always stands.

OUT/valuation_date=2025-05-28         the night that stands
OUT/.next/valuation_date=2025-05-28   the one to come; after the exchange, the one that stood
OUT/.next/closed=2025-05-28           digest of the one to come, once it is whole: where it stands, it was exchanged
OUT/.next/leaving=2025-05-28          the one that stood, where the file system cannot exchange two folders at once
"""

import ctypes
import errno
import os
import shutil
import sys
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

from engine.batch.run_record import set_aside
from engine.errors import InputError, RiskError
from engine.portable_files import move, sync_folder
from engine.record.atomic import write_atomically
from engine.record.manifest import read_manifest
from engine.record.read import night_folder, run_folder
from engine.record.tables import MANIFEST, NIGHT, SUPERSEDED

NEXT = ".next"  # in the record's folder: nights to come
DAMAGED = "damaged"  # stands for the digest of a record that cannot be read
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
_CANNOT_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


@dataclass(slots=True, kw_only=True)
class Replacement:
    """Of one date: the night that stands, and the one that may take its place."""

    out: Path
    valuation_date: date
    names: set[str] = field(default_factory=set)  # of the runs that were recorded in the night to come

    @property
    def root(self) -> Path:
        """Return the folder in which the night is closed: the record's, or that of nights to come."""
        return self.out / NEXT if self.names else self.out

    @property
    def standing(self) -> Path:
        """Return where the night stands."""
        return night_folder(self.out, self.valuation_date)

    @property
    def coming(self) -> Path:
        """Return where the night to come is made."""
        return night_folder(self.out / NEXT, self.valuation_date)

    @property
    def leaving(self) -> Path:
        """Return where the old night waits between two renames."""
        return self.out / NEXT / f"leaving={self.valuation_date}"

    @property
    def keeping(self) -> Path:
        """Return where a record grows that is to be kept."""
        return self.out / NEXT / f"keeping={self.valuation_date}"

    @property
    def closed(self) -> Path:
        """Return the file that says which night is to come."""
        return self.out / NEXT / f"closed={self.valuation_date}"

    def run_to_come(self, name: str) -> Path:
        """Return the folder of a run of the night to come."""
        return run_folder(self.out / NEXT, self.valuation_date, name)

    def complete(self) -> None:
        """Lay what stays as it is beside what is new: links to the same files, or copies where there are no links."""
        for folder in sorted(self.standing.glob("run=*")):
            if folder.name.removeprefix("run=") in self.names or not (folder / MANIFEST).exists():
                continue
            shutil.rmtree(self.coming / folder.name, ignore_errors=True)
            shutil.copytree(folder, self.coming / folder.name, copy_function=_link)
            sync_folder(self.coming / folder.name)

    def exchange(self) -> tuple[Path, ...]:
        """Put the closed night to come in place; return where each record that it replaces is kept, before it does.

        Raises RiskError where the folders cannot be renamed; the old night stands then.
        """
        try:
            sync_folder(self.coming)
            kept = self._kept()
            write_atomically(self.closed, _digest(self.coming).encode())
            if self.standing.exists():
                self._exchange()
            else:
                move(self.coming, self.standing)
            sync_folder(self.out)
            sync_folder(self.out / NEXT)
            self.recover()
            return kept
        except OSError as error:
            raise RiskError(f"{str(self.standing)!r} cannot be replaced: {error.strerror or error}") from None

    def recover(self) -> None:
        """Finish what a kill in the middle of `exchange` has left."""
        if self.leaving.exists():
            if not self.standing.exists():
                is_closed = (self.coming / NIGHT).exists()
                move(self.coming if is_closed else self.leaving, self.standing)
            if self.leaving.exists() and not self.coming.exists():
                move(self.leaving, self.coming)
        if self.closed.exists():
            if self.closed.read_text(encoding="ascii") == _digest(self.standing) and self.coming.exists():
                shutil.rmtree(self.coming)
            self.closed.unlink()
        shutil.rmtree(self.keeping, ignore_errors=True)
        _remove_if_empty(self.out / NEXT)

    def give_up(self) -> None:
        """Remove a night to come that nothing waits for."""
        shutil.rmtree(self.coming, ignore_errors=True)
        _remove_if_empty(self.out / NEXT)

    def _exchange(self) -> None:
        if not _exchanged(self.coming, self.standing):
            move(self.standing, self.leaving)
            move(self.coming, self.standing)

    def _kept(self) -> tuple[Path, ...]:
        """Lay the records that the new night has not where old ones are kept; until the exchange they stand, too."""
        kept = []
        for folder in sorted(self.standing.glob("run=*")):
            if (digest := _replaced(folder, self.coming / folder.name)) is None:
                continue
            before = self.out / SUPERSEDED / folder.parent.name / folder.name / digest[:16]
            if _replaced(folder, before) is None:  # of an earlier try, which was stopped before the exchange
                kept.append(before)
                continue
            home = self.keeping / folder.parent.name / folder.name
            shutil.rmtree(self.keeping, ignore_errors=True)
            shutil.copytree(folder, home, copy_function=_link)
            kept.append(set_aside(self.out, home, digest))
        shutil.rmtree(self.keeping, ignore_errors=True)
        return tuple(kept)


def _digest(night: Path) -> str:
    """Return the digest of a night's own file, which names the digests of its runs; "" where there is none."""
    path = night / NIGHT
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _replaced(old: Path, new: Path) -> str | None:
    """Return the digest of a record that another took the place of; None where it is no record, or the same one."""
    if not (old / MANIFEST).exists():
        return None
    if (new / MANIFEST).exists() and (old / MANIFEST).read_bytes() == (new / MANIFEST).read_bytes():
        return None
    try:
        return str(read_manifest(old).get("sha256", DAMAGED))
    except InputError:
        return DAMAGED


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (renameat2); False where system or file system cannot. Raises OSError."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(one))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _remove_if_empty(folder: Path) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        return
