// What a path draws once: its mixing variable, its regime at the start, its price impact. Twin in numba/.
#pragma once
#include "draws/normal.cuh"
#include "steps/rows.cuh"

// In (0, 1], from 64 bits.
__device__ __forceinline__ double uniform(u64 bits) { return fma((double)bits, 0x1p-64, 0x1p-65); }

// In (0, 1), from 32 bits.
__device__ __forceinline__ double uniform_of_word(u32 word) { return fma((double)word, 0x1p-32, 0x1p-33); }

// q at probability u, linear between the table's nodes; below the first the first.
__device__ __forceinline__ double mixing(const double* quantiles, double u) {
    const u64 one = 0x3FF0000000000000ull, fraction = 0x000FFFFFFFFFFFFFull;
    const u64 bits = bits_of_f64(u);
    const i64 lowest = (1023 - 20) << 6, n_intervals = law_tables.n_quantiles - 1;
    const i64 interval = (i64)(bits >> 46) - lowest;
    const double within = f64_of_bits(((bits << 6) & fraction) | one) - 1.0;
    if (interval < 0) return quantiles[0];
    if (interval >= n_intervals) return quantiles[n_intervals];
    return fma(within, quantiles[interval + 1] - quantiles[interval], quantiles[interval]);
}

// Start a path: rows (N_ROWS,), out.
__device__ __forceinline__ void draw_parameters(u64 seed, u64 path, double* rows) {
    const double oldest_first[5] = {law.lag_5, law.lag_4, law.lag_3, law.lag_2, law.lag_1};
#pragma unroll
    for (int k = 0; k < 5; ++k) rows[CLOSES + k] = oldest_first[k];
    const Words w = philox(seed, path, (u32)PARAMETER_STEP, PARAMETERS);
    if (law.mixes) rows[MIX] = mixing(law_tables.quantiles, uniform(join(w.w0, w.w1)));
    const double u = uniform(join(w.w2, w.w3));
#pragma unroll
    for (int r = 0; r < N_REGIMES - 1; ++r)
        if (r < law.n_regimes - 1) rows[REGIME] += u >= law_tables.initial[r] ? 1.0 : 0.0;
    const Words v = philox(seed, path, (u32)PARAMETER_STEP, IMPACT_SIZE);
    double z, unused;
    box_muller_f64(join(v.w0, v.w1), join(v.w2, v.w3), &z, &unused);
    rows[SHORT_RUN] = exp_f64(fma(law.impact_sd, z, law.log_impact));
}
