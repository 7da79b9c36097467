"""The digest of a P&L vector in hand, as kernels make it cell by cell."""

import hashlib

import numpy as np

from kernels.base import CELL
from kernels.numpy.reduce import cell_digest
from kernels.types import F64


def pnl_sha256(pnl: F64) -> str:
    """Return the hex digest of P&L (n_paths,) [currency] of the paths from 0 on: what a run says of the same row."""
    cells = [
        cell_digest(part[None], np.uint64(first) + np.arange(part.size, dtype=np.uint64))[0]
        for first in range(0, pnl.size, CELL)
        for part in (np.ascontiguousarray(pnl[first : first + CELL]),)
    ]
    return hashlib.sha256(np.stack(cells).astype("<u8").tobytes()).hexdigest()
