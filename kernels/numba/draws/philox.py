"""Philox4x32-10, a counter-based generator: a pure function of (key, counter). Twin in cuda/.

Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC11.
Each 32-bit word rides in a 64-bit lane whose upper half is garbage until masked: a round is then six vector
instructions, and four counters run interleaved because one chain of rounds waits for its own multiplies.
"""

import numpy as np
from numba import njit

from kernels.numba.intrinsics import count, philox_rounds
from kernels.numba.settings import BLOCK, INLINE, STRICT, STRIDE
from kernels.types import U32, U64, u64

Counter = tuple[u64, u64, u64, u64]  # a counter, or the four words made of it

LOW = u64(0xFFFFFFFF)
HALF = u64(32)


_one, _four = philox_rounds(1), philox_rounds(4)


@njit(**INLINE)
def philox(counter: Counter, k0: u64, k1: u64) -> Counter:
    """Return the four words of a counter; only the low half of each is meaningful."""
    return _one(counter, k0, k1)


@njit(**INLINE)
def _four_lanes(path: u64, step: u64, lane: u64, k0: u64, k1: u64) -> tuple[Counter, Counter, Counter, Counter]:
    """Return the words of four consecutive lanes."""
    high, lane_1, lane_2, lane_3 = path >> HALF, lane + u64(1), lane + u64(2), lane + u64(3)
    counters = (path, high, step, lane, path, high, step, lane_1, path, high, step, lane_2, path, high, step, lane_3)
    w = _four(counters, k0, k1)
    return w[0:4], w[4:8], w[8:12], w[12:16]


@njit(**INLINE)
def join(high: u64, low: u64) -> u64:
    """Return two words as one 64-bit number."""
    return (high << HALF) | (low & LOW)


@njit(**STRICT)
def draw_bits(seed: u64, paths: U64, step: u64, first_lane: u64, n_lanes: int, bits: U64) -> None:
    """Fill rows of random 64-bit numbers for one block of paths.

    paths  (BLOCK,)                 global path indices
    bits   (2 * n_lanes * STRIDE,)  out, flat: row 2j holds words 0, 1 of lane first_lane + j, row 2j + 1 words 2, 3
    """
    k0 = seed & LOW
    k1 = seed >> HALF
    n = count(n_lanes)
    for quad in range(n >> 2):
        lane = first_lane + u64(4 * quad)
        row = 8 * quad * STRIDE
        for i in range(BLOCK):
            a, b, c, d = _four_lanes(paths[i], step, lane, k0, k1)
            bits[row + i] = join(a[0], a[1])
            bits[row + STRIDE + i] = join(a[2], a[3])
            bits[row + 2 * STRIDE + i] = join(b[0], b[1])
            bits[row + 3 * STRIDE + i] = join(b[2], b[3])
            bits[row + 4 * STRIDE + i] = join(c[0], c[1])
            bits[row + 5 * STRIDE + i] = join(c[2], c[3])
            bits[row + 6 * STRIDE + i] = join(d[0], d[1])
            bits[row + 7 * STRIDE + i] = join(d[2], d[3])
    for extra in range(n & 3):
        j = (n & ~3) + extra
        row = 2 * j * STRIDE
        for i in range(BLOCK):
            a = philox((paths[i], paths[i] >> HALF, step, first_lane + u64(j)), k0, k1)
            bits[row + i] = join(a[0], a[1])
            bits[row + STRIDE + i] = join(a[2], a[3])


@njit(**STRICT)
def draw_words(seed: u64, paths: U64, step: u64, first_lane: u64, n_lanes: int, words: U32) -> None:
    """Fill rows of random 32-bit words for one block of paths.

    paths  (BLOCK,)                 global path indices
    words  (4 * n_lanes * STRIDE,)  out, flat: rows 4j to 4j + 3 hold the words of lane first_lane + j
    """
    k0 = seed & LOW
    k1 = seed >> HALF
    n = count(n_lanes)
    for quad in range(n >> 2):
        lane = first_lane + u64(4 * quad)
        row = 16 * quad * STRIDE
        for i in range(BLOCK):
            a, b, c, d = _four_lanes(paths[i], step, lane, k0, k1)
            words[row + i] = np.uint32(a[0] & LOW)
            words[row + STRIDE + i] = np.uint32(a[1] & LOW)
            words[row + 2 * STRIDE + i] = np.uint32(a[2] & LOW)
            words[row + 3 * STRIDE + i] = np.uint32(a[3] & LOW)
            words[row + 4 * STRIDE + i] = np.uint32(b[0] & LOW)
            words[row + 5 * STRIDE + i] = np.uint32(b[1] & LOW)
            words[row + 6 * STRIDE + i] = np.uint32(b[2] & LOW)
            words[row + 7 * STRIDE + i] = np.uint32(b[3] & LOW)
            words[row + 8 * STRIDE + i] = np.uint32(c[0] & LOW)
            words[row + 9 * STRIDE + i] = np.uint32(c[1] & LOW)
            words[row + 10 * STRIDE + i] = np.uint32(c[2] & LOW)
            words[row + 11 * STRIDE + i] = np.uint32(c[3] & LOW)
            words[row + 12 * STRIDE + i] = np.uint32(d[0] & LOW)
            words[row + 13 * STRIDE + i] = np.uint32(d[1] & LOW)
            words[row + 14 * STRIDE + i] = np.uint32(d[2] & LOW)
            words[row + 15 * STRIDE + i] = np.uint32(d[3] & LOW)
    for extra in range(n & 3):
        j = (n & ~3) + extra
        row = 4 * j * STRIDE
        for i in range(BLOCK):
            a = philox((paths[i], paths[i] >> HALF, step, first_lane + u64(j)), k0, k1)
            words[row + i] = np.uint32(a[0] & LOW)
            words[row + STRIDE + i] = np.uint32(a[1] & LOW)
            words[row + 2 * STRIDE + i] = np.uint32(a[2] & LOW)
            words[row + 3 * STRIDE + i] = np.uint32(a[3] & LOW)
