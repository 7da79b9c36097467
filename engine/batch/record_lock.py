"""One writer of a record at a time. The lock goes with its process, however that ends, and names its holder."""

import errno
import json
import os
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from engine.errors import BusyError, InputError, RiskError
from engine.portable_files import open_flags, try_lock
from engine.record.atomic import FULL, DiskFullError

LOCK = ".lock"  # in the record's folder
TRIES, PAUSE_S = 5, 0.05
_LONGEST_SIGNATURE = 4096  # bytes of who holds it


@contextmanager
def only_writer(folder: Path, what: str) -> Iterator[None]:
    """Hold the record alone. `what` says in words what for.

    Raises
    ------
    BusyError
        Another process holds it; names it.
    InputError
        The folder cannot be written.
    """
    with _held(folder / LOCK, what, folder):
        yield


@contextmanager
def one_of_shards(folder: Path, k: int, n: int) -> Iterator[None]:
    """Hold one shard's place; other shards may write beside it, nothing else may. Raises as `only_writer`."""
    place = folder / f"{LOCK}-shard-{k}-of-{n}"
    with (
        _held(folder / LOCK, None, folder, shared=True),
        _held(place, f"shard {k}/{n}", folder),
    ):
        yield


def check_writable(folder: Path) -> None:
    """Make a folder beside or in the record's, and remove it.

    Raises
    ------
    InputError
        Nothing can be written there.
    DiskFullError
        There is no room.
    """
    near = next(each for each in (folder, *folder.absolute().parents) if os.path.exists(each))
    try:
        os.rmdir(tempfile.mkdtemp(prefix=".unwind-", dir=near))
    except OSError as error:
        raise _refusal(folder, error) from None


def holder(folder: Path) -> str | None:
    """Return who writes the record now, in words; None: nobody."""
    for path in sorted(folder.glob(f"{LOCK}*"), reverse=True):  # shards first: they hold LOCK only together
        with _opened(path, os.O_RDONLY) as file:
            if not try_lock(file.fileno(), shared=True):
                return _signature(path)
    return None


@contextmanager
def _held(path: Path, what: str | None, folder: Path, *, shared: bool = False) -> Iterator[None]:
    _made(path.parent)
    file = _opened(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        if not _locked(file, folder, shared=shared):
            raise BusyError(
                f"{str(folder)!r} is being written by {holder(folder) or _signature(path)}; wait for it, or end it: "
                "its lock goes with it"
            )
        if what is not None:
            _sign(file, what)
        yield
    finally:
        file.close()


def _locked(file: IO[bytes], folder: Path, *, shared: bool) -> bool:
    """Try for a moment: `holder` takes the lock for an instant when someone asks who has it."""
    for _ in range(TRIES):
        try:
            if try_lock(file.fileno(), shared=shared):
                return True
        except OSError as error:
            raise _refusal(folder, error) from None
        time.sleep(PAUSE_S)
    return False


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refusal(folder, error) from None


def _opened(path: Path, how: int) -> IO[bytes]:
    """Open a lock, which is a file of its own: through a link, another file would be emptied.

    Raises InputError where it is something else, or cannot be opened.
    """
    if path.is_symlink():  # said before, for systems whose `open` follows every link
        raise _no_lock(path, "a link")
    try:
        handle = os.open(path, how | open_flags("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOINHERIT"), 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _no_lock(path, "a link") from None
        raise _refusal(path.parent, error) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(handle)
        raise _no_lock(path, "no regular file" if not stat.S_ISREG(status.st_mode) else "a name of another file too")
    return os.fdopen(handle, "rb" if how == os.O_RDONLY else "ab", buffering=0)


def _no_lock(path: Path, what: str) -> InputError:
    return InputError(f"{path}: is {what}, and was to be the record's lock; remove it, and start again")


def _refusal(folder: Path, error: OSError) -> RiskError:
    if error.errno in FULL:
        return DiskFullError(f"no room in {str(folder)!r} ({error.strerror}); make some and start the same batch again")
    return InputError(f"out {str(folder)!r} cannot be written: {error.strerror}; give a folder you may write to")


def _sign(file: IO[bytes], what: str) -> None:
    """Leave word of the holder. A disk without room for it is no reason to stop: the lock holds all the same."""
    signature = {
        "what": what,
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        file.truncate(0)
        file.write(json.dumps(signature).encode())
    except OSError:
        return


def _signature(path: Path) -> str:
    try:
        with _opened(path, os.O_RDONLY) as file:
            found = json.loads(file.read(_LONGEST_SIGNATURE) or b"")
        return f"{found['what']}: process {found['pid']} on {found['host']}, since {found['since']}"
    except (InputError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another process, which left no name"
