// Types, bit casts and tables that all stages share. `real` is the precision that is drawn and stepped in.
#pragma once

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#if FLOAT32
typedef float real;
#else
typedef double real;
#endif
#if HAS_UNWIND
typedef double seen;  // a deviation that is valued: price impact is added in binary64
#else
typedef real seen;
#endif

// The text of kernels/coefficients.py: constant memory, because a literal of 64 bits costs instructions of its own.
#include "coefficients.cuh"

__device__ __forceinline__ u64 bits_of_f64(double x) { return (u64)__double_as_longlong(x); }
__device__ __forceinline__ double f64_of_bits(u64 bits) { return __longlong_as_double((i64)bits); }
__device__ __forceinline__ u32 bits_of_f32(float x) { return __float_as_uint(x); }
__device__ __forceinline__ float f32_of_bits(u32 bits) { return __uint_as_float(bits); }

// Polynomial in x, lowest order first: one fused multiply-add per order.
template <typename T, int N>
__device__ __forceinline__ T horner(const T (&coefficients)[N], T x) {
    T y = coefficients[N - 1];
#pragma unroll
    for (int k = N - 2; k >= 0; --k) y = fma(y, x, coefficients[k]);
    return y;
}
