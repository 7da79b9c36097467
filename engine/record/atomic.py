"""Files that appear whole or not at all, also when the machine stops in the middle."""

import errno
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.errors import BusyError, RiskError
from engine.part_files import open_part
from engine.portable_files import move, sync_folder
from engine.record.json_text import json_text

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # no room


class DiskFullError(BusyError):
    """There is no room for a file. What was written before is whole, and the batch goes on from it."""


def write_atomically(path: Path, data: bytes) -> None:
    """Write under a temporary name, flush to the disk, rename, flush the folder.

    Raises
    ------
    DiskFullError
        No room: the file system, a quota or the size that a process may write is used up.
    RiskError
        It cannot be written for another reason.
    """
    try:
        _make(path.parent)
        part, file = open_part(path)
        try:
            with file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            move(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise _refusal(path, len(data), error) from None


def write_json(path: Path, content: dict[str, Any]) -> str:
    """Write an object with its own digest, `sealed`, and return the digest."""
    text, digest = sealed(content)
    write_atomically(path, text)
    return digest


def sealed(content: dict[str, Any]) -> tuple[bytes, str]:
    """Return the one text of an object, and the sha256 of that text without "sha256", the key added to it."""
    bare = {key: value for key, value in content.items() if key != "sha256"}
    digest = sha256(_text(bare)).hexdigest()
    return _text({**bare, "sha256": digest}), digest


def _make(folder: Path) -> None:
    """Make a folder and those above it, each to last."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def _text(content: dict[str, Any]) -> bytes:
    return (json_text(content, indent=1) + "\n").encode()


def _refusal(path: Path, n_bytes: int, error: OSError) -> RiskError:
    if error.errno in FULL:
        return DiskFullError(
            f"no room for {n_bytes:,} bytes in {str(path.parent)!r} ({error.strerror}); what was written before is "
            "whole: make room and start the same batch again, it goes on from there"
        )
    return RiskError(f"{str(path)!r} cannot be written: {error.strerror or error}")
