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
__device__ __forceinline__ int next_regime(const double* transitions, i64 n_regimes, int here, double fall, double u) {
    double edge = 0.0;
    int next = here;
#pragma unroll
    for (int end = 0; end < N_REGIMES; ++end)
        if (end != here && end < n_regimes) {
            const double* leaving = transitions + 2 * (here * N_REGIMES + end);
            edge = edge + fma(leaving[1], fall, leaving[0]);
            if (next == here && u < edge) next = end;
        }
    return next;
}

// Draw the regime of this step under law l.
__device__ __forceinline__ void change_regimes(int l, const Words& events, double move, double* rows) {
    const double* transitions = law_tables.transitions + l * (N_REGIMES * N_REGIMES * 2);
    const double fall = move < 0.0 ? 0.0 - move : 0.0, u = uniform(join(events.w0, events.w1));
    rows[REGIME] = next_regime(transitions, laws[l].n_regimes, (int)rows[REGIME], fall, u);
}

__device__ __forceinline__ bool mixes(int l) { return laws[l].is_unwind && laws[l].mixes; }

// Add what the mixing variable's square takes from the drift of prices; convexity (N_FACTORS,) of the path's regime.
__device__ __forceinline__ void add_convexity(const real* convexity, double q, real* x) {
    EACH_FACTOR(f)
    if ((u64)PRICES >> f & 1) {
        const double c = convexity[f], was = x[f];
        x[f] = c == 0.0 ? x[f] : (real)fma(q * q, c, was);
    }
}

// Move a path one step by the drift and chol of its regime under each law, its normals times its mixing variable.
#if IS_UNROLLED
// A warp takes the time of the regimes that its paths are in. Normals wait in registers until all are drawn.
__device__ __forceinline__ void step_by_regime(u64 seed, u64 path, u32 step, State& state, double (*rows)[N_ROWS]) {
    real z[(N_FACTORS + LANE_NORMALS - 1) / LANE_NORMALS * LANE_NORMALS];
#pragma unroll
    for (int k = 0; k < N_FACTORS; k += LANE_NORMALS)
        normals_of_lane(philox(seed, path, step, FACTOR_NORMALS + k / LANE_NORMALS), &z[k]);
#pragma unroll
    for (int l = 0; l < LAWS; ++l)
#pragma unroll
        for (int r = 0; r < N_REGIMES; ++r)
            if (rows[l][REGIME] == r) {
                const real q = rows[l][MIX];
                decay_and_drift(l, r, state.x[0][l]);
#pragma unroll
                for (int k = 0; k < N_FACTORS; ++k) add_column(l, r, k, q * z[k], state.x[0][l]);
                if (mixes(l)) add_convexity(law_of(l, r) + CONVEXITY, rows[l][MIX], state.x[0][l]);
            }
}
#else
__device__ __forceinline__ void step_by_regime(u64 seed, u64 path, u32 step, State& state, double (*rows)[N_ROWS]) {
#pragma unroll
    for (int l = 0; l < LAWS; ++l) decay_and_drift(l, (int)rows[l][REGIME], state.x[0][l]);
#pragma unroll 1
    for (int first = 0; first < N_FACTORS; first += 8) {
        real z[8];
        eight_normals(seed, path, step, first, z);
#pragma unroll
        for (int l = 0; l < LAWS; ++l) {
            const real q = rows[l][MIX];
            real drawn[8];
#pragma unroll
            for (int k = 0; k < 8; ++k) drawn[k] = q * z[k];
            add_eight_columns(l, (int)rows[l][REGIME], first, drawn, state.x[0][l]);
        }
    }
#pragma unroll
    for (int l = 0; l < LAWS; ++l)
        if (mixes(l)) add_convexity(law_of(l, (int)rows[l][REGIME]) + CONVEXITY, rows[l][MIX], state.x[0][l]);
}
#endif
