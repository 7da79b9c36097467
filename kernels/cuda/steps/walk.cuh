// A path from draws to deviations: what happens in a step, in its order. Twin in numba/.
#pragma once
#include "steps/step.cuh"

#if HAS_UNWIND
#include "steps/jumps.cuh"
#include "steps/regimes.cuh"
#include "steps/following.cuh"
#if HAS_CAP
#include "steps/cap.cuh"
#endif
#if HAS_FILTER
#include "steps/filtered.cuh"
#if N_COHORTS
#include "steps/cohorts.cuh"
#endif
#endif

// The path of a thread: its deviations, and what it carries beside them.
struct Walk {
    State state;
    double rows[N_ROWS];
#if HAS_FILTER
    Variances filter;
#if N_COHORTS
    Cohorts cohorts;
#endif
#endif
};

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

// Set a path to its start.
__device__ __forceinline__ void start_walk(u64 seed, const u64* paths, Walk& walk) {
    start(walk.state);
#pragma unroll
    for (int k = 0; k < N_ROWS; ++k) walk.rows[k] = k == MIX ? 1.0 : 0.0;
    if (law.is_unwind) draw_parameters(seed, paths[0], walk.rows);
#if HAS_FILTER
    if (law.is_filtered) start_variances(walk.filter);
#if N_COHORTS
    start_cohorts(walk.cohorts);
#endif
#endif
}

// What the closes before a step call for.
struct Called {
    double move;  // of ln USD/JPY over the five closes before it
    double official;   // sales of Treasuries, USD bn
    double privately;  // likewise, ordered from private holders
};

// Do what the closes before a step call for: note the sales that they order, intervene, and hold a cap. Nothing of the
// step itself is known yet.
__device__ __forceinline__ Called begin_step(u64 seed, u64 path, u32 step, const Words& events, real* x, double* rows) {
    const int fx = FACTOR_OF(FX, law.fx);
    Called called = {look_back(deviation_of(x, fx), rows), law_tables.scheduled[step], 0.0};
    if (law.feeds_back) called.privately = order_sales(x, rows);
    if (law.intervenes) {
        real spot = deviation_of(x, fx);
        intervene(seed, path, step, events.w2, called.move, spot, called.official);
        set_deviation(x, fx, spot);
    }
#if HAS_CAP
    if (law.is_capped) hold_cap(step, events.w3, x, rows);
#endif
    return called;
}

// Add a step's jumps, and make the sales that were ordered before it.
__device__ __forceinline__ void end_step(u64 seed, u64 path, u32 step, const Called& called, real* x, double* rows) {
    add_jumps(seed, path, step, (int)rows[REGIME], x);
    if (law.feeds_back) make_sales(called.official, called.privately, x, rows);
}

#if HAS_FILTER
// Take one step of a law by rows: what the closes before it call for, the row, then jumps and sales on top.
// The averages that variances are made of take the row's move, and the sales of carry trades with it; they do not take
// what comes on top.
__device__ __forceinline__ void filtered_one_step(u64 seed, u64 path, u32 step, Walk& walk) {
    real* x = walk.state.x[0][0];
    if (!law.is_unwind) return step_by_row(seed, path, step, 0.0, walk.filter, x);
    Words events = {};
    if (law.intervenes || law.is_capped) events = philox(seed, path, step, EVENTS);
    const Called called = begin_step(seed, path, step, events, x, walk.rows);
    double sold = 0.0;
#if N_COHORTS
    if (law.n_cohorts > 0) sold = sell_waiting(walk.cohorts, walk.rows);
#endif
    step_by_row(seed, path, step, sold, walk.filter, x);
    end_step(seed, path, step, called, x, walk.rows);
#if N_COHORTS
    if (law.n_cohorts > 0) stop_cohorts(step, x, walk.rows, walk.cohorts);
#endif
}
#endif

// Draw, then move the deviations; of a law without an unwind nothing but them.
__device__ __forceinline__ void walk_one_step(u64 seed, const u64* paths, u32 step, Walk& walk) {
#if HAS_FILTER
    if (law.is_filtered) return filtered_one_step(seed, paths[0], step, walk);
#endif
    real normals[N_NORMALS];
    draw_normals(seed, paths[0], step, normals);
    const Words events = philox(seed, paths[0], step, EVENTS);
    real* x = walk.state.x[0][0];
    Called called = {0.0, 0.0, 0.0};
    if (law.is_unwind) {
        called = begin_step(seed, paths[0], step, events, x, walk.rows);
        if (law.n_regimes > 1) change_regimes(events, called.move, walk.rows);
    }
    step_by_regime(normals, walk.rows, x);
    if (law.mixes) add_convexity(walk.rows, x);
    if (law.is_unwind) end_step(seed, paths[0], step, called, x, walk.rows);
}

