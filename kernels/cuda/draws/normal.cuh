// Standard normals from random bits, by a branch-free Box-Muller in each precision. Twin in numba/.
#pragma once
#include "draws/philox.cuh"

static __constant__ double BIASED_F64 = 4503599627371519.0;  // 2^52 + 1023

// Natural logarithm of a positive normal number.
__device__ __forceinline__ double log_f64(double x) {
    const u64 one = 0x3FF0000000000000ull, sqrt_half = 0x3FE6A09E667F3BCDull, two_52 = 0x4330000000000000ull;
    const u64 bits = bits_of_f64(x);
    const u64 exponent = (bits + (one - sqrt_half)) >> 52;  // biased
    const double f = f64_of_bits(bits - ((exponent << 52) - one)) - 1.0;
    const double k = f64_of_bits(exponent | two_52) - BIASED_F64;
    return fma(k, LN2_HIGH_F64, f + fma(f * f, horner(LOG_F64, f), k * LN2_LOW_F64));
}

// Exponential, for |x| < 700.
__device__ __forceinline__ double exp_f64(double x) {
    const double rounder = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer held in the low bits
    const double shifted = fma(x, LOG2_E, rounder);
    const double k = shifted - rounder;
    const double r = fma(k, 0.0 - LN2_LOW_F64, fma(k, 0.0 - LN2_HIGH_F64, x));
    return f64_of_bits(bits_of_f64(horner(EXP_F64, r)) + (bits_of_f64(shifted) << 52));
}

// Square root for y in [1e-30, 1e30], or 0. Without a branch: the device's own calls a routine, and nothing is
// scheduled across a call.
__device__ __forceinline__ double sqrt_f64(double y) {
    double g = f64_of_bits(0x5FE6EB50C7B537A9ull - (bits_of_f64(y) >> 1));
    const double h = -0.5 * y;
#pragma unroll
    for (int k = 0; k < 3; ++k) g = g * fma(h * g, g, 1.5);
    const double s = y * g;
    return fma(0.5 * fma(0.0 - s, s, y), g, s);
}

// Two normals from 128 bits. Three angle bits choose the octant, 52 the place in it.
__device__ __forceinline__ void box_muller_f64(u64 radius_bits, u64 angle_bits, double* first, double* second) {
    const u64 one = 0x3FF0000000000000ull, sign = 0x8000000000000000ull, fraction = 0x000FFFFFFFFFFFFFull;
    const double u = fma((double)radius_bits, 0x1p-64, 0x1p-65);
    const double radius = sqrt_f64(-2.0 * log_f64(u));
    const double t = f64_of_bits(((angle_bits >> 9) & fraction) | one) - 1.5;
    const double z = t * t;
    const double sine = horner(SIN_F64, z) * t;
    const double cosine = horner(COS_F64, z);
    const bool swap = (angle_bits >> 63) != 0;
    const double a = swap ? sine : cosine, b = swap ? cosine : sine;
    *first = radius * f64_of_bits(bits_of_f64(a) ^ ((angle_bits << 1) & sign));
    *second = radius * f64_of_bits(bits_of_f64(b) ^ ((angle_bits << 2) & sign));
}

// As log_f64, binary32.
__device__ __forceinline__ float log_f32(float x) {
    const u32 one = 0x3F800000u, sqrt_half = 0x3F3504F3u, two_23 = 0x4B000000u;
    const u32 bits = bits_of_f32(x);
    const u32 exponent = (bits + (one - sqrt_half)) >> 23;
    const float f = f32_of_bits(bits - ((exponent << 23) - one)) - 1.0f;
    const float k = f32_of_bits(exponent | two_23) - 8388735.0f;  // 2^23 + 127
    return fma(k, LN2_HIGH_F32, f + fma(k, LN2_LOW_F32, f * f * horner(LOG_F32, f)));
}

// As sqrt_f64, binary32: two Newton steps and a correction; not always the nearest, always the same.
__device__ __forceinline__ float sqrt_f32(float y) {
    float g = f32_of_bits(0x5F375A86u - (bits_of_f32(y) >> 1));
    const float h = -0.5f * y;
#pragma unroll
    for (int k = 0; k < 2; ++k) g = g * fma(h * g, g, 1.5f);
    const float s = y * g;
    return fma(0.5f * fma(0.0f - s, s, y), g, s);
}

// As box_muller_f64, from 64 bits.
__device__ __forceinline__ void box_muller_f32(u32 radius_bits, u32 angle_bits, float* first, float* second) {
    const u32 one = 0x3F800000u, sign = 0x80000000u, fraction = 0x007FFFFFu;
    const float u = fma((float)radius_bits, 0x1p-32f, 0x1p-33f);
    const float radius = sqrt_f32(-2.0f * log_f32(u));
    const float t = f32_of_bits(((angle_bits >> 6) & fraction) | one) - 1.5f;
    const float z = t * t;
    const float sine = horner(SIN_F32, z) * t;
    const float cosine = horner(COS_F32, z);
    const bool swap = (angle_bits >> 31) != 0;
    const float a = swap ? sine : cosine, b = swap ? cosine : sine;
    *first = radius * f32_of_bits(bits_of_f32(a) ^ ((angle_bits << 1) & sign));
    *second = radius * f32_of_bits(bits_of_f32(b) ^ ((angle_bits << 2) & sign));
}

// The normals that one lane's words make: two in binary64, four in binary32.
#if FLOAT32
#define LANE_NORMALS 4
__device__ __forceinline__ void normals_of_lane(Words w, real* z) {
    box_muller_f32(w.w0, w.w1, &z[0], &z[1]);
    box_muller_f32(w.w2, w.w3, &z[2], &z[3]);
}
#else
#define LANE_NORMALS 2
__device__ __forceinline__ void normals_of_lane(Words w, real* z) {
    box_muller_f64(join(w.w0, w.w1), join(w.w2, w.w3), &z[0], &z[1]);
}
#endif
