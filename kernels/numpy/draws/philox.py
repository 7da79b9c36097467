"""Philox4x32-10 by numpy, a pure function of (key, counter). Twins in numba/ and cuda/.

Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC11.
"""

import numpy as np

from kernels.types import U64

MASK = np.uint64(0xFFFFFFFF)


def philox(counter: tuple[U64, U64, U64, U64], seed: int) -> tuple[U64, U64, U64, U64]:
    """Return the four words of each counter, held in 64-bit arrays (n,)."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1 = (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), p1 & MASK
        c2, c3 = (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1), p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def join(high: U64, low: U64) -> U64:
    """Return two words as one 64-bit number each: (n,)."""
    return np.asarray((high << np.uint64(32)) | low)


def draw_words(seed: int, path_ids: U64, step: int, lane: int) -> tuple[U64, U64, U64, U64]:
    """Return the four words of each path's counter at a step and lane: (n_ids,) each."""
    counter = np.broadcast_arrays(path_ids & MASK, path_ids >> np.uint64(32), np.uint64(step), np.uint64(lane))
    return philox(tuple(counter), seed)  # type: ignore[arg-type]
