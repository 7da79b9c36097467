"""Where compiled kernels are kept between runs."""

import os
import secrets
from pathlib import Path


def cache_base() -> Path:
    """Folder of all compiled kernels; UNWIND_CACHE overrides."""
    named = os.environ.get("UNWIND_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "unwind"


def keep(path: Path, content: bytes) -> Path | None:
    """Write a file whole or not at all; returns its path, None where the folder cannot be written."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError:
        return None
    return path
