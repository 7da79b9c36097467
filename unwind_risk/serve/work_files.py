"""What a page saves, under --work and nowhere else."""

import re
from hashlib import sha256
from pathlib import Path

from engine.errors import InputError
from engine.record.atomic import write_atomically

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def save(folder: Path | None, name: str, ending: str, text: str) -> Path:
    """Write a text under a name of its own and its digest, so that nothing is written over; return where it is.

    Raises InputError where nothing may be written, or the name is none of a file.
    """
    if folder is None:
        raise InputError("nothing is saved: the server was started without --work FOLDER")
    if not _NAME.fullmatch(name):
        raise InputError(f"name: up to 64 letters, digits, '_' and '-', beginning with a letter or digit, got {name!r}")
    data = text.encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{sha256(data).hexdigest()[:8]}{ending}"
    write_atomically(path, data)
    return path
