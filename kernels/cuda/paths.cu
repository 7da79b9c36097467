// Paths from draws to P&L: nothing but P&L leaves the chip where the book is of flows alone. Twin: numba/paths.py.
//
// The compiler's command line gives
//   FLOAT32         1: draw and step in binary32; revaluation is always binary64
//   N_FACTORS       of the model
//   LAWS            laws (dynamics) that a thread walks on the same draws
//   N_CURRENCIES    of the book
//   HAS_SUMS        1: something of the book moves with sums of factors
//   DEGREE          of the book's polynomials; 0: none
//   HAS_HOLDINGS       1: the book has such; likewise for every payoff of kernels/payoffs.py
//   VOL_TERMS       terms in vol of the options' tables; 0: there is no table
//   IS_SPLIT        1: one kernel walks and keeps what is observed, another revalues; 0: one kernel does both
//   PATHS           paths that a thread walks side by side
//   VALUED          paths that a thread values side by side; PATHS where one kernel does both
//   THREADS         of a block
//   BLOCKS          of a multiprocessor at once, at least: what it leaves is what a thread has for registers
//   VALUED_BLOCKS   as BLOCKS, of the kernel that only revalues
//   IS_UNROLLED     1: all lanes of a step are written out
//   HAS_UNWIND      1: a law has regimes, mixing, jumps, interventions or feedback; a thread then walks one path
//   N_REGIMES       of the law that has most; CHUNK numbers of one are loaded at a time
//   FX              the factor USD/JPY, if all laws agree, else -1; likewise UST, PICKUP_1 to PICKUP_4
//   PRICES          bit f: factor f has a convexity under some law
//   UNWIND_ROWS     numbers that a path carries beside its deviations; replay gives N_PATH_SERIES of them
//   HAS_FILTER      1: moves of some law are rows of a table; N_LEADERS factors lead others, N_SPEEDS averages make a
//                   variance, and a path carries CARRIED_ROWS numbers more; ALIAS_BITS of an alias name a row
//   HAS_CAP         1: some law holds a yield under a cap
//   N_COHORTS       of carry trades, of the law that has most; 0: none has any
//   FACTOR_NORMALS  first lane of the factors' normals; likewise the other names of lanes.py
#include "reduce.cuh"
#include "revalue.cuh"
#include "steps/walk.cuh"

// Of path p of a thread under its law l the move that is farthest for its limit, over that, with its sign.
__device__ __forceinline__ double farthest_move(const Walk& walk, int p, int l) {
    double ratio = 0.0;
#pragma unroll
    for (int f = 0; f < N_FACTORS; ++f) {
        const double per_limit = book.run.inverse_limit[f];
        if (per_limit != 0.0) {
            const double other = per_limit * (double)observe(walk, p, l, f);
            ratio = fabs(other) > fabs(ratio) ? other : ratio;
        }
    }
    return ratio;
}

#if IS_SPLIT
// Deviations of consecutive paths as seen after step `until`: after (LAWS, N_FACTORS, width), out. They go on from what
// the launch until step `done` kept, or from the start. Walks a whole `width`; of those below `n_paths` the farthest moves
// go to columns from `begin` of ratios (n_laws, n), out: what the launch until the horizon writes stays. `first_law` is
// the first of the laws that `model` holds. Launched over blocks of THREADS * PATHS paths.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    walk_paths(u64 seed, i64 done, i64 until, u64 first, i64 width, Kept* kept, seen* after, i64 n_paths, i64 begin,
               i64 n, i64 first_law, double* ratios) {
    const i64 column = (i64)blockIdx.x * (THREADS * PATHS) + threadIdx.x;
    u64 paths[PATHS];
#pragma unroll
    for (int p = 0; p < PATHS; ++p) paths[p] = first + column + p * THREADS;
    Walk walk;
    if (done > 0)
        resume(kept, column, width, walk);
    else
        start_walk(seed, paths, walk);
#pragma unroll 1
    for (i64 step = done; step < until; ++step) walk_one_step(seed, paths, (u32)step, walk);
    keep(walk, column, width, kept);
#pragma unroll
    for (int k = 0; k < LAWS * N_FACTORS; ++k)
#pragma unroll
        for (int p = 0; p < PATHS; ++p)
            if (column + p * THREADS < width)
                after[k * width + column + p * THREADS] = observe(walk, p, k / N_FACTORS, k % N_FACTORS);
#pragma unroll
    for (int l = 0; l < LAWS; ++l)
#pragma unroll
        for (int p = 0; p < PATHS; ++p)
            if (column + p * THREADS < n_paths)
                ratios[(first_law + l) * n + begin + column + p * THREADS] = farthest_move(walk, p, l);
}

