// Draw, correlate and move the factors one step. Twin in numba/.
#pragma once
#include "draws/normal.cuh"

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

// Add eight columns of chol, from `first` on, times their normals; its rows begin at `chol`, numbers lie `apart`.
__device__ __forceinline__ void add_eight_columns(const real* chol, int apart, int first, const real* z, real* x) {
#pragma unroll 1
    for (int f = first; f < N_FACTORS; ++f) {
        const real* row = chol + (f * (f + 1) / 2 + first) * apart;
        real moved = x[f];
#pragma unroll
        for (int k = 0; k < 8; ++k)
            if (first + k <= f) moved = fma(row[k * apart], z[k], moved);
        x[f] = moved;
    }
}
#endif

#if !HAS_UNWIND
// The laws that a thread walks on the same draws, always in constant memory: where a model has more, the kernel is
// launched once for each group. For each law decay (N_FACTORS), drift (N_FACTORS), then the rows of chol's lower triangle.
#define LAW_SIZE (2 * N_FACTORS + N_FACTORS * (N_FACTORS + 1) / 2)
__constant__ real model[LAWS * LAW_SIZE];

// Add column k of chol times z, the k-th normal of path p.
__device__ __forceinline__ void add_column(int p, int k, real z, State& state) {
#pragma unroll
    for (int l = 0; l < LAWS; ++l) {
        const real* chol = model + l * LAW_SIZE + 2 * N_FACTORS;
#pragma unroll
        for (int f = k; f < N_FACTORS; ++f) state.x[p][l][f] = fma(chol[f * (f + 1) / 2 + k], z, state.x[p][l][f]);
    }
}

// state = decay * state + drift + chol @ normals, column by column.
__device__ __forceinline__ void draw_and_step(u64 seed, const u64* paths, u32 step, State& state) {
#pragma unroll
    for (int p = 0; p < PATHS; ++p)
#pragma unroll
        for (int l = 0; l < LAWS; ++l)
#pragma unroll
            for (int f = 0; f < N_FACTORS; ++f) {
                const real* law = model + l * LAW_SIZE;
                state.x[p][l][f] = fma(law[f], state.x[p][l][f], law[N_FACTORS + f]);
            }
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
                if (lane * LANE_NORMALS + i < N_FACTORS) add_column(p, lane * LANE_NORMALS + i, z[i], state);
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
            for (int p = 0; p < PATHS; ++p)
                add_eight_columns(model + l * LAW_SIZE + 2 * N_FACTORS, 1, first, z[p], state.x[p][l]);
    }
#endif
}
#endif

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
