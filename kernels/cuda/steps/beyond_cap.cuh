// Jumps beyond the cap of a law's rows: at most one a step, in the direction of a past one. Twin in numba/.
#pragma once
#include "draws/normal.cuh"
#include "draws/parameters.cuh"
#include "steps/rows.cuh"

// The size of a jump, in standard deviations: the cap, and a Pareto excess by the inverse transform.
__device__ __forceinline__ double jump_size(u32 word) {
    const double left = fma(1.0 - law.beyond_least, uniform_of_word(word), law.beyond_least);
    const double power = exp_f64((0.0 - law.beyond_shape) * log_f64(left));
    return fma(law.beyond_ratio, power - 1.0, law.beyond_cap);
}

// Which direction a jump takes, a row of beyond_moves: the law's first and as many edges as the word reaches.
__device__ __forceinline__ i64 direction(i64 word) {
    i64 j = law.first_beyond;
    for (i64 k = law.first_beyond; k < law.first_beyond + law.n_beyond; ++k) j += word >= law_tables.beyond_edges[k];
    return j;
}

// Move a path by size times direction j: x, in and out.
__device__ __forceinline__ void jump_beyond(u32 step, i64 j, double size, const real (*averages)[N_SPEEDS], real* x) {
    const real root_span = (real)law_tables.root_span[step];
    EACH_FACTOR(f) {
        real deviation = (real)1;
        if (law_tables.follows[f]) {
            const real least = (real)law_tables.least_variance[f];
            real variance = (real)law_tables.weight[0] * averages[f][0];
#pragma unroll
            for (int k = 1; k < N_SPEEDS; ++k) variance = fma((real)law_tables.weight[k], averages[f][k], variance);
            deviation = sqrt(variance < least ? least : variance);
        }
        const real per_move = (real)law_tables.weekday_move[f] * root_span;
        const real move = deviation * ((real)size * (real)law_tables.beyond_moves[j * N_FACTORS + f]);
        x[f] = fma(per_move, move, x[f]);
    }
}

// Add this step's jump, by the variances of the day, which do not go along with it: the third word of lane RESIDUAL_ROW
// tells whether one comes and where to, the fourth how far.
__device__ __forceinline__ void add_beyond(u32 step, Words words, const real (*averages)[N_SPEEDS], real* x) {
    const i64 word = (i64)words.w2, last = law.first_beyond + law.n_beyond - 1;
    if (word >= law_tables.beyond_edges[last]) return;
    jump_beyond(step, direction(word), jump_size(words.w3), averages, x);
}
