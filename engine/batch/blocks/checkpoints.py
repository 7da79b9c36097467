"""Blocks' results on disk: each appears whole or not at all, and a damaged one counts as not there."""

import io
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from engine.part_files import PART
from engine.record.atomic import write_atomically
from kernels.base import CellRange, Reduction
from kernels.types import F64

WORK = ".work"  # in the record's folder: what is under way
FIRST = "first"  # folder of the blocks that keep the smallest P&L: all, or the pilot
_MARGIN = "margin="  # folders of the blocks after the pilot, by their brackets' width in standard errors
_MAGIC = b"unwind block 1\n"


class Checkpoints:
    """The blocks of one run with one number of paths, in a folder of their own."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._say = say
        self._known: set[Path] | None = None

    def margin(self, least: float) -> float:
        """Return the width of the brackets in use: the widest that was begun."""
        found = [float(path.name.removeprefix(_MARGIN)) for path in self.folder.glob(f"{_MARGIN}*")]
        return max([least, *found])

    def begin_margin(self, margin_se: float) -> None:
        """Begin brackets of a width: from here on blocks after the pilot are of these."""
        (self.folder / f"{_MARGIN}{margin_se:g}").mkdir(parents=True, exist_ok=True)

    def load(self, block: CellRange, margin_se: float | None, brackets: F64 | None) -> Reduction | None:
        """Read what a block gave; None when it is not there, damaged, unreadable or kept with other brackets.

        margin_se   of a block after the pilot; None: of the first blocks
        brackets    (n_rows, n_brackets, 2) [P&L] of a block after the pilot, which it must have been kept with
        """
        path = self._path(block, margin_se)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._say(f"{path} cannot be read ({error.strerror}); its block is computed again")
            return None
        found = _unpacked(data, _brackets_sha256(brackets))
        if found is None or found.first_cell != block.first or found.sums.shape[1] != block.n:
            self._say(f"{path} is damaged or of other brackets; its block is computed again")
            return None
        return found

    def save(self, block: CellRange, margin_se: float | None, brackets: F64 | None, reduction: Reduction) -> None:
        """Keep what a block gave with `brackets` (n_rows, n_brackets, 2) [P&L]. Raises DiskFullError or RiskError."""
        write_atomically(self._path(block, margin_se), _packed(reduction, _brackets_sha256(brackets)))

    def count(self) -> int:
        """Count the blocks that are there, of the first and of the widest brackets."""
        folders = [self.folder / FIRST, self.folder / f"{_MARGIN}{self.margin(0.0):g}"]
        return sum(1 for folder in folders for _ in folder.glob("block-*.npz"))

    def _path(self, block: CellRange, margin_se: float | None) -> Path:
        part = FIRST if margin_se is None else f"{_MARGIN}{margin_se:g}"
        return self.folder / part / f"block-{block.first:06d}-{block.n:04d}.npz"


def remove_parts(folder: Path) -> None:
    """Remove what a stop in the middle of writing has left behind. Only for who holds the record alone."""
    for path in folder.rglob(f".*{PART}*"):
        with suppress(OSError):  # of a folder that cannot be written: what goes wrong there is that night's fault
            path.unlink(missing_ok=True)


def remove_work(folder: Path, stop_at: Path) -> None:
    """Remove the checkpoints of a run that is recorded, and folders above it that this leaves empty."""
    shutil.rmtree(folder, ignore_errors=True)
    for above in folder.parents:
        if above == stop_at:
            return
        try:
            os.rmdir(above)
        except OSError:
            return


def trimmed(reduction: Reduction, keep: int) -> Reduction:
    """Return the block with the `keep` smallest P&L of each row alone: no run ever uses more."""
    ends = reduction.kept_rows
    rows = [reduction.kept_pnl[ends[row] : ends[row + 1]] for row in range(ends.size - 1)]
    if all(row.size <= keep for row in rows):
        return reduction
    kept = [row if row.size <= keep else np.partition(row, keep - 1)[:keep] for row in rows]
    values = {field.name: getattr(reduction, field.name) for field in fields(Reduction)}
    values["kept_pnl"] = np.concatenate(kept)
    values["kept_rows"] = np.cumsum([0, *(row.size for row in kept)])
    return Reduction(**values)


def blocks_of(first: int, end: int, size: int, n_paths: int) -> Sequence[CellRange]:
    """Return cells `first` to `end` - 1 in blocks of `size`."""
    return [CellRange(first=at, n=min(size, end - at), n_paths=n_paths) for at in range(first, end, size)]


def _brackets_sha256(brackets: F64 | None) -> str:
    return "" if brackets is None else sha256(np.ascontiguousarray(brackets).tobytes()).hexdigest()


def _packed(reduction: Reduction, brackets_sha256: str) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {field.name: getattr(reduction, field.name) for field in fields(Reduction)}
    np.savez(buffer, brackets_sha256=np.array(brackets_sha256), **arrays)
    body = buffer.getvalue()
    return _MAGIC + sha256(body).digest() + body


def _unpacked(data: bytes, brackets_sha256: str) -> Reduction | None:
    start = len(_MAGIC) + 32
    body = data[start:]
    if data[: len(_MAGIC)] != _MAGIC or sha256(body).digest() != data[len(_MAGIC) : start]:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        if str(arrays["brackets_sha256"]) != brackets_sha256:
            return None
        values: dict[str, Any] = {field.name: arrays[field.name] for field in fields(Reduction)}
    return Reduction(**{**values, "first_cell": int(values["first_cell"])})
