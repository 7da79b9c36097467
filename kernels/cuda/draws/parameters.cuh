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

// A short-run impact on the 5-year yield per USD bn: of a study by its probability, even in its range.
__device__ __forceinline__ double drawn_impact(double which, double within) {
    double low = law.low_1, high = law.high_1;
    if (which >= law.study_1) low = law.low_2, high = law.high_2;
    if (which >= law.study_2) low = law.low_3, high = law.high_3;
    if (which >= law.study_3) low = law.low_4, high = law.high_4;
    return fma(within, high - low, low);
}

// A fall of ln USD/JPY per USD bn: below the median as often as above, even on either side.
__device__ __forceinline__ double drawn_fx_impact(double u) {
    if (u < 0.5) return fma(2.0 * u, law.fx_per_bn - law.fx_low, law.fx_low);
    return fma(2.0 * u - 1.0, law.fx_high - law.fx_per_bn, law.fx_per_bn);
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
    rows[SHORT_RUN] = drawn_impact(uniform_of_word(v.w0), uniform_of_word(v.w1));
    rows[FX_RUN] = drawn_fx_impact(uniform_of_word(v.w2));
}
