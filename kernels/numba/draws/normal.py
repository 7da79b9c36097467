"""Standard normals from random bits, by a branch-free Box-Muller in each precision. Twin in cuda/.

All of log, sine, cosine and square root is built from + - * fma and bit operations, so that both twins round alike.
Four pairs are worked out abreast, because one is a chain of operations each of which waits for the one before it.
"""

from collections.abc import Callable
from typing import Any

from numba import njit, types

from kernels import coefficients as table
from kernels.numba.intrinsics import Abreast, count, of_pairs, of_value
from kernels.numba.settings import BLOCK, INLINE, STRICT, STRIDE
from kernels.types import F32, F64, U32, U64, Array, f32, f64, u32, u64

LN2_HIGH_F64, LN2_LOW_F64, LOG2_E = table.LN2_HIGH_F64, table.LN2_LOW_F64, table.LOG2_E
LN2_HIGH_F32, LN2_LOW_F32 = f32(table.LN2_HIGH_F32), f32(table.LN2_LOW_F32)

ONE_F64 = u64(0x3FF0000000000000)
SQRT_HALF_F64 = u64(0x3FE6A09E667F3BCD)
SIGN_F64 = u64(0x8000000000000000)
FRACTION_F64 = u64(0x000FFFFFFFFFFFFF)
TWO_52 = u64(0x4330000000000000)
ROUNDER = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to an integer held in the low bits
ONE_F32 = u32(0x3F800000)
SQRT_HALF_F32 = u32(0x3F3504F3)
SIGN_F32 = u32(0x80000000)
FRACTION_F32 = u32(0x007FFFFF)
TWO_23 = u32(0x4B000000)


def _log_f64(x: Abreast) -> Abreast:
    """Return the natural logarithm of a positive normal number."""
    bits = x.bits()
    exponent = (bits + (ONE_F64 - SQRT_HALF_F64)) >> 52  # biased
    f = (bits - ((exponent << 52) - ONE_F64)).of_bits() - 1.0
    k = (exponent | TWO_52).of_bits() - 4503599627371519.0  # 2^52 + 1023
    return k.fma(LN2_HIGH_F64, f + (f * f).fma(f.polynomial(table.LOG_F64), k * LN2_LOW_F64))


