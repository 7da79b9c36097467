"""The bytes of a file of a history: a plain file of a size that a history has."""

from pathlib import Path

from engine.errors import Fault, FileFaults

MAX_BYTES = 64 * 2**20


def history_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises FileFaults: not there, not a regular file, more than `MAX_BYTES`, not to be read.
    """
    try:
        if not path.exists():
            raise FileFaults(path, [Fault(message="no such file")])
        if not path.is_file():
            raise FileFaults(path, [Fault(message="is not a regular file; give a csv file")])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileFaults(path, [Fault(message=f"cannot be read: {reason}")]) from None
    if len(data) > MAX_BYTES:
        raise FileFaults(path, [Fault(message=f"is larger than {MAX_BYTES:,} bytes; a history is smaller")])
    return data
