"""Names of files that are being written: each writer's own, though all are process 1 of a container of their own."""

import os
import re
import secrets
import socket
from pathlib import Path
from typing import BinaryIO

PART = ".part-"  # in the name of a file that is being written
_HOST_LETTERS, _NAME_LETTERS = 24, 120  # of a part's name, which a file system allows 255


def part_of(path: Path) -> Path:
    """Return a name beside `path` under which nobody else writes: of the host, the process and 64 random bits."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:_HOST_LETTERS]
    writer = f"{host}-{os.getpid()}-{secrets.token_hex(8)}"
    return path.with_name(f".{path.name[:_NAME_LETTERS]}{PART}{writer}")


def open_part(path: Path) -> tuple[Path, BinaryIO]:
    """Make and open a new file beside `path` to write what will take its place; return its name and the open file.

    Raises OSError where it cannot be made, a file or link of that name included: nothing is ever written through it.
    """
    part = part_of(path)
    return part, part.open("xb")
