"""What exactly the kernels are asked to compute, as one digest: checkpoints of another problem are never mixed in."""

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from inspect import getfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import engine
import kernels
from engine.risk.measures.registry import quantiles_needed
from engine.run.prepared import PreparedRun
from kernels.payoffs import HOUSE, PAYOFFS

_SOURCES = ("*.py", "*.cu", "*.cuh", "conventions/*.toml")  # conventions: what stood in code once


def problem_sha256(prepared: PreparedRun) -> str:
    """Digest of all arrays, settings and kernel sources that decide a run's bits, but for the number of paths."""
    config, parts = prepared.config, prepared.parts
    digest = sha256(f"{config.seed} {parts[0].packed.n_steps} {config.precision} {_arithmetic(prepared)}".encode())
    digest.update(repr(quantiles_needed(config.confidences)).encode())
    digest.update(sources_sha256(Path(kernels.__path__[0])).encode())
    for path in outside_sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for part in parts:
        digest.update(b" whole " if part is prepared.whole else b"")
        _add(digest, part.packed.model)
        _add(digest, part.packed.book)
        _add_value(digest, part.packed.shock_pnl)
    return digest.hexdigest()


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


def _arithmetic(prepared: PreparedRun) -> str:
    """Name the arithmetic of a backend: backends of one arithmetic return the same bits."""
    return "numpy" if prepared.backend.name == "numpy" else "fma"


def _add(digest: Any, arrays: NamedTuple) -> None:
    for name, value in arrays._asdict().items():
        digest.update(name.encode())
        _add_value(digest, value)


def _add_value(digest: Any, value: Any) -> None:
    if isinstance(value, tuple):  # of tables, within a book
        for table in value:
            _add(digest, table) if hasattr(table, "_asdict") else _add_value(digest, table)
        return
    array = np.ascontiguousarray(value)
    digest.update(f" {array.dtype.str} {array.shape} ".encode() + array.tobytes())
