// The paths that a thread values side by side, and the deviations that it sees on them.
#pragma once
#include "layout.cuh"

#define EACH_LANE(p) _Pragma("unroll") for (int p = 0; p < VALUED; ++p)

// A double for each of these paths.
struct Lanes {
    double of[VALUED];
};

__device__ __forceinline__ Lanes lanes_of(double x) {
    Lanes same;
    EACH_LANE(p) same.of[p] = x;
    return same;
}

// Deviations from the scenario's start. The fused kernel has those at the horizon at hand; what walk_paths kept is read
// where it is needed, neighbouring threads neighbouring numbers.
struct Observed {
#if IS_SPLIT
    const seen* states;  // first observation, first factor, first path of the thread
    i64 width;           // paths in a row
#else
    Lanes horizon[N_FACTORS];
#endif
};

__device__ __forceinline__ Lanes factor_deviation(const Observed& observed, i64 when, i64 factor) {
#if IS_SPLIT
    const seen* row = observed.states + (when * (LAWS * N_FACTORS) + factor) * observed.width;
    Lanes x;
    EACH_LANE(p) x.of[p] = row[p * THREADS];
    return x;
#else
    return observed.horizon[factor];
#endif
}

// Deviations of a row: of a factor, or of the factors of a sum, added in their order.
__device__ __forceinline__ Lanes deviation(const Observed& observed, i64 when, i64 row) {
#if HAS_SUMS
    if (row >= N_FACTORS) {
        const Sum& sum = book.run.sums[row - N_FACTORS];
        Lanes x = factor_deviation(observed, when, book.run.sum_terms[sum.first]);
#pragma unroll 1
        for (i64 k = sum.first + 1; k < sum.last; ++k) {
            const Lanes more = factor_deviation(observed, when, book.run.sum_terms[k]);
            EACH_LANE(p) x.of[p] += more.of[p];
        }
        return x;
    }
#endif
    return factor_deviation(observed, when, row);
}
