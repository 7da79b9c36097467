"""What files need that no two systems have alike: how they are opened, locked, moved and made to last.

Linux and macOS lock by flock, Windows by LockFileEx; both locks go with the process, however it ends. On Windows a file
that somebody reads cannot be replaced until he lets go of it, a folder cannot be flushed, and what is locked cannot be
read: so a byte is locked that no file has.
"""

import ctypes
import errno
import os
import sys
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

IS_WINDOWS = sys.platform == "win32"
HELD = (errno.EACCES, errno.EPERM, errno.EBUSY)  # what Windows says of a file that another process has open
PATIENCE_S, PAUSE_S = 2.0, 0.02  # for whoever reads a file that is to be replaced

_EXCLUSIVE, _AT_ONCE = 2, 1  # LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY of fileapi.h
_LOCK_VIOLATION = 33  # ERROR_LOCK_VIOLATION of winerror.h
_BEYOND = 0x4000_0000  # upper half of the place of the byte that is locked: beyond any file's end


class _Overlapped(ctypes.Structure):
    """OVERLAPPED of minwinbase.h: where the locked byte lies."""

    _fields_ = [
        ("internal", ctypes.c_void_p),
        ("internal_high", ctypes.c_void_p),
        ("offset", ctypes.c_uint32),
        ("offset_high", ctypes.c_uint32),
        ("event", ctypes.c_void_p),
    ]


def open_flags(*names: str) -> int:
    """Return flags of `os.open` by name, without those that this system has not; bytes are never translated."""
    return sum(getattr(os, name, 0) for name in (*names, "O_BINARY"))


def try_lock(handle: int, *, shared: bool) -> bool:
    """Lock an open file until it is closed or the process ends; False where another's lock stands in the way.

    Several may hold a shared lock at once, beside no other. Raises OSError where the file system has no locks.
    """
    if fcntl is None:
        return _lock_on_windows(handle, shared=shared)
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_on_windows(handle: int, *, shared: bool) -> bool:
    import msvcrt

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    lock = kernel32.LockFileEx
    lock.argtypes = [ctypes.c_void_p, *(ctypes.c_uint32,) * 4, ctypes.POINTER(_Overlapped)]
    lock.restype = ctypes.c_int
    how = _AT_ONCE if shared else _AT_ONCE | _EXCLUSIVE
    system_handle = msvcrt.get_osfhandle(handle)  # type: ignore[attr-defined]
    if lock(system_handle, how, 0, 1, 0, ctypes.byref(_Overlapped(offset_high=_BEYOND))):
        return True
    number = ctypes.get_last_error()  # type: ignore[attr-defined]
    if number == _LOCK_VIOLATION:
        return False
    raise OSError(errno.ENOLCK, f"cannot be locked (Windows error {number})")


def move(source: Path, target: Path) -> None:
    """Move a file or folder to its place, over a file that stands there; wait a moment for whoever reads that one.

    Raises OSError where it cannot be moved; both stand as they were then.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            os.replace(source, target)
            return
        except OSError as error:
            if not IS_WINDOWS or error.errno not in HELD or time.monotonic() > end:
                raise
        time.sleep(PAUSE_S)


def sync_folder(folder: Path) -> None:
    """Make a rename or a removal in a folder last. Windows, which cannot flush a folder, keeps them in its journal."""
    if IS_WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def limit_data(n_bytes: int) -> None:
    """Let this process take so many bytes for its data at most, where the system can say so: Windows cannot."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (n_bytes if hard == resource.RLIM_INFINITY else min(n_bytes, hard), hard))
