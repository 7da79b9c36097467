"""Where compiled kernels and books are kept between runs."""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path


def cache_base() -> Path:
    """Folder of all that is kept between runs; UNWIND_CACHE overrides."""
    named = os.environ.get("UNWIND_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "unwind"
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "unwind"


def shipped_bases() -> tuple[Path, ...]:
    """Folders of kernels compiled before, which are only read: UNWIND_KERNELS, and what came with the program."""
    named = os.environ.get("UNWIND_KERNELS")
    return (*([Path(named)] if named else []), Path(__file__).parent / "shipped")


def keep(path: Path, content: bytes) -> Path | None:
    """Write a file whole or not at all; returns its path, None where the folder cannot be written."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError:
        with suppress(OSError):
            scratch.unlink()
        return None
    return path
