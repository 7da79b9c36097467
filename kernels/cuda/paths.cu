// Paths from draws to P&L in one kernel: nothing but P&L leaves the chip. Twin: paths_numba.py.
//
// The compiler's command line gives
//   FLOAT32         1: draw and step in binary32; revaluation is always binary64
//   N_FACTORS       of the model
//   LAWS            laws (dynamics) that a thread walks on the same draws
//   N_CURRENCIES    of the book
//   DEGREE          of the book's polynomials; 0: none
//   PATHS           paths that a thread walks side by side
//   THREADS         of a block
//   BLOCKS          of a multiprocessor at once, at least: what it leaves is what a thread has for registers
//   IS_UNROLLED     1: all lanes of a step are written out
//   FACTOR_NORMALS  first lane of the factors' normals
#include "reduce.cuh"
#include "revalue.cuh"
#include "step.cuh"

// P&L of consecutive paths: pnl (n_rows, n), out. `first_law` is the first of the laws that `model`
// holds; rows of scenarios under others are left alone. Launched over blocks of THREADS * PATHS paths.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    pnl_of_paths(u64 seed, i64 n_steps, u64 first, i64 n, i64 first_law, double* pnl) {
    const i64 column = (i64)blockIdx.x * (THREADS * PATHS) + threadIdx.x;
    u64 paths[PATHS];
#pragma unroll
    for (int p = 0; p < PATHS; ++p) paths[p] = first + column + p * THREADS;
    State state;
    start(state);
#pragma unroll 1
    for (i64 step = 0; step < n_steps; ++step) walk_one_step(seed, paths, (u32)step, state);
#pragma unroll
    for (int l = 0; l < LAWS; ++l) {
        Lanes deviations[N_FACTORS];
#pragma unroll
        for (int f = 0; f < N_FACTORS; ++f)
#pragma unroll
            for (int p = 0; p < PATHS; ++p) deviations[f].of[p] = state.x[p][l][f];
#pragma unroll 1
        for (i64 scenario = 0; scenario < book.n_scenarios; ++scenario)
            if (book.dynamics[scenario] == first_law + l) revalue(scenario, deviations, n, column, THREADS, pnl);
    }
}

// Replay chosen paths: levels (n_laws, n_steps, N_FACTORS, n), out, deviations after each step. Launched as pnl_of_paths.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    levels_of_paths(u64 seed, i64 n_steps, const u64* ids, i64 n, i64 first_law, real* levels) {
    const i64 column = (i64)blockIdx.x * (THREADS * PATHS) + threadIdx.x;
    u64 paths[PATHS];
#pragma unroll
    for (int p = 0; p < PATHS; ++p) paths[p] = column + p * THREADS < n ? ids[column + p * THREADS] : 0;
    State state;
    start(state);
#pragma unroll 1
    for (i64 step = 0; step < n_steps; ++step) {
        walk_one_step(seed, paths, (u32)step, state);
#pragma unroll
        for (int l = 0; l < LAWS; ++l)
#pragma unroll
            for (int f = 0; f < N_FACTORS; ++f)
#pragma unroll
                for (int p = 0; p < PATHS; ++p)
                    if (column + p * THREADS < n)
                        levels[(((first_law + l) * n_steps + step) * N_FACTORS + f) * n + column + p * THREADS] =
                            state.x[p][l][f];
    }
}
