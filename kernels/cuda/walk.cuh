// A path from draws to deviations: what happens in a step, in its order. Twin: walk_numba.py.
#pragma once
#include "step.cuh"

#if HAS_UNWIND
#include "jumps.cuh"
#include "regimes.cuh"
#include "sales.cuh"

// One path of a thread: its deviations, and what it carries beside them under each law.
struct Walk {
    State state;
    double rows[LAWS][N_ROWS];
};

// Set a path to its start.
__device__ __forceinline__ void start_walk(u64 seed, const u64* paths, Walk& walk) {
    start(walk.state);
#pragma unroll
    for (int l = 0; l < LAWS; ++l) {
#pragma unroll
        for (int k = 0; k < N_ROWS; ++k) walk.rows[l][k] = k == MIX ? 1.0 : 0.0;
        if (laws[l].is_unwind) draw_parameters(l, seed, paths[0], walk.rows[l]);
    }
}

// What follows the diffusion in a step of law l with an unwind; `move` is the 5-day move before it.
__device__ __forceinline__ void add_events(int l, u64 seed, u64 path, u32 step, u32 word, double move, real* x,
                                           double* rows) {
    const Law& law = laws[l];
    double official = law_tables.scheduled[l * law_tables.n_scheduled + step];
    add_jumps(law, seed, path, step, (int)rows[REGIME], x);
    if (law.intervenes) {
        real spot = deviation_of(x, FACTOR_OF(FX, law.fx));
        intervene(law, seed, path, step, word, move, spot, official);
        set_deviation(x, FACTOR_OF(FX, law.fx), spot);
    }
    if (law.feeds_back) sell(l, official, (double)step + 1.0, x, rows);
}

// Draw once, then move every law's deviations.
__device__ __forceinline__ void walk_one_step(u64 seed, const u64* paths, u32 step, Walk& walk) {
    const Words events = philox(seed, paths[0], step, EVENTS);
    double moves[LAWS];
#pragma unroll
    for (int l = 0; l < LAWS; ++l)
        if (laws[l].is_unwind) {
            moves[l] = look_back(deviation_of(walk.state.x[0][l], FACTOR_OF(FX, laws[l].fx)), walk.rows[l]);
            if (laws[l].n_regimes > 1) change_regimes(l, events, moves[l], walk.rows[l]);
        }
    step_by_regime(seed, paths[0], step, walk.state, walk.rows);
#pragma unroll
    for (int l = 0; l < LAWS; ++l)
        if (laws[l].is_unwind)
            add_events(l, seed, paths[0], step, events.w2, moves[l], walk.state.x[0][l], walk.rows[l]);
}

// A deviation as markets show it, price impact included.
__device__ __forceinline__ seen observe(const Walk& walk, int p, int l, int f) {
    const double x = walk.state.x[p][l][f];
    const double per_impact = laws[l].feeds_back ? law_tables.impact[l * N_FACTORS + f] : 0.0;
    return per_impact != 0.0 ? fma(per_impact, walk.rows[l][IMPACT], x) : x;
}

// What is said of a path beside its deviations, base.SAID: zero under a law without an unwind.
__device__ __forceinline__ real said(const Walk& walk, int l, int k) {
    const Row rows[] = {REGIME, CARRY_SOLD, PRIVATE_SOLD, OFFICIAL_SOLD, IMPACT};
    return walk.rows[l][rows[k]];
}

// A path between two launches lies in kept (LAWS, N_FACTORS + N_ROWS, width), binary64.
typedef double Kept;

__device__ __forceinline__ void resume(const Kept* kept, i64 column, i64 width, Walk& walk) {
#pragma unroll
    for (int l = 0; l < LAWS; ++l) {
        const Kept* law = kept + l * (N_FACTORS + N_ROWS) * width + column;
#pragma unroll
        for (int f = 0; f < N_FACTORS; ++f) walk.state.x[0][l][f] = (real)law[f * width];
#pragma unroll
        for (int k = 0; k < N_ROWS; ++k) walk.rows[l][k] = law[(N_FACTORS + k) * width];
    }
}

__device__ __forceinline__ void keep(const Walk& walk, i64 column, i64 width, Kept* kept) {
#pragma unroll
    for (int l = 0; l < LAWS; ++l) {
        Kept* law = kept + l * (N_FACTORS + N_ROWS) * width + column;
#pragma unroll
        for (int f = 0; f < N_FACTORS; ++f) law[f * width] = walk.state.x[0][l][f];
#pragma unroll
        for (int k = 0; k < N_ROWS; ++k) law[(N_FACTORS + k) * width] = walk.rows[l][k];
    }
}
#else
struct Walk {
    State state;
};

__device__ __forceinline__ void start_walk(u64, const u64*, Walk& walk) { start(walk.state); }

__device__ __forceinline__ void walk_one_step(u64 seed, const u64* paths, u32 step, Walk& walk) {
    draw_and_step(seed, paths, step, walk.state);
}

__device__ __forceinline__ seen observe(const Walk& walk, int p, int l, int f) { return walk.state.x[p][l][f]; }

__device__ __forceinline__ real said(const Walk&, int, int) { return 0; }

// What was observed is all there is to go on from.
typedef const real Kept;

__device__ __forceinline__ void resume(Kept* kept, i64 column, i64 width, Walk& walk) {
#pragma unroll
    for (int k = 0; k < LAWS * N_FACTORS; ++k)
#pragma unroll
        for (int p = 0; p < PATHS; ++p)
            walk.state.x[p][k / N_FACTORS][k % N_FACTORS] =
                column + p * THREADS < width ? kept[k * width + column + p * THREADS] : 0;
}

__device__ __forceinline__ void keep(const Walk&, i64, i64, Kept*) {}
#endif
