// The normal distribution's density and tail. Twin in numba/, which explains them.
#pragma once
#include "draws/normal.cuh"

static __constant__ double TAIL = 37.5;  // standard deviations
static __constant__ double DENSITY_AT_0 = 0.3989422804014327;
static __constant__ double MAX_EXPONENT = 600.0;

__device__ __forceinline__ double mills_p(double x) { return horner(MILLS_P, x); }
__device__ __forceinline__ double mills_q(double x) { return horner(MILLS_Q, x); }

// The nearest number to x in [low, high].
__device__ __forceinline__ double bounded(double x, double low, double high) {
    x = x > low ? x : low;
    return x < high ? x : high;
}

// Exponential of x, which is first brought inside +-MAX_EXPONENT.
__device__ __forceinline__ double bounded_exp(double x) {
    return exp_f64(bounded(x, 0.0 - MAX_EXPONENT, MAX_EXPONENT));
}

// Normal density for |x| <= TAIL.
__device__ __forceinline__ double density(double x) {
    const double square = x * x;
    const double lost = fma(x, x, 0.0 - square);
    const double e = exp_f64(-0.5 * square);
    return DENSITY_AT_0 * fma(-0.5 * lost, e, e);
}

// |x|, at most TAIL.
__device__ __forceinline__ double distance_from_0(double x) {
    const double size = fabs(x);
    return size < TAIL ? size : TAIL;
}