def _exp_f64(x: Abreast) -> Abreast:
    """Return the exponential, for |x| < 700."""
    shifted = x.fma(LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    r = k.fma(0.0 - LN2_LOW_F64, k.fma(0.0 - LN2_HIGH_F64, x))
    return (r.polynomial(table.EXP_F64).bits() + (shifted.bits() << 52)).of_bits()


def _sqrt_f64(y: Abreast) -> Abreast:
    """Return the square root for y in [1e-30, 1e30], or 0.

    An integer seed, three Newton steps, and the correction of an exact residual.
    """
    g = (0x5FE6EB50C7B537A9 - (y.bits() >> 1)).of_bits()
    h = -0.5 * y
    for _ in range(3):
        g = g * (h * g).fma(g, 1.5)
    s = y * g
    return (0.5 * (0.0 - s).fma(s, y)).fma(g, s)


def _box_muller_f64(radius_bits: Abreast, angle_bits: Abreast) -> tuple[Abreast, Abreast]:
    """Return two normals from 128 bits. Three angle bits choose the octant, 52 the place in it; largest |z| is 9.49."""
    u = radius_bits.rounded().fma(2.0**-64, 2.0**-65)
    radius = _sqrt_f64(-2.0 * _log_f64(u))
    t = (((angle_bits >> 9) & FRACTION_F64) | ONE_F64).of_bits() - 1.5
    z = t * t
    sine = z.polynomial(table.SIN_F64) * t
    cosine = z.polynomial(table.COS_F64)
    swap = (angle_bits >> 63).differs_from(0)
    first, second = swap.select(sine, cosine), swap.select(cosine, sine)
    return (
        radius * (first.bits() ^ ((angle_bits << 1) & SIGN_F64)).of_bits(),
        radius * (second.bits() ^ ((angle_bits << 2) & SIGN_F64)).of_bits(),
    )


def _log_f32(x: Abreast) -> Abreast:
    """Do as _log_f64, binary32."""
    bits = x.bits()
    exponent = (bits + (ONE_F32 - SQRT_HALF_F32)) >> 23
    f = (bits - ((exponent << 23) - ONE_F32)).of_bits() - 1.0
    k = (exponent | TWO_23).of_bits() - 8388735.0  # 2^23 + 127
    return k.fma(LN2_HIGH_F32, f + k.fma(LN2_LOW_F32, f * f * f.polynomial(table.LOG_F32)))


def _sqrt_f32(y: Abreast) -> Abreast:
    """Do as _sqrt_f64, binary32: two Newton steps and a correction; not always the nearest, always the same."""
    g = (0x5F375A86 - (y.bits() >> 1)).of_bits()
    h = -0.5 * y
    for _ in range(2):
        g = g * (h * g).fma(g, 1.5)
    s = y * g
    return (0.5 * (0.0 - s).fma(s, y)).fma(g, s)


def _box_muller_f32(radius_bits: Abreast, angle_bits: Abreast) -> tuple[Abreast, Abreast]:
    """Do as _box_muller_f64 from 64 bits; largest |z| is 6.76. A radius word that rounds to u = 1 gives z = 0."""
    u = radius_bits.rounded().fma(2.0**-32, 2.0**-33)
    radius = _sqrt_f32(-2.0 * _log_f32(u))
    t = (((angle_bits >> 6) & FRACTION_F32) | ONE_F32).of_bits() - 1.5
    z = t * t
    sine = z.polynomial(table.SIN_F32) * t
    cosine = z.polynomial(table.COS_F32)
    swap = (angle_bits >> 31).differs_from(0)
    first, second = swap.select(sine, cosine), swap.select(cosine, sine)
    return (
        radius * (first.bits() ^ ((angle_bits << 1) & SIGN_F32)).of_bits(),
        radius * (second.bits() ^ ((angle_bits << 2) & SIGN_F32)).of_bits(),
    )


log_f64, exp_f64, sqrt_f64 = (of_value(formula, types.float64) for formula in (_log_f64, _exp_f64, _sqrt_f64))
log_f32, sqrt_f32 = (of_value(formula, types.float32) for formula in (_log_f32, _sqrt_f32))
_one_f64, _four_f64 = (of_pairs(_box_muller_f64, types.uint64, types.float64, n) for n in (1, 4))
_one_f32, _four_f32 = (of_pairs(_box_muller_f32, types.uint32, types.float32, n) for n in (1, 4))


@njit(**INLINE)
def box_muller_f64(radius_bits: u64, angle_bits: u64) -> tuple[f64, f64]:
    """Return two normals from 128 bits."""
    return _one_f64((radius_bits,), (angle_bits,))


@njit(**INLINE)
def box_muller_f32(radius_bits: u32, angle_bits: u32) -> tuple[f32, f32]:
    """Return two normals from 64 bits."""
    return _one_f32((radius_bits,), (angle_bits,))


def _fill(one: Callable[..., Any], four: Callable[..., Any]) -> Callable[[Array, int, Array], None]:
    """Return the kernel that fills rows 2j and 2j + 1 of normals from the same rows of words, four pairs at a time."""

    @njit(**INLINE)
    def fill(words: Array, n_pairs: int, normals: Array) -> None:
        n = count(n_pairs)
        for quad in range(n >> 2):
            a = 8 * quad * STRIDE
            b, c, d = a + 2 * STRIDE, a + 4 * STRIDE, a + 6 * STRIDE
            for i in range(BLOCK):
                radius = words[a + i], words[b + i], words[c + i], words[d + i]
                e, f, g, h = a + STRIDE + i, b + STRIDE + i, c + STRIDE + i, d + STRIDE + i
                z = four(radius, (words[e], words[f], words[g], words[h]))
                normals[a + i], normals[b + i], normals[c + i], normals[d + i] = z[0], z[2], z[4], z[6]
                normals[e], normals[f], normals[g], normals[h] = z[1], z[3], z[5], z[7]
        for extra in range(n & 3):
            row = 2 * ((n & ~3) + extra) * STRIDE
            for i in range(BLOCK):
                normals[row + i], normals[row + STRIDE + i] = one(words[row + i], words[row + STRIDE + i])

    return fill


_fill_f64, _fill_f32 = _fill(box_muller_f64, _four_f64), _fill(box_muller_f32, _four_f32)


@njit(**STRICT)
def normals_f64(bits: U64, n_pairs: int, normals: F64) -> None:
    """Fill rows of standard normals, rows 2j and 2j + 1 from the same rows of bits.

    bits, normals  (n_rows * STRIDE,)  flat, of 2 * n_pairs rows; normals out
    """
    _fill_f64(bits, n_pairs, normals)


@njit(**STRICT)
def normals_f32(words: U32, n_pairs: int, normals: F32) -> None:
    """Fill normals (2 * n_pairs * STRIDE,) flat, out: rows 2j and 2j + 1 from the same rows of words."""
    _fill_f32(words, n_pairs, normals)
