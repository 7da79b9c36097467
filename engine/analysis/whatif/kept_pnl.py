"""The totals' P&L kept from run to run, by all that it follows from, so that only new trades are walked again.

A kept file is believed only if every byte is as it was written, and it was kept under the same key: settings, inputs,
steps, program and arithmetic. Results are the same with and without.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from engine.book.store import write_whole
from engine.inputs.book.cache import cache_folder
from engine.inputs.opened import FileKind, open_once
from engine.inputs.run import RunConfig
from engine.run.load import Inputs
from engine.sharing.program_digest import code
from kernels.types import F64

KEPT = 8  # the files used last; older ones are removed
MOST_BYTES = 2**29  # of one file: more is not kept
KEPT_FILE = FileKind(wanted="kept P&L", most_bytes=2**30, way_out="remove it")
# What of a run's settings its P&L follows from, beside the digests of its inputs.
_SETTINGS = ("n_paths", "horizon_days", "seed", "precision", "currency", "instantaneous", "revaluation")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """The P&L of all books together, by scenario, and over which ranges their polynomials hold."""

    pnl: Mapping[str, F64]  # (n_paths,) each [currency], gains positive
    ranges: Mapping[str, F64]  # (n_factors,) each: 1 over half the range, 0 where no polynomial of the book's has one


def kept_folder() -> Path:
    """Return where P&L is kept: beside the compiled books, under UNWIND_CACHE or the user's cache folder."""
    return cache_folder().parent / "pnl"


def kept_key(config: RunConfig, inputs: Inputs, n_steps: int, backend: str) -> str:
    """Return what P&L is kept under: the SHA-256 of all that it follows from.

    Backends of one arithmetic give the same bits, so numba and CUDA share a key.
    """
    arithmetic = "numpy" if backend == "numpy" else "fma"
    settings = {name: getattr(config, name) for name in _SETTINGS}
    parts = [settings, dict(inputs.sha256), list(inputs.names), list(inputs.book.books), n_steps, arithmetic, code()]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def recall_totals(key: str) -> Totals | None:
    """Return the totals kept under a key; None where none are, or not wholly as they were written."""
    path = _path(key)
    try:
        data = open_once(path, KEPT_FILE).data
        seal, body = data[:64], memoryview(data)[64:]
        if sha256(body).hexdigest().encode() != seal:
            return None
        end = data.index(b"\n", 64)
        head = json.loads(data[64:end])
        if head["key"] != key:
            return None
        values = np.frombuffer(data, np.float64, offset=end + 1)
        path.touch()
    except Exception:  # whatever is wrong with kept P&L, it is walked again and replaced
        return None
    ends = np.cumsum([0, *(n for _, _, n in head["rows"])])
    rows: dict[str, dict[str, F64]] = {"pnl": {}, "ranges": {}}
    for i, (kind, name, _) in enumerate(head["rows"]):
        rows[kind][name] = values[ends[i] : ends[i + 1]]
    return Totals(**rows)


def keep_totals(totals: Totals, key: str) -> str | None:
    """Keep totals under a key; return why they could not be kept, which only costs time."""
    path = _path(key)
    rows = [(kind, name, each) for kind in ("pnl", "ranges") for name, each in getattr(totals, kind).items()]
    if 8 * sum(each.size for _, _, each in rows) > MOST_BYTES:
        return f"the totals' P&L is not kept: it takes more than {MOST_BYTES // 2**20} MiB; each call walks it again"
    head = json.dumps({"key": key, "rows": [[kind, name, each.size] for kind, name, each in rows]}).encode()
    body = head + b"\n" + b"".join(each.tobytes() for _, _, each in rows)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, sha256(body).hexdigest().encode() + body)
        kept = sorted(path.parent.glob("*.pnl"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[KEPT:]:
            file.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        return f"the totals' P&L is not kept in {str(path.parent)!r} ({why}); UNWIND_CACHE names another folder"
    return None


def _path(key: str) -> Path:
    return kept_folder() / f"{key[:32]}.pnl"
