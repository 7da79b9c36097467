"""This process as Windows would have it: without POSIX's modules, flags and signals, its locks by LockFileEx.

    python tests/as_windows.py import              imports every module
    python tests/as_windows.py unwind demo ...     runs the command

What cannot be shown so: Windows' own paths, its console, and who holds files open there.
"""

import ctypes
import fcntl
import multiprocessing.popen_spawn_posix
import multiprocessing.shared_memory
import os
import signal
import subprocess
import sys
import tempfile
import types
from pathlib import Path

ABSENT = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix_ipc")
FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_DIRECT", "O_DIRECTORY", "O_SYNC")
CALLS = ("fork", "geteuid", "getuid", "getgid", "sched_getaffinity", "mkfifo", "chown", "killpg", "uname", "getpgid")
SIGNALS = ("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGQUIT")
THIRD = (
    "numpy",
    "numba",
    "pandas",
    "pyarrow.parquet",
    "pydantic",
    "QuantLib",
    "rich.progress",
    "scipy.special",
    "typer",
)
EXTRAS = ("cupy", "distributed", "duckdb", "jinja2", "markupsafe", "matplotlib")  # which need not be installed
_LOCK_VIOLATION = 33
_last_error = 0


class _Kernel32:
    """LockFileEx over flock: bit 2 of the flags is exclusive, bit 1 at once."""

    @property
    def LockFileEx(self) -> type:  # noqa: N802  # as it is called there
        return _LockFileEx


class _LockFileEx:
    argtypes: tuple[type, ...] = ()
    restype: type | None = None

    def __new__(cls, handle: int, flags: int, reserved: int, low: int, high: int, place: object) -> int:  # type: ignore[misc]
        global _last_error
        assert (flags & 1, reserved, low, high) == (1, 0, 1, 0)
        assert place._obj.offset_high > 0  # type: ignore[attr-defined]  # beyond what others read
        try:
            fcntl.flock(handle - 1000, (fcntl.LOCK_EX if flags & 2 else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            _last_error = _LOCK_VIOLATION
            return 0
        return 1


def become_windows() -> None:
    """Take away what Windows has not, after the packages of others, which have their own ways there, are loaded."""
    for name in THIRD:
        __import__(name)
    for name in ABSENT:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, (*FLAGS, *CALLS)), (signal, SIGNALS)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    sys.modules["msvcrt"] = types.SimpleNamespace(get_osfhandle=lambda fd: fd + 1000)  # type: ignore[assignment]
    ctypes.WinDLL = lambda name, use_last_error: _Kernel32()  # type: ignore[attr-defined]
    ctypes.get_last_error = lambda: _last_error  # type: ignore[attr-defined]
    linux, sys.platform = sys.platform, "win32"
    import engine.portable_files

    sys.platform = linux
    assert engine.portable_files.IS_WINDOWS


def import_everything() -> int:
    """Import every module of ours; return how many."""
    root = Path(__file__).parent.parent
    names = [
        ".".join(path.relative_to(root).with_suffix("").parts)
        for package in ("kernels", "engine", "bench", "unwind_risk", "cli")
        for path in sorted((root / package).rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py") and "peers" not in path.parts
    ]
    n_absent = 0
    for name in names:
        try:
            __import__(name)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
            n_absent += 1
    return len(names) - n_absent


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    assert all((subprocess, tempfile, multiprocessing.shared_memory))  # loaded while POSIX is there, as Python's own
    become_windows()
    if sys.argv[1] == "import":
        print(import_everything())
    else:
        sys.argv[0:2] = ["unwind"]
        from unwind_risk.main import main

        main()
