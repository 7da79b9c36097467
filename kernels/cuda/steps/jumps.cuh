// Jumps of all factors, and interventions in USD/JPY: drawn for the few paths that have one. Twin in numba/.
#pragma once
#include "draws/parameters.cuh"
#include "steps/step.cuh"

// Both normals of a lane.
__device__ __forceinline__ void two_normals(u64 seed, u64 path, u32 step, u32 lane, double* first, double* second) {
    const Words w = philox(seed, path, step, lane);
    box_muller_f64(join(w.w0, w.w1), join(w.w2, w.w3), first, second);
}

// Add n jumps of a kind, row j of the tables: n mean + sqrt(n) loadings @ xi.
__device__ __forceinline__ void jump_one(i64 j, int n, u64 seed, u64 path, u32 step, u32 kind, real* x) {
    const double root = n == 1 ? 1.0 : n == 2 ? 1.4142135623730951 : 1.7320508075688772;
    double xi[4];
#pragma unroll
    for (int k = 0; k < 4; k += 2) two_normals(seed, path, step, JUMP_SIZES + 2 * kind + k / 2, &xi[k], &xi[k + 1]);
    const double a = root * xi[0], b = root * xi[1], c = root * xi[2], d = root * xi[3];
    const double* mean = law_tables.jump_mean + j * N_FACTORS;
    EACH_FACTOR(f) {
        const double* loadings = law_tables.jump_loadings + (j * N_FACTORS + f) * 4;
        double jump = fma(loadings[0], a, (double)n * mean[f]);
        jump = fma(loadings[3], d, fma(loadings[2], c, fma(loadings[1], b, jump)));
        x[f] = (real)((double)x[f] + jump);
    }
}

// Add this step's jumps of every kind.
__device__ __forceinline__ void add_jumps(u64 seed, u64 path, u32 step, int regime, real* x) {
    Words arrivals = {};
#pragma unroll 1
    for (i64 j = law.first_jump; j < law.last_jump; ++j) {
        const u32 kind = (u32)(j - law.first_jump), word = kind % 4;
        if (word == 0) arrivals = philox(seed, path, step, JUMP_ARRIVALS + kind / 4);
        const i64 on = law_tables.jump_step[j];
        if (on >= 0 && on != (i64)step) continue;
        const u32 low = word == 0 ? arrivals.w0 : arrivals.w1, high = word == 2 ? arrivals.w2 : arrivals.w3;
        const double u = uniform_of_word(word < 2 ? low : high);
        const double* tails = law_tables.jump_tails + (j * N_REGIMES + regime) * 3;
        if (u < tails[0]) jump_one(j, 1 + (u < tails[1]) + (u < tails[2]), seed, path, step, kind, x);
    }
}

// Lean against the 5-day move: push ln USD/JPY, `spot`, and let Treasuries be sold (or bought) for it, `official`.
__device__ __forceinline__ void intervene(u64 seed, u64 path, u32 step, u32 word, double move, real& spot,
                                          double& official) {
    const double farthest = 40.0;  // of logits: beyond, a probability is 0 or 1 to the last bit that counts
    double logit = fma(law.logit_per_move, fabs(move), move < 0.0 ? law.rise_logit : law.fall_logit);
    logit = logit > farthest ? farthest : logit;
    logit = logit < 0.0 - farthest ? 0.0 - farthest : logit;
    const double likely = 1.0 / (1.0 + exp_f64(0.0 - logit));
    if (uniform_of_word(word) < likely) {
        double z, unused;
        two_normals(seed, path, step, INTERVENTION_SIZE, &z, &unused);
        const double size = exp_f64(fma(law.size_sd, z, law.log_size));
        const double toward = move < 0.0 ? 1.0 : -1.0;
        spot = (real)fma(toward * law.fx_per_tn, size, (double)spot);
        official = fma((0.0 - toward) * law.ust_per_tn, size, official);
    }
}
