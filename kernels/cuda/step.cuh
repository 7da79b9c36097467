// Draw, correlate and move the factors one step. Twin: step_numba.py.
#pragma once
#include "normal.cuh"

// The laws that a thread walks on the same draws: where a model has more, the kernel is launched once for each group.
// For each law decay (N_FACTORS), then for each of its regimes drift (N_FACTORS), the rows of chol's lower triangle
// and, where a law has an unwind, convexity (N_FACTORS). In constant memory as long as they fit.
#define CHOL N_FACTORS
#define CONVEXITY (CHOL + N_FACTORS * (N_FACTORS + 1) / 2)
#define REGIME_SIZE (CONVEXITY + HAS_UNWIND * N_FACTORS)
#define LAW_SIZE (N_FACTORS + N_REGIMES * REGIME_SIZE)
#if IS_CONSTANT
__constant__ real model[LAWS * LAW_SIZE];
#else
__device__ real model[LAWS * LAW_SIZE];
#endif

// Drift, chol and convexity of law l in regime r.
__device__ __forceinline__ const real* law_of(int l, int r) {
    return model + l * LAW_SIZE + N_FACTORS + r * REGIME_SIZE;
}

// Deviations from the start, of this thread's paths under its laws: in registers, if all
// indices are known when it is compiled.
struct State {
    real x[PATHS][LAWS][N_FACTORS];
};

__device__ __forceinline__ void start(State& state) {
#pragma unroll
    for (int p = 0; p < PATHS; ++p)
#pragma unroll
        for (int l = 0; l < LAWS; ++l)
#pragma unroll
            for (int f = 0; f < N_FACTORS; ++f) state.x[p][l][f] = 0;
}

// x (N_FACTORS,) = decay * x + drift
__device__ __forceinline__ void decay_and_drift(int l, int r, real* x) {
#pragma unroll
    for (int f = 0; f < N_FACTORS; ++f) x[f] = fma(model[l * LAW_SIZE + f], x[f], law_of(l, r)[f]);
}

// Add column k of chol times z, the k-th normal of the path.
__device__ __forceinline__ void add_column(int l, int r, int k, real z, real* x) {
    const real* chol = law_of(l, r) + CHOL;
#pragma unroll
    for (int f = k; f < N_FACTORS; ++f) x[f] = fma(chol[f * (f + 1) / 2 + k], z, x[f]);
}

#if IS_UNROLLED
#define EACH_FACTOR(f) _Pragma("unroll") for (int f = 0; f < N_FACTORS; ++f)
#else
#define EACH_FACTOR(f) _Pragma("unroll 1") for (int f = 0; f < N_FACTORS; ++f)

// Written out, so many lanes would outgrow the instruction cache: eight columns at a time, states in local memory.
__device__ __forceinline__ void eight_normals(u64 seed, u64 path, u32 step, int first, real* z) {
#pragma unroll
    for (int k = 0; k < 8; k += LANE_NORMALS)
        normals_of_lane(philox(seed, path, step, FACTOR_NORMALS + (first + k) / LANE_NORMALS), &z[k]);
}

// Add eight columns of chol, from `first` on, times their normals.
__device__ __forceinline__ void add_eight_columns(int l, int r, int first, const real* z, real* x) {
#pragma unroll 1
    for (int f = first; f < N_FACTORS; ++f) {
        const real* chol = law_of(l, r) + CHOL + f * (f + 1) / 2 + first;
        real moved = x[f];
#pragma unroll
        for (int k = 0; k < 8; ++k)
            if (first + k <= f) moved = fma(chol[k], z[k], moved);
        x[f] = moved;
    }
}
#endif

// state = decay * state + drift + chol @ normals, column by column, under laws of one regime.
__device__ __forceinline__ void draw_and_step(u64 seed, const u64* paths, u32 step, State& state) {
#pragma unroll
    for (int p = 0; p < PATHS; ++p)
#pragma unroll
        for (int l = 0; l < LAWS; ++l) decay_and_drift(l, 0, state.x[p][l]);
#if IS_UNROLLED
    // A normal is used up as soon as it is drawn.
#pragma unroll
    for (int lane = 0; lane < (N_FACTORS + LANE_NORMALS - 1) / LANE_NORMALS; ++lane)
#pragma unroll
        for (int p = 0; p < PATHS; ++p) {
            real z[LANE_NORMALS];
            normals_of_lane(philox(seed, paths[p], step, FACTOR_NORMALS + lane), z);
#pragma unroll
            for (int i = 0; i < LANE_NORMALS; ++i)
                if (lane * LANE_NORMALS + i < N_FACTORS)
#pragma unroll
                    for (int l = 0; l < LAWS; ++l) add_column(l, 0, lane * LANE_NORMALS + i, z[i], state.x[p][l]);
        }
#else
#pragma unroll 1
    for (int first = 0; first < N_FACTORS; first += 8) {
        real z[PATHS][8];
#pragma unroll
        for (int p = 0; p < PATHS; ++p) eight_normals(seed, paths[p], step, first, z[p]);
#pragma unroll
        for (int l = 0; l < LAWS; ++l)
#pragma unroll
            for (int p = 0; p < PATHS; ++p) add_eight_columns(l, 0, first, z[p], state.x[p][l]);
    }
#endif
}

// A factor that mechanisms look at: `place` where all laws agree, so that it is known when this is compiled; else -1.
#define FACTOR_OF(place, chosen) ((place) >= 0 ? (place) : (int)(chosen))

__device__ __forceinline__ real deviation_of(const real* x, int factor) {
#if IS_UNROLLED
    real found = x[0];
#pragma unroll
    for (int f = 1; f < N_FACTORS; ++f) found = f == factor ? x[f] : found;  // registers have no index
    return found;
#else
    return x[factor];
#endif
}

__device__ __forceinline__ void set_deviation(real* x, int factor, real moved) {
#if IS_UNROLLED
#pragma unroll
    for (int f = 0; f < N_FACTORS; ++f) x[f] = f == factor ? moved : x[f];
#else
    x[factor] = moved;
#endif
}
