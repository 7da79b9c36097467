"""Standard normals from random bits, by a branch-free Box-Muller in each precision. Twin in cuda/.

All of log, sine, cosine and square root is built from + - * fma and bit operations, so that both twins round alike.
"""

from numba import njit

from kernels import coefficients as table
from kernels.numba.intrinsics import bits_of_f32, bits_of_f64, f32_of_bits, f64_of_bits, fma, polynomial
from kernels.numba.settings import BLOCK, INLINE, STRICT, STRIDE
from kernels.types import F32, F64, U32, U64, f32, f64, u32, u64

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


_log_f64, _exp_f64, _sin_f64, _cos_f64 = map(polynomial, (table.LOG_F64, table.EXP_F64, table.SIN_F64, table.COS_F64))
_log_f32, _sin_f32, _cos_f32 = map(polynomial, (table.LOG_F32, table.SIN_F32, table.COS_F32))


@njit(**INLINE)
def log_f64(x: f64) -> f64:
    """Return the natural logarithm of a positive normal number."""
    bits = bits_of_f64(x)
    exponent = (bits + (ONE_F64 - SQRT_HALF_F64)) >> u64(52)  # biased
    f = f64_of_bits(bits - ((exponent << u64(52)) - ONE_F64)) - 1.0
    k = f64_of_bits(exponent | TWO_52) - 4503599627371519.0  # 2^52 + 1023
    return fma(k, LN2_HIGH_F64, f + fma(f * f, _log_f64(f), k * LN2_LOW_F64))


@njit(**INLINE)
def exp_f64(x: f64) -> f64:
    """Return the exponential, for |x| < 700."""
    shifted = fma(x, LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    r = fma(k, 0.0 - LN2_LOW_F64, fma(k, 0.0 - LN2_HIGH_F64, x))
    return f64_of_bits(bits_of_f64(_exp_f64(r)) + (bits_of_f64(shifted) << u64(52)))


@njit(**INLINE)
def sqrt_f64(y: f64) -> f64:
    """Return the square root for y in [1e-30, 1e30], or 0.

    An integer seed, three Newton steps, and the correction of an exact residual.
    """
    g = f64_of_bits(u64(0x5FE6EB50C7B537A9) - (bits_of_f64(y) >> u64(1)))
    h = -0.5 * y
    for _ in range(3):
        g = g * fma(h * g, g, 1.5)
    s = y * g
    return fma(0.5 * fma(0.0 - s, s, y), g, s)


@njit(**INLINE)
def box_muller_f64(radius_bits: u64, angle_bits: u64) -> tuple[f64, f64]:
    """Return two normals from 128 bits. Three angle bits choose the octant, 52 the place in it; largest |z| is 9.49."""
    u = fma(f64(radius_bits), 2.0**-64, 2.0**-65)
    radius = sqrt_f64(-2.0 * log_f64(u))
    t = f64_of_bits(((angle_bits >> u64(9)) & FRACTION_F64) | ONE_F64) - 1.5
    z = t * t
    sine = _sin_f64(z) * t
    cosine = _cos_f64(z)
    swap = (angle_bits >> u64(63)) != u64(0)
    first = sine if swap else cosine
    second = cosine if swap else sine
    return (
        radius * f64_of_bits(bits_of_f64(first) ^ ((angle_bits << u64(1)) & SIGN_F64)),
        radius * f64_of_bits(bits_of_f64(second) ^ ((angle_bits << u64(2)) & SIGN_F64)),
    )


@njit(**INLINE)
def log_f32(x: f32) -> f32:
    """Do as log_f64, binary32."""
    bits = bits_of_f32(x)
    exponent = (bits + (ONE_F32 - SQRT_HALF_F32)) >> u32(23)
    f = f32_of_bits(bits - ((exponent << u32(23)) - ONE_F32)) - f32(1.0)
    k = f32_of_bits(exponent | TWO_23) - f32(8388735.0)  # 2^23 + 127
    return fma(k, LN2_HIGH_F32, f + fma(k, LN2_LOW_F32, f * f * _log_f32(f)))


@njit(**INLINE)
def sqrt_f32(y: f32) -> f32:
    """Do as sqrt_f64, binary32: two Newton steps and a correction; not always the nearest, always the same."""
    g = f32_of_bits(u32(0x5F375A86) - (bits_of_f32(y) >> u32(1)))
    h = f32(-0.5) * y
    for _ in range(2):
        g = g * fma(h * g, g, f32(1.5))
    s = y * g
    return fma(f32(0.5) * fma(f32(0.0) - s, s, y), g, s)


@njit(**INLINE)
def box_muller_f32(radius_bits: u32, angle_bits: u32) -> tuple[f32, f32]:
    """Do as box_muller_f64 from 64 bits; largest |z| is 6.76. A radius word that rounds to u = 1 gives z = 0."""
    u = fma(f32(radius_bits), f32(2.0**-32), f32(2.0**-33))
    radius = sqrt_f32(f32(-2.0) * log_f32(u))
    t = f32_of_bits(((angle_bits >> u32(6)) & FRACTION_F32) | ONE_F32) - f32(1.5)
    z = t * t
    sine = _sin_f32(z) * t
    cosine = _cos_f32(z)
    swap = (angle_bits >> u32(31)) != u32(0)
    first = sine if swap else cosine
    second = cosine if swap else sine
    return (
        radius * f32_of_bits(bits_of_f32(first) ^ ((angle_bits << u32(1)) & SIGN_F32)),
        radius * f32_of_bits(bits_of_f32(second) ^ ((angle_bits << u32(2)) & SIGN_F32)),
    )


@njit(**STRICT)
def normals_f64(bits: U64, n_pairs: int, normals: F64) -> None:
    """Fill rows of standard normals, rows 2j and 2j + 1 from the same rows of bits.

    bits, normals  (n_rows * STRIDE,)  flat, of 2 * n_pairs rows; normals out
    """
    for j in range(n_pairs):
        row = 2 * j * STRIDE
        for i in range(BLOCK):
            normals[row + i], normals[row + STRIDE + i] = box_muller_f64(bits[row + i], bits[row + STRIDE + i])


@njit(**STRICT)
def normals_f32(words: U32, n_pairs: int, normals: F32) -> None:
    """Fill normals (2 * n_pairs * STRIDE,) flat, out: rows 2j and 2j + 1 from the same rows of words."""
    for j in range(n_pairs):
        row = 2 * j * STRIDE
        for i in range(BLOCK):
            normals[row + i], normals[row + STRIDE + i] = box_muller_f32(words[row + i], words[row + STRIDE + i])
