"""Jumps beyond the cap of a law's rows as kernels draw them: whole numbers that a word of 32 bits meets, and a tail."""

from dataclasses import dataclass

import numpy as np

from engine.market.cap_jumps import CapJumps
from kernels.types import F64, I64

WORDS = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeyondCap:
    """Fields of kernels.law_layout of one law's jumps beyond its rows' cap."""

    edges: I64  # (n_directions,) of a word: below the k-th, and not below those before, a jump comes in direction k
    moves: F64  # (n_directions, n_factors) standard deviations of the day, of a jump of size 1
    cap: float  # of the rows: the least size, standard deviations
    shape: float  # of the size beyond the cap
    ratio: float  # scale over shape, standard deviations
    least: float  # probability of a larger size than is drawn

    def key(self) -> bytes:
        """Return bytes that are equal for equal jumps."""
        return (
            self.edges.tobytes() + self.moves.tobytes() + repr((self.cap, self.shape, self.ratio, self.least)).encode()
        )


def beyond_cap(jumps: CapJumps, cap: float, loadings: F64) -> BeyondCap:
    """Return a market's jumps for its factors: the rows' cap, loadings (n_factors, n_columns) on the rows' columns."""
    n = len(jumps.days)
    return BeyondCap(
        edges=np.rint(jumps.probability * WORDS * np.arange(1, n + 1) / n).astype(np.int64),
        moves=jumps.directions @ loadings.T,
        cap=cap,
        shape=jumps.shape,
        ratio=jumps.scale / jumps.shape,
        least=jumps.least,
    )


def without_cut(rows: F64, cap: float) -> F64:
    """Return rows, (n_rows, n_factors) or turned, with 0 where a residual was cut at the cap: a jump is there."""
    return np.where(np.abs(rows) < cap, rows, 0.0)
