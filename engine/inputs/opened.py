"""Files as they were when they were opened, once: what is parsed is what was hashed."""

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.portable_files import open_flags
from engine.sheet_path import file_of, sheet_of

# A pipe without a writer would block, a terminal become ours; a child process has no business with the file.
_HOW = os.O_RDONLY | open_flags("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_NOINHERIT")


class MissingFileError(FileFaults):
    """There is no such file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """What a reader wants of a file before it looks inside."""

    wanted: str  # in words: "a TOML file"
    most_bytes: int  # a larger file is refused unread
    way_out: str  # from a file that is too large: "split it"
    larger: Mapping[bytes, int] = field(default_factory=dict)  # most bytes of files that begin so


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A file's bytes, read once. It is passed on in place of the path, so that nothing reads the file again."""

    path: Path  # as it was given, a spreadsheet's sheet included
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Return the digest of `data`; of a sheet that the path names, of '#' and its name behind them."""
        digest = sha256(self.data)
        if (sheet := sheet_of(self.path)) is not None:
            digest.update(f"#{sheet}".encode())
        return digest.hexdigest()


def open_once(file: Path | Opened, kind: FileKind) -> Opened:
    """Read a regular file from its first byte to its last, from one handle; what is open already is returned as it is.

    Memory holds the file's bytes until the last reader lets go of what is returned. Of FILE.xlsx#SHEET the file is
    opened, and the path is kept for who reads the sheet.

    Raises
    ------
    MissingFileError
        There is no such file.
    FileFaults
        It is no regular file, may not be read, is larger than `kind` allows, or was written to while it was read.
    """
    if isinstance(file, Opened):
        return file
    try:
        handle = os.open(file_of(file), _HOW)
        try:
            before = os.fstat(handle)
            _check_regular(file, before, kind)
            with open(handle, "rb", closefd=False) as stream:
                data = stream.read(before.st_size + 1)  # a byte more than there was: the file has grown
            after = os.fstat(handle)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise MissingFileError(file, [Fault(message="no such file")]) from None
    except PermissionError:
        raise _refusal(file, "permission denied: this user may not read it") from None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ENXIO:
            raise _refusal(file, f"is not a regular file but a socket or a device; give {kind.wanted}") from None
        raise _refusal(file, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if (len(data), after.st_mtime_ns) != (after.st_size, before.st_mtime_ns):
        raise _refusal(file, "was written to while it was read; start again when it is whole")
    _check_size(file, len(data), data[:4], kind)
    return Opened(path=file, data=data)


def _check_regular(path: Path, status: os.stat_result, kind: FileKind) -> None:
    if not stat.S_ISREG(status.st_mode):
        what = "a directory" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise _refusal(path, f"is not a regular file but {what}; give {kind.wanted}")
    _check_size(path, status.st_size, None, kind)


def _check_size(path: Path, size: int, head: bytes | None, kind: FileKind) -> None:
    """Refuse a file that is too large; before its head is known, one that no head would excuse."""
    most = max(kind.most_bytes, *kind.larger.values(), 0) if head is None else kind.larger.get(head, kind.most_bytes)
    if size > most:
        raise _refusal(path, f"has {size:,} bytes; {kind.wanted} may have {most:,} at most; {kind.way_out}")


def _refusal(path: Path, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
