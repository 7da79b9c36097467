"""The oracle's draws: Philox, uniforms and normals by numpy's own functions."""

import numpy as np

from kernels.lanes import FACTOR_NORMALS
from kernels.types import F64, U64, Array

MASK = np.uint64(0xFFFFFFFF)


def philox(counter: tuple[U64, U64, U64, U64], seed: int) -> tuple[U64, U64, U64, U64]:
    """Philox4x32-10: four words for each counter, held in 64-bit arrays."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1 = (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), p1 & MASK
        c2, c3 = (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1), p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def philox_at(seed: int, path_ids: U64, step: int, lane: int) -> tuple[U64, U64, U64, U64]:
    """The four words of each path's counter at a step and lane."""
    counter = np.broadcast_arrays(path_ids & MASK, path_ids >> np.uint64(32), np.uint64(step), np.uint64(lane))
    return philox(tuple(counter), seed)  # type: ignore[arg-type]


def uniform(high: U64, low: U64 | None = None) -> F64:
    """In (0, 1): the middle of a cell of 2^-64 from two words, or of 2^-32 from one."""
    if low is None:
        return np.asarray(high.astype(np.float64) * 2.0**-32 + 2.0**-33)
    return np.asarray(((high << np.uint64(32)) | low).astype(np.float64) * 2.0**-64 + 2.0**-65)


def draw_normals(seed: int, path_ids: U64, step: int, n_factors: int, *, single: bool) -> Array:
    """Independent N(0, 1): (n_factors, n_ids), binary32 when `single`."""
    per_lane = 4 if single else 2
    rows: list[Array] = []
    for lane in range(-(-n_factors // per_lane)):
        words = philox_at(seed, path_ids, step, FACTOR_NORMALS + lane)
        rows += single_normals(*words) if single else double_normals(*words)
    return np.array(rows[:n_factors])


def double_normals(w0: U64, w1: U64, w2: U64, w3: U64) -> tuple[F64, F64]:
    """Box-Muller on 64 bits of radius and 55 of angle: an octant from three bits, the place in it from 52."""
    radius_bits, angle_bits = (w0 << np.uint64(32)) | w1, (w2 << np.uint64(32)) | w3
    radius = np.sqrt(-2.0 * np.log(radius_bits.astype(np.float64) * 2.0**-64 + 2.0**-65))
    fraction = (angle_bits >> np.uint64(9)) & np.uint64(2**52 - 1)
    return _turned(radius, fraction.astype(np.float64) * 2.0**-52 - 0.5, angle_bits >> np.uint64(61))


def single_normals(w0: U64, w1: U64, w2: U64, w3: U64) -> tuple[Array, ...]:
    """As double_normals from 32 bits of radius and 26 of angle, four at a time, rounded to binary32."""
    normals: list[F64] = []
    for radius_bits, angle_bits in ((w0, w1), (w2, w3)):
        u = (radius_bits.astype(np.float32).astype(np.float64) * 2.0**-32 + 2.0**-33).astype(np.float32)
        fraction = (angle_bits >> np.uint64(6)) & np.uint64(2**23 - 1)
        radius = np.sqrt(-2.0 * np.log(u.astype(np.float64)))
        normals += _turned(radius, fraction.astype(np.float64) * 2.0**-23 - 0.5, angle_bits >> np.uint64(29))
    return tuple(z.astype(np.float32) for z in normals)


def _turned(radius: F64, t: F64, octant: U64) -> tuple[F64, F64]:
    """Sine and cosine of t quarter turns, swapped and signed by the three bits of `octant`."""
    sine, cosine = np.sin(np.pi / 2 * t), np.cos(np.pi / 2 * t)
    swap = (octant >> np.uint64(2)) & np.uint64(1) == 1
    signs = [1.0 - 2.0 * ((octant >> np.uint64(k)) & np.uint64(1)).astype(np.float64) for k in (1, 0)]
    return radius * signs[0] * np.where(swap, sine, cosine), radius * signs[1] * np.where(swap, cosine, sine)
