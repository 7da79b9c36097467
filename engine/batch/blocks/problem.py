"""What exactly the kernels are asked to compute, as one digest: checkpoints of another problem are never mixed in."""

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import kernels
from engine.risk.measures.registry import quantiles_needed
from engine.run.prepared import PreparedRun
from engine.sharing.program_digest import outside_sources, sources_sha256


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
