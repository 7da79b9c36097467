// Chebyshev series by Clenshaw's recurrence, in one variable or two. Twin in numba/.
#pragma once
#include "observed.cuh"

// Sum of terms[k] T_k(x) over k below n_x, odd.
__device__ __forceinline__ Lanes series_value(const double* terms, i64 n_x, const Lanes& x) {
    Lanes near = lanes_of(0.0), far = lanes_of(0.0);
#pragma unroll 1
    for (i64 k = n_x - 1; k > 0; k -= 2) {
        EACH_LANE(p) {
            const double twice = x.of[p] + x.of[p];
            far.of[p] = fma(twice, near.of[p], terms[k] - far.of[p]);
            near.of[p] = fma(twice, far.of[p], terms[k - 1] - near.of[p]);
        }
    }
    Lanes last;
    EACH_LANE(p) last.of[p] = fma(x.of[p], near.of[p], terms[0] - far.of[p]);
    return last;
}

#if VOL_TERMS > 0
// A polynomial in w with VOL_TERMS coefficients.
__device__ __forceinline__ Lanes in_vol(const double* c, const Lanes& w) {
    Lanes y = lanes_of(c[VOL_TERMS - 1]);
#pragma unroll
    for (int k = VOL_TERMS - 2; k >= 0; --k) EACH_LANE(p) y.of[p] = fma(y.of[p], w.of[p], c[k]);
    return y;
}

// Sum of terms[k, l] T_k(x) w^l by Clenshaw's recurrence in x, two orders a pass; terms (n_x, VOL_TERMS), n_x odd.
// Where VOL_TERMS is even terms are loaded two at a time: as many loads as multiply-adds would be too many.
__device__ __forceinline__ Lanes table_value(const double* terms, i64 n_x, const Lanes& x, const Lanes& w) {
    Lanes near = lanes_of(0.0), far = lanes_of(0.0);
#pragma unroll 1
    for (i64 k = n_x - 1; k > 0; k -= 2) {
        const void* pair = __builtin_assume_aligned(terms + (k - 1) * VOL_TERMS, VOL_TERMS > 1 ? 16 : 8);
        const double* c = (const double*)pair;
        const Lanes upper = in_vol(c + VOL_TERMS, w), lower = in_vol(c, w);
        EACH_LANE(p) {
            const double twice = x.of[p] + x.of[p];
            far.of[p] = fma(twice, near.of[p], upper.of[p] - far.of[p]);
            near.of[p] = fma(twice, far.of[p], lower.of[p] - near.of[p]);
        }
    }
    Lanes last = in_vol(terms, w);
    EACH_LANE(p) last.of[p] = fma(x.of[p], near.of[p], last.of[p] - far.of[p]);
    return last;
}
#endif
