// A yield that a central bank holds under a cap: purchases that grow as it nears, and their end. Twin in numba/.
#pragma once
#include "draws/parameters.cuh"
#include "steps/rows.cuh"
#include "steps/step.cuh"

// By how much a step's purchases pull a yield whose deviation markets show as `shown`.
__device__ __forceinline__ double pull_at(double shown) {
    const double inside = shown - law.cap_begin;
    double share = inside / law.cap_band;
    share = share > 0.0 ? share : 0.0;
    share = share > 1.0 ? 1.0 : share;
    double beyond = inside - law.cap_band;
    beyond = beyond > 0.0 ? beyond : 0.0;
    return fma(law.cap_pull * share, share, beyond);
}

// Let the cap end, if the fourth word of lane EVENTS says so, and what was held back come; where it stands, buy. Both
// answer to the close before the step.
__device__ __forceinline__ void hold_cap(u32 step, u32 word, real* x, double* rows) {
    if (rows[CAP_ENDED] != 0.0) return;
    const double bought = rows[JGBS_BOUGHT], likely = law_tables.may_end[step] * fma(law.end_per_tn, bought, law.end_least);
    if (uniform_of_word(word) < likely) {
        const double held = law.pull_per_tn * bought;
        EACH_FACTOR(f) {
            const double per_held = law_tables.cap_release[f];
            if (per_held != 0.0 && held != 0.0) x[f] = (real)fma(per_held, held, (double)x[f]);
        }
        rows[CAP_ENDED] = 1.0;
        return;
    }
    const int capped = (int)law.capped;
    const double pull = pull_at(fma(law_tables.impact[capped], rows[IMPACT], (double)deviation_of(x, capped)));
    if (pull == 0.0) return;
    rows[JGBS_BOUGHT] = bought + pull / law.pull_per_tn;
    EACH_FACTOR(f) {
        const double per_pull = 0.0 - law_tables.cap_shape[f];
        if (per_pull != 0.0) x[f] = (real)fma(per_pull, pull, (double)x[f]);
    }
}