// P&L of the paths that walk_paths took to states (n_observations, LAWS, N_FACTORS, width): columns from `begin` of
// pnl (n_rows, n), out. `first_law` is the first of the laws in `states`; rows of others' scenarios are left alone.
// Launched over blocks of THREADS * VALUED paths, of which `width` is a multiple.
extern "C" __global__ void __launch_bounds__(THREADS, VALUED_BLOCKS)
    revalue_paths(const seen* states, i64 width, i64 begin, i64 n, i64 first_law, double* pnl) {
    const i64 column = (i64)blockIdx.x * (THREADS * VALUED) + threadIdx.x;
#pragma unroll 1
    for (i64 scenario = 0; scenario < book.run.n_scenarios; ++scenario) {
        const i64 law = book.run.dynamics[scenario] - first_law;
        if (law < 0 || law >= LAWS) continue;
        const Observed observed = {states + law * N_FACTORS * width + column, width};
        revalue(scenario, observed, n, begin + column, pnl);
    }
}
#else
// P&L of consecutive paths: pnl (n_rows, n), out, and their farthest moves, ratios (n_laws, n), out. `first_law` is the
// first of the laws that `model` holds; rows of others and of scenarios under them are left alone. Launched over blocks
// of THREADS * PATHS paths.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    pnl_of_paths(u64 seed, i64 n_steps, u64 first, i64 n, i64 first_law, double* pnl, double* ratios) {
    const i64 column = (i64)blockIdx.x * (THREADS * PATHS) + threadIdx.x;
    u64 paths[PATHS];
#pragma unroll
    for (int p = 0; p < PATHS; ++p) paths[p] = first + column + p * THREADS;
    Walk walk;
    start_walk(seed, paths, walk);
#pragma unroll 1
    for (i64 step = 0; step < n_steps; ++step) walk_one_step(seed, paths, (u32)step, walk);
#pragma unroll
    for (int l = 0; l < LAWS; ++l) {
        Observed observed;
#pragma unroll
        for (int f = 0; f < N_FACTORS; ++f)
#pragma unroll
            for (int p = 0; p < PATHS; ++p) observed.horizon[f].of[p] = observe(walk, p, l, f);
#pragma unroll
        for (int p = 0; p < PATHS; ++p)
            if (column + p * THREADS < n)
                ratios[(first_law + l) * n + column + p * THREADS] = farthest_move(walk, p, l);
#pragma unroll 1
        for (i64 scenario = 0; scenario < book.run.n_scenarios; ++scenario)
            if (book.run.dynamics[scenario] == first_law + l) revalue(scenario, observed, n, column, pnl);
    }
}
#endif

// Replay chosen paths: levels (n_laws, n_steps, N_FACTORS + N_PATH_SERIES, n), out, after each step. Launched over
// blocks of THREADS * PATHS paths.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    levels_of_paths(u64 seed, i64 n_steps, const u64* ids, i64 n, i64 first_law, real* levels) {
    const i64 column = (i64)blockIdx.x * (THREADS * PATHS) + threadIdx.x;
    u64 paths[PATHS];
#pragma unroll
    for (int p = 0; p < PATHS; ++p) paths[p] = column + p * THREADS < n ? ids[column + p * THREADS] : 0;
    Walk walk;
    start_walk(seed, paths, walk);
#pragma unroll 1
    for (i64 step = 0; step < n_steps; ++step) {
        walk_one_step(seed, paths, (u32)step, walk);
#pragma unroll
        for (int l = 0; l < LAWS; ++l)
#pragma unroll
            for (int f = 0; f < N_FACTORS + N_PATH_SERIES; ++f)
#pragma unroll
                for (int p = 0; p < PATHS; ++p)
                    if (column + p * THREADS < n)
                        levels[(((first_law + l) * n_steps + step) * (N_FACTORS + N_PATH_SERIES) + f) * n + column +
                               p * THREADS] = f < N_FACTORS ? observe(walk, p, l, f) : path_series(walk, f - N_FACTORS);
    }
}
