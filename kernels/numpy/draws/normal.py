"""Standard normals from random bits by Box-Muller, with numpy's functions. Twins in numba/ and cuda/."""

import numpy as np

from kernels.numpy.draws.philox import join
from kernels.types import F64, U64, Array


def box_muller_f64(w0: U64, w1: U64, w2: U64, w3: U64) -> tuple[F64, F64]:
    """Return two normals (n,) from 64 bits of radius and 55 of angle: an octant from three, the place in it from 52."""
    radius_bits, angle_bits = join(w0, w1), join(w2, w3)
    radius = np.sqrt(-2.0 * np.log(radius_bits.astype(np.float64) * 2.0**-64 + 2.0**-65))
    fraction = (angle_bits >> np.uint64(9)) & np.uint64(2**52 - 1)
    return _turned(radius, fraction.astype(np.float64) * 2.0**-52 - 0.5, angle_bits >> np.uint64(61))


def box_muller_f32(w0: U64, w1: U64, w2: U64, w3: U64) -> tuple[Array, ...]:
    """Return four normals (n,) from 32 bits of radius and 26 of angle each, rounded to binary32."""
    normals: list[F64] = []
    for radius_bits, angle_bits in ((w0, w1), (w2, w3)):
        u = (radius_bits.astype(np.float32).astype(np.float64) * 2.0**-32 + 2.0**-33).astype(np.float32)
        fraction = (angle_bits >> np.uint64(6)) & np.uint64(2**23 - 1)
        radius = np.sqrt(-2.0 * np.log(u.astype(np.float64)))
        normals += _turned(radius, fraction.astype(np.float64) * 2.0**-23 - 0.5, angle_bits >> np.uint64(29))
    return tuple(z.astype(np.float32) for z in normals)


def _turned(radius: F64, t: F64, octant: U64) -> tuple[F64, F64]:
    """Return sine and cosine of t quarter turns, swapped and signed by the three bits of `octant`."""
    sine, cosine = np.sin(np.pi / 2 * t), np.cos(np.pi / 2 * t)
    swap = (octant >> np.uint64(2)) & np.uint64(1) == 1
    signs = [1.0 - 2.0 * ((octant >> np.uint64(k)) & np.uint64(1)).astype(np.float64) for k in (1, 0)]
    return radius * signs[0] * np.where(swap, sine, cosine), radius * signs[1] * np.where(swap, cosine, sine)
