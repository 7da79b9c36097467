// A step by a row of past residuals, and the variances that go along with it. Twin in numba/.
#pragma once
#include "draws/normal.cuh"
#include "steps/beyond_cap.cuh"
#include "steps/regimes.cuh"
#include "steps/row_regimes.cuh"

static_assert(N_FACTORS * N_SPEEDS + N_LEADERS + 1 == CARRIED_ROWS, "cuda/host/source.py counts as many rows as there are");

// What a path of a filtered law carries beside its deviations.
struct Variances {
    real averages[N_FACTORS][N_SPEEDS];  // over the variance at the start
    real leads[N_LEADERS];               // residuals of the leaders in the step before, clipped
    int regime;                          // which tilts the row; 0: none
};

// Set what a path carries to its start.
__device__ __forceinline__ void start_variances(Variances& carried) {
    EACH_FACTOR(f) {
#pragma unroll
        for (int k = 0; k < N_SPEEDS; ++k) carried.averages[f][k] = (real)law_tables.variance[f * N_SPEEDS + k];
    }
#pragma unroll
    for (int r = 0; r < N_LEADERS; ++r) carried.leads[r] = (real)law_tables.last_residual[r];
    carried.regime = start_regimes();
}

// The row of the table that a path takes: the high half of word times their number.
__device__ __forceinline__ u64 picked_row(u64 path, u32 step, u32 word) {
    const u64 n = (u64)(law.last_row - law.first_row);
    return (u64)law.first_row + (law.is_enumerated ? (path + step) % n : ((u64)word * n) >> 32);
}

// The row of this step by its words, and before it the regime that tilts it, if there are any.
__device__ __forceinline__ u64 drawn_row(Words words, u64 path, u32 step, int& regime) {
    if (law.n_row_regimes == 0) return picked_row(path, step, words.w0);
    regime = next_regimes(regime, words.w1);
    return tilted_row(regime, words.w0);
}

// Put the row's residuals, what leaders add, and normals of a factor's own together: z, out.
__device__ __forceinline__ void residuals_of(Words words, u64 seed, u64 path, u32 step, Variances& carried, real* z) {
    const double* row = law_tables.residuals + drawn_row(words, path, step, carried.regime) * N_FACTORS;
    EACH_FACTOR(f) {
        z[f] = (real)row[f];
#pragma unroll
        for (int r = 0; r < N_LEADERS; ++r) {
            const real per_lead = (real)law_tables.lead[f * N_LEADERS + r];
            if (per_lead != 0) z[f] = fma(per_lead, carried.leads[r], z[f]);
        }
    }
#pragma unroll 1
    for (int f = 0; f < N_FACTORS; ++f) {
        const real own = (real)law_tables.own_normal[f];
        if (own == 0) continue;
        real normals[LANE_NORMALS];
        normals_of_lane(philox(seed, path, step, FACTOR_NORMALS + f / LANE_NORMALS), normals);
        set_deviation(z, f, fma(own, normals[f % LANE_NORMALS], deviation_of(z, f)));
    }
}

// The variance of the day of a factor, over that at the start.
__device__ __forceinline__ real variance_of_day(int f, const real* averages) {
    const real least = (real)law_tables.least_variance[f];
    real variance = (real)law_tables.weight[0] * averages[0];
#pragma unroll
    for (int k = 1; k < N_SPEEDS; ++k) variance = fma((real)law_tables.weight[k], averages[k], variance);
    return variance < least ? least : variance;
}

#if N_COHORTS
// Add what the step's sale does to USD/JPY, in standard deviations of the day: z, in and out.
__device__ __forceinline__ void push_residuals(u32 step, double sold, const Variances& carried, real* z) {
    real variance = 1;
    EACH_FACTOR(f) {
        if (f == (int)law.fx && law_tables.follows[f]) variance = variance_of_day(f, carried.averages[f]);
    }
    const real per_move = (real)law_tables.weekday_move[law.fx] * (real)law_tables.root_span[step];
    const real push = (real)(law.fx_per_stock * sold / (double)(per_move * sqrt(variance)));
    EACH_FACTOR(f) {
        const real per_push = (real)0 - (real)law_tables.with_fx[f];
        if (per_push != 0) z[f] = fma(per_push, push, z[f]);
    }
}
#endif

// Move a factor by its variance of the day, then let that go along.
__device__ __forceinline__ real moved_and_forgotten(int f, real per_move, real z, real kept, real* averages) {
    const real move = sqrt(variance_of_day(f, averages)) * z, square = move * move;
#pragma unroll
    for (int k = 0; k < N_SPEEDS; ++k) {
        const real speed = (real)law_tables.speed[k], gain = (real)1 - speed;
        averages[k] = fma(speed, averages[k], gain * square);
    }
    return fma(per_move, move, kept);
}

// Move a path one step; `sold` is the share of the stock of carry trades that is sold in it.
__device__ __forceinline__ void step_by_row(u64 seed, u64 path, u32 step, double sold, Variances& carried, real* x) {
    const Words words = philox(seed, path, step, RESIDUAL_ROW);
    if (law.n_beyond > 0) add_beyond(step, words, carried.averages, x);
    real z[N_FACTORS];
    residuals_of(words, seed, path, step, carried, z);
#if N_COHORTS
    if (law.n_cohorts > 0) push_residuals(step, sold, carried, z);
#endif
    const real root_span = (real)law_tables.root_span[step];
    Chunk chunk;
    EACH_FACTOR(f) {
        const real decay = next_number(model, 2 * f, chunk), drift = next_number(model, 2 * f + 1, chunk);
        const real per_move = (real)law_tables.weekday_move[f] * root_span, kept = fma(decay, x[f], drift);
        if (law_tables.follows[f])
            x[f] = moved_and_forgotten(f, per_move, z[f], kept, carried.averages[f]);
        else
            x[f] = fma(per_move, z[f], kept);
    }
    const real clip = (real)law.lead_clip;
#pragma unroll
    for (int r = 0; r < N_LEADERS; ++r) {
        real led = deviation_of(z, (int)law_tables.leader[r]);
        led = led > clip ? clip : led;
        carried.leads[r] = led < (real)0 - clip ? (real)0 - clip : led;
    }
}
