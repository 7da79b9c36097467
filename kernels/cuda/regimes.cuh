// Regimes: when one gives way to another, and a step whose law each path's regime chooses. Twin: regimes_numba.py.
#pragma once
#include "parameters.cuh"
#include "step.cuh"

// The 5-day move of ln USD/JPY before the step; this close takes the oldest's place.
__device__ __forceinline__ double look_back(double spot, double* rows) {
    const double move = spot - rows[CLOSES];
#pragma unroll
    for (int k = 0; k < 4; ++k) rows[CLOSES + k] = rows[CLOSES + k + 1];
    rows[CLOSES + 4] = spot;
    return move;
}

// Where a path goes: its uniform against the probabilities of leaving, added up in the order of the regimes.
__device__ __forceinline__ int next_regime(int here, double fall, double u) {
    double edge = 0.0;
    int next = here;
#pragma unroll
    for (int end = 0; end < N_REGIMES; ++end)
        if (end != here && end < law.n_regimes) {
            const double* leaving = law_tables.transitions + 2 * (here * N_REGIMES + end);
            edge = edge + fma(leaving[1], fall, leaving[0]);
            if (next == here && u < edge) next = end;
        }
    return next;
}

// Draw the regime of this step.
__device__ __forceinline__ void change_regimes(const Words& events, double move, double* rows) {
    const double fall = move < 0.0 ? 0.0 - move : 0.0, u = uniform(join(events.w0, events.w1));
    rows[REGIME] = next_regime((int)rows[REGIME], fall, u);
}

// Add what the mixing variable's square takes from the drift of prices; convexity (N_FACTORS,) of the path's regime, 0
// under a law that does not mix.
__device__ __forceinline__ void add_convexity(const real* convexity, double q, real* x) {
    EACH_FACTOR(f)
    if ((u64)PRICES >> f & 1) {
        const double c = convexity[f], was = x[f];
        x[f] = c == 0.0 ? x[f] : (real)fma(q * q, c, was);
    }
}

// Normals of a step, those of all factors.
#define N_NORMALS ((N_FACTORS + 7) / 8 * 8)
__device__ __forceinline__ void draw_normals(u64 seed, u64 path, u32 step, real* normals) {
#if IS_UNROLLED
#pragma unroll
    for (int k = 0; k < N_FACTORS; k += LANE_NORMALS)
        normals_of_lane(philox(seed, path, step, FACTOR_NORMALS + k / LANE_NORMALS), &normals[k]);
#else
#pragma unroll 1
    for (int k = 0; k < N_FACTORS; k += 8) eight_normals(seed, path, step, k, &normals[k]);
#endif
}

// Move a path one step by the drift and chol of its regime, its normals times its mixing variable. A warp takes the
// time of the regimes that its paths are in.
__device__ __forceinline__ void step_by_regime(const real* normals, const double* rows, real* x) {
    const real q = rows[MIX];
#if IS_UNROLLED
#pragma unroll
    for (int r = 0; r < N_REGIMES; ++r)
        if (rows[REGIME] == r) {
            decay_and_drift(0, r, x);
#pragma unroll
            for (int k = 0; k < N_FACTORS; ++k) add_column(0, r, k, q * normals[k], x);
            add_convexity(law_of(0, r) + CONVEXITY, rows[MIX], x);
        }
#else
    const int r = (int)rows[REGIME];
    decay_and_drift(0, r, x);
#pragma unroll 1
    for (int first = 0; first < N_FACTORS; first += 8) {
        real drawn[8];
#pragma unroll
        for (int k = 0; k < 8; ++k) drawn[k] = q * normals[first + k];
        add_eight_columns(0, r, first, drawn, x);
    }
    add_convexity(law_of(0, r) + CONVEXITY, rows[MIX], x);
#endif
}
