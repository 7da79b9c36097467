"""The program that computes, as digests of its sources."""

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from inspect import getfile
from pathlib import Path

import engine
import kernels
from kernels.payoffs import HOUSE, PAYOFFS

_SOURCES = (
    "*.py",
    "*.cu",
    "*.cuh",
    "conventions/*.toml",
    "conventions/*.csv",
)  # data that is as good as code


def sources_sha256(folder: Path) -> str:
    """Digest of the sources in a folder and below it, with their names."""
    digest = sha256()
    for path in sorted({path for pattern in _SOURCES for path in folder.rglob(pattern)}):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def outside_sources() -> list[Path]:
    """Return the kernel sources of payoffs that were registered from elsewhere: an edit of one is another problem."""
    outside = [payoff for name, payoff in PAYOFFS.items() if name not in HOUSE]
    adders = (getfile(adder) for payoff in outside for adder in (payoff.numpy, payoff.numba))
    return sorted({*map(Path, adders), *(payoff.cuda for payoff in outside)})


def code() -> dict[str, str]:
    """Return the program's version, and the digest of its sources."""
    parts = [sources_sha256(folder) for folder in (Path(engine.__path__[0]), Path(kernels.__path__[0]))]
    try:
        number = version("unwind-risk")
    except PackageNotFoundError:
        number = "not installed"
    return {"version": number, "sha256": sha256("".join(parts).encode()).hexdigest()}