// A deviation as markets show it, price impact included.
__device__ __forceinline__ seen observe(const Walk& walk, int, int, int f) {
    const double x = walk.state.x[0][0][f], per_impact = law.feeds_back ? law_tables.impact[f] : 0.0;
    return per_impact != 0.0 ? fma(per_impact, walk.rows[IMPACT], x) : x;
}

// What a path carries beside its deviations, law_layout.PATH_SERIES: zero under a law without an unwind, but for the
// regime of one by rows.
__device__ __forceinline__ real path_series(const Walk& walk, int k) {
#if HAS_FILTER
    if (law.is_filtered && k == 0) return (real)walk.filter.regime;
#endif
#if HAS_CAP
    const Row rows[] = {REGIME, CARRY_SOLD, PRIVATE_SOLD, OFFICIAL_SOLD, JGBS_BOUGHT, IMPACT};
#else
    if (k == 4) return 0;  // nothing is bought
    const Row rows[] = {REGIME, CARRY_SOLD, PRIVATE_SOLD, OFFICIAL_SOLD, IMPACT, IMPACT};
#endif
    return (real)walk.rows[rows[k]];
}

// A path between two launches lies in kept (N_FACTORS + N_ROWS + CARRIED_ROWS + 2 N_COHORTS + 1, width), binary64; without
// cohorts nothing of them.
typedef double Kept;

__device__ __forceinline__ void resume(const Kept* kept, i64 column, i64 width, Walk& walk) {
    EACH_FACTOR(f) walk.state.x[0][0][f] = (real)kept[f * width + column];
#pragma unroll
    for (int k = 0; k < N_ROWS; ++k) walk.rows[k] = kept[(N_FACTORS + k) * width + column];
#if HAS_FILTER
    const double* carried = kept + (N_FACTORS + N_ROWS) * width + column;
    EACH_FACTOR(f) {
#pragma unroll
        for (int k = 0; k < N_SPEEDS; ++k) walk.filter.averages[f][k] = (real)carried[(f * N_SPEEDS + k) * width];
    }
#pragma unroll
    for (int r = 0; r < N_LEADERS; ++r) walk.filter.leads[r] = (real)carried[(N_FACTORS * N_SPEEDS + r) * width];
    walk.filter.regime = (int)carried[(N_FACTORS * N_SPEEDS + N_LEADERS) * width];
#if N_COHORTS
    const double* trades = carried + CARRIED_ROWS * width;
#pragma unroll 1
    for (int c = 0; c < N_COHORTS; ++c) {
        walk.cohorts.entry[c] = trades[c * width];
        walk.cohorts.stopped[c] = trades[(N_COHORTS + c) * width];
    }
    walk.cohorts.waiting = trades[2 * N_COHORTS * width];
#endif
#endif
}

__device__ __forceinline__ void keep(const Walk& walk, i64 column, i64 width, Kept* kept) {
    EACH_FACTOR(f) kept[f * width + column] = walk.state.x[0][0][f];
#pragma unroll
    for (int k = 0; k < N_ROWS; ++k) kept[(N_FACTORS + k) * width + column] = walk.rows[k];
#if HAS_FILTER
    double* carried = kept + (N_FACTORS + N_ROWS) * width + column;
    EACH_FACTOR(f) {
#pragma unroll
        for (int k = 0; k < N_SPEEDS; ++k) carried[(f * N_SPEEDS + k) * width] = walk.filter.averages[f][k];
    }
#pragma unroll
    for (int r = 0; r < N_LEADERS; ++r) carried[(N_FACTORS * N_SPEEDS + r) * width] = walk.filter.leads[r];
    carried[(N_FACTORS * N_SPEEDS + N_LEADERS) * width] = walk.filter.regime;
#if N_COHORTS
    double* trades = carried + CARRIED_ROWS * width;
#pragma unroll 1
    for (int c = 0; c < N_COHORTS; ++c) {
        trades[c * width] = walk.cohorts.entry[c];
        trades[(N_COHORTS + c) * width] = walk.cohorts.stopped[c];
    }
    trades[2 * N_COHORTS * width] = walk.cohorts.waiting;
#endif
#endif
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

__device__ __forceinline__ real path_series(const Walk&, int) { return 0; }

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
