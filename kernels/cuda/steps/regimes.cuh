// Regimes: when one gives way to another, and a step whose law each path's regime chooses. Twin in numba/.
#pragma once
#include "draws/parameters.cuh"
#include "steps/step.cuh"

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

// The law of a step, in device memory: paths of a warp that are in different regimes read neighbouring numbers. For each
// regime decay and drift by turns (2 * N_FACTORS), chol's lower triangle, column by column, or, where factors are many,
// row by row, and convexity (N_FACTORS); cut into chunks, those of all regimes side by side.
#define CHOL (2 * N_FACTORS)
#define CONVEXITY (CHOL + N_FACTORS * (N_FACTORS + 1) / 2)
struct alignas(CHUNK * sizeof(real)) Chunk {
    real of[CHUNK];
};
__device__ Chunk model[(CONVEXITY + N_FACTORS + CHUNK - 1) / CHUNK * N_REGIMES];

// Number `place` of a regime, whose first chunk is `regime`; `chunk` keeps what was loaded for those in a row.
__device__ __forceinline__ real next_number(const Chunk* regime, int place, Chunk& chunk) {
    if (place % CHUNK == 0) chunk = regime[place / CHUNK * N_REGIMES];
    return chunk.of[place % CHUNK];
}

// Move a path one step by the drift and chol of its regime, its normals times its mixing variable.
__device__ __forceinline__ void step_by_regime(const real* normals, const double* rows, real* x) {
    const Chunk* regime = model + (int)rows[REGIME];
    const real q = (real)rows[MIX];
    Chunk chunk;
    EACH_FACTOR(f) {
        const real decay = next_number(regime, 2 * f, chunk), drift = next_number(regime, 2 * f + 1, chunk);
        x[f] = fma(decay, x[f], drift);
    }
#if IS_UNROLLED
#pragma unroll
    for (int k = 0; k < N_FACTORS; ++k) {
        const int column = CHOL + k * N_FACTORS - k * (k + 1) / 2;
        const real z = q * normals[k];
#pragma unroll
        for (int f = k; f < N_FACTORS; ++f) x[f] = fma(next_number(regime, column + f, chunk), z, x[f]);
    }
#else
#pragma unroll 1
    for (int first = 0; first < N_FACTORS; first += 8) {
        real z[8];
#pragma unroll
        for (int k = 0; k < 8; ++k) z[k] = q * normals[first + k];
        add_eight_columns(regime[CHOL * N_REGIMES].of, N_REGIMES, first, z, x);
    }
#endif
}

// Add what the mixing variable's square takes from the drift of prices.
__device__ __forceinline__ void add_convexity(const double* rows, real* x) {
    const Chunk* regime = model + (int)rows[REGIME];
    EACH_FACTOR(f)
    if ((u64)PRICES >> f & 1) {
        const int place = CONVEXITY + f;
        const double c = regime[place / CHUNK * N_REGIMES].of[place % CHUNK], was = x[f], q = rows[MIX];
        x[f] = c == 0.0 ? x[f] : (real)fma(q * q, c, was);
    }
}
